import { field, isString, parseJson } from '../lib/expect.ts';

/** What a collector says of a message that it took, where not all is well with it. */
export interface PartialSuccess {
  /** Spans or data points that it left out; none where it only warns. */
  readonly rejected: number;
  readonly message: string;
}

/** Reads an answer's `partialSuccess` (https://opentelemetry.io/docs/specs/otlp/#partial-success-1); an empty one is none. */
export function readPartialSuccess(text: string): PartialSuccess | undefined {
  const partial = field(parseJson(text), 'partialSuccess');
  // 64-bit integers are text in OTLP's JSON.
  const rejected = Number(field(partial, 'rejectedSpans') ?? field(partial, 'rejectedDataPoints') ?? 0);
  const said = field(partial, 'errorMessage');
  const message = isString(said) ? said : '';
  return rejected > 0 || message !== '' ? { rejected: rejected > 0 ? rejected : 0, message } : undefined;
}
