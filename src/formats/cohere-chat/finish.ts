import type { FinishReason } from '../../core/answer.ts';

/** Cohere's words for why the model stopped (cohere-typescript, `ChatFinishReason`; the last one is of earlier days). */
const REASONS: Readonly<Record<string, FinishReason>> = {
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop',
  TOOL_CALL: 'stop',
  MAX_TOKENS: 'length',
  ERROR_TOXIC: 'filter',
};

/** The words for an answer that failed on the way. */
const FAILURES: ReadonlySet<string> = new Set(['ERROR', 'TIMEOUT']);

/** What a finish reason means; everything Cohere may add later is `other`. */
export function readFinish(word: string | undefined): FinishReason {
  return word !== undefined && Object.hasOwn(REASONS, word) ? (REASONS[word] ?? 'other') : 'other';
}

/** True when the answer failed. */
export function isFailure(word: string | undefined): boolean {
  return word !== undefined && FAILURES.has(word);
}
