import type { AnswerEvent } from '../../core/answer.ts';
import { fault } from '../../core/fault.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { whyNotJson } from '../hub/garbled.ts';
import { AnswerReader } from './answer-reader.ts';

/** Reads a whole answer; one that came in lines all the same is whole too. */
export function decodeAnswer(body: Buffer): readonly AnswerEvent[] {
  const pieces = piecesOf(body.toString('utf8'));
  if (pieces.length === 0)
    return [{ is: 'error', fault: fault('upstream_garbled', whyNotJson(body, body.length)) }];
  const reader = new AnswerReader();
  const events: AnswerEvent[] = [];
  for (const piece of pieces) if (!reader.over) events.push(...reader.read(piece));
  return [...events, ...reader.end()];
}

function piecesOf(text: string): readonly JsonView[] {
  const whole = viewJson(text);
  const views = whole ? [whole] : text.split('\n').map((line) => viewJson(line));
  return views.filter((view): view is JsonView => view?.kind === 'object');
}
