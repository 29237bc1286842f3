import type { AnswerEvent } from '../../core/answer.ts';
import { fault } from '../../core/fault.ts';
import type { TranslationTarget } from '../../core/format.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { AnswerReader } from './answer-reader.ts';

/** Reads a whole answer; one that was streamed as an array is whole too. */
export function decodeAnswer(body: Buffer, target: TranslationTarget): readonly AnswerEvent[] {
  const view = viewJson(body.toString('utf8').replace(/^\uFEFF/, ''));
  const chunks: readonly JsonView[] = view?.kind === 'array' ? view.items() : view ? [view] : [];
  if (chunks.some(({ kind }) => kind !== 'object') || chunks.length === 0)
    return [{ is: 'error', fault: fault('upstream_garbled', 'the answer is no JSON object') }];
  const reader = new AnswerReader(target);
  const events = chunks.flatMap((chunk) => reader.read(chunk));
  return events.at(-1)?.is === 'error' ? events : [...events, ...reader.end(view?.kind === 'object')];
}
