import { errorMessage, isObject } from '../../../lib/expect.ts';

/** One value of a settings file, to be set or (undefined) taken away. */
export interface Edit {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** A file's meaning, or why there is none. */
export type Reading =
  | { readonly is: 'ok'; readonly document: unknown }
  | { readonly is: 'unreadable'; readonly why: string };

export function unreadable(error: unknown): Reading {
  // The libraries draw a picture of the place below their first line.
  return { is: 'unreadable', why: errorMessage(error).split('\n', 1)[0] ?? '' };
}

/** The value at a path of a document; undefined where there is none. */
export function at(document: unknown, path: readonly string[]): unknown {
  let found = document;
  for (const step of path) {
    if (!isObject(found) || !Object.hasOwn(found, step)) return undefined;
    found = found[step];
  }
  return found;
}

/** The document as it is to be after an edit: what an edit of the text is held to. */
export function withEdit(document: unknown, { path, value }: Edit): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const before = isObject(document) ? document : {};
  const others = Object.entries(before).filter(([name]) => name !== step);
  const inner = withEdit(Object.hasOwn(before, step) ? before[step] : undefined, { path: rest, value });
  const here = inner === undefined ? [] : [[step, inner] as const];
  return others.length + here.length === 0 && value === undefined && document === undefined
    ? undefined
    : Object.fromEntries([...others, ...here]);
}
