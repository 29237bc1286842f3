import type { AnswerEvent } from '../../core/answer.ts';

/** Content a reader would miss, or the end of an answer that has none and says why. */
export function isContent(event: AnswerEvent): boolean {
  if (event.is === 'delta') return event.text !== '';
  if (event.is === 'open') return event.part.kind === 'call' || event.part.kind === 'media';
  return event.is === 'opaque' || event.is === 'finish';
}
