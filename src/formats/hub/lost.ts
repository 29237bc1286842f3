import type { AnswerEvent } from '../../core/answer.ts';
import type { LossCode } from '../../core/conversation.ts';

/** What of an answer cannot be told, as events; each kind of thing once. */
export function lost(losses: readonly LossCode[]): AnswerEvent[] {
  if (losses.length === 0) return [];
  return [...new Set(losses)].map((loss): AnswerEvent => ({ is: 'lost', loss }));
}
