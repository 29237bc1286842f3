import type { Fault } from './fault.ts';
import type { RenderTarget, WireRequest } from './format.ts';
import type { Outcome } from './outcome.ts';
import type { Usage } from './usage.ts';

/**
 * An operation that is one question and one answer (embeddings, reranking), translated between two formats without the
 * hub: their fields are few and mean the same.
 */
export interface DirectTranslation {
  encodeRequest(body: Buffer, target: RenderTarget): Outcome<WireRequest, Fault>;
  decodeAnswer(body: Buffer, asked: AskedDirectly): Outcome<DirectAnswer, Fault>;
}

/** What the answer's translation needs to know of the question. */
export interface AskedDirectly {
  readonly model: string;
  readonly request: Buffer;
  /** The caller's path with its query. */
  readonly path: string;
  readonly atEpochSeconds: number;
}

export interface DirectAnswer {
  readonly body: Buffer;
  /** JSON when absent. */
  readonly contentType?: string;
  readonly usage: Usage | undefined;
}
