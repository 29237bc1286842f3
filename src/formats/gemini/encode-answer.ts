import type { AnswerEvent } from '../../core/answer.ts';
import type { AnswerEcho } from '../../core/format.ts';
import { foldAnswer, partEvents } from '../hub/fold.ts';
import { type AnswerPart, PartsWriter } from './parts-writer.ts';

/** A whole answer, as one response. */
export function encodeAnswer(events: readonly AnswerEvent[], echo: AnswerEcho): Buffer {
  const { parts, ...facts } = foldAnswer(events);
  const writer = new PartsWriter(echo);
  const { id, model, usage, finish } = facts;
  writer.push({ is: 'start', ...(id !== undefined && { id }), ...(model !== undefined && { model }) });
  const written = parts.flatMap(partEvents).flatMap((event): readonly AnswerPart[] => writer.push(event));
  if (usage) writer.push({ is: 'usage', usage });
  if (finish) writer.push({ is: 'finish', reason: finish.reason });
  return Buffer.from(writer.lastChunk(written));
}
