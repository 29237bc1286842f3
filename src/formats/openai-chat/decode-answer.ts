import type { AnswerEvent } from '../../core/answer.ts';
import { fault } from '../../core/fault.ts';
import type { TranslationTarget } from '../../core/format.ts';
import { isObject, parseJson } from '../../lib/expect.ts';
import { whyNotJson } from '../hub/garbled.ts';
import { ChunkDecoder } from './decode-stream.ts';

/** A whole chat completion as events: its message is read as the only delta of a stream. */
export function decodeAnswer(body: Buffer, target: TranslationTarget): readonly AnswerEvent[] {
  const answer = parseJson(body.toString('utf8'));
  if (!isObject(answer)) return garbled(whyNotJson(body, 0));
  const decoder = new ChunkDecoder(target);
  const events = decoder.read(answer, undefined);
  if (events.some(({ is }) => is === 'error')) return events.filter(({ is }) => is === 'error');
  if (!events.some(({ is }) => is === 'start')) return garbled('the answer has no choices');
  return [...events, ...decoder.close()];
}

function garbled(message: string): AnswerEvent[] {
  return [{ is: 'error', fault: fault('upstream_garbled', message) }];
}
