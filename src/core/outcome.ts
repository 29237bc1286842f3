/** The result of something that may fail in expected ways: a value, never an exception. */
export type Outcome<T, F> =
  | { readonly is: 'ok'; readonly value: T }
  | { readonly is: 'failed'; readonly fault: F };

export function ok<T>(value: T): { readonly is: 'ok'; readonly value: T } {
  return { is: 'ok', value };
}

export function failed<F>(fault: F): { readonly is: 'failed'; readonly fault: F } {
  return { is: 'failed', fault };
}
