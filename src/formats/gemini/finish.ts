import type { FinishReason } from '../../core/answer.ts';

/** Google's words for why the model stopped (https://ai.google.dev/api/generate-content#FinishReason). */
const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  // The limit of one request, not of the answer: it could be gone on with.
  ['CONTINUATION', 'length'],
  ['SAFETY', 'filter'],
  ['RECITATION', 'filter'],
  ['BLOCKLIST', 'filter'],
  ['PROHIBITED_CONTENT', 'filter'],
  ['SPII', 'filter'],
  ['MODEL_ARMOR', 'filter'],
  ['IMAGE_SAFETY', 'filter'],
  ['IMAGE_PROHIBITED_CONTENT', 'filter'],
  ['IMAGE_RECITATION', 'filter'],
]);

/** What a finish reason means; everything Google may add later is `other`. */
export function readFinish(word: string): FinishReason {
  return REASONS.get(word) ?? 'other';
}

const WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  // Calls have no reason of their own there.
  calls: 'STOP',
  length: 'MAX_TOKENS',
  context: 'MAX_TOKENS',
  filter: 'SAFETY',
  refusal: 'SAFETY',
  pause: 'OTHER',
  other: 'OTHER',
};

/** The reason in Google's words. */
export function writeFinish(reason: FinishReason): string {
  return WORDS[reason];
}
