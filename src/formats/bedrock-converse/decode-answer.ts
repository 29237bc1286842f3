import type { AnswerEvent } from '../../core/answer.ts';
import { fault } from '../../core/fault.ts';
import type { TranslationTarget } from '../../core/format.ts';
import { viewJson } from '../../lib/json-view.ts';
import { whyNotJson } from '../hub/garbled.ts';
import { BlockReader } from './block-reader.ts';
import { finishOf } from './finish.ts';
import { readUsage } from './usage.ts';

/** Reads a whole answer. */
export function decodeAnswer(body: Buffer, target: TranslationTarget): readonly AnswerEvent[] {
  const view = viewJson(body.toString('utf8'));
  const message = view?.get('output')?.get('message');
  const raw = view?.string('stopReason');
  if (!view || message?.kind !== 'object' || raw === undefined) {
    const why = view ? 'the answer has no message' : whyNotJson(body, body.length);
    return [{ is: 'error', fault: fault('upstream_garbled', why) }];
  }
  const reader = new BlockReader(target);
  const blocks = message.list('content').flatMap((block) => reader.block(block));
  const usage = readUsage(view.get('usage')?.value());
  const fields = view.get('additionalModelResponseFields');
  return [
    { is: 'start' },
    ...blocks,
    ...(usage ? [{ is: 'usage', usage } as const] : []),
    finishOf(raw, fields?.get('delta')?.string('stop_sequence'), reader.called),
    { is: 'end' },
  ];
}
