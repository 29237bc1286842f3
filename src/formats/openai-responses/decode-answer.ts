import type { AnswerEvent } from '../../core/answer.ts';
import { fault } from '../../core/fault.ts';
import type { TranslationTarget } from '../../core/format.ts';
import { field, numberField, parseJson, stringField } from '../../lib/expect.ts';
import { lost } from '../hub/lost.ts';
import { type ReadPart, readItem } from './decode-items.ts';
import { readFailure } from './failure.ts';
import { readFinish } from './finish.ts';
import { unreadIn } from './unread.ts';
import { readUsage } from './usage.ts';

/** A whole response as events. */
export function decodeAnswer(body: Buffer, target: TranslationTarget): readonly AnswerEvent[] {
  const response = parseJson(body.toString('utf8'));
  const failure = readFailure(response);
  if (failure) return [{ is: 'error', fault: failure }];
  const output = field(response, 'output');
  if (!Array.isArray(output))
    return [{ is: 'error', fault: fault('upstream_garbled', 'the answer has no output') }];
  const status = stringField(response, 'status');
  if (status === 'queued' || status === 'in_progress')
    return [{ is: 'error', fault: fault('upstream_garbled', `the answer is not there yet (${status})`) }];
  const parts = output.flatMap((item: unknown) => readItem(item, target));
  const contents = {
    calls: parts.some(({ part }) => part.kind === 'call'),
    refusal: parts.some(({ part }) => part.kind === 'refusal'),
  };
  const usage = readUsage(field(response, 'usage'));
  return [
    readStart(response),
    ...parts.flatMap(wholePart),
    ...lost(output.flatMap(unreadIn)),
    ...(usage ? [{ is: 'usage', usage } as const] : []),
    readFinish(response, contents),
    { is: 'end' },
  ];
}

/** How an answer begins, from the response object as far as it is there. */
export function readStart(response: unknown): AnswerEvent {
  const id = stringField(response, 'id');
  const model = stringField(response, 'model');
  const created = numberField(response, 'created_at');
  return {
    is: 'start',
    ...(id !== undefined && { id }),
    ...(model !== undefined && model !== '' && { model }),
    ...(created !== undefined && { created: Math.floor(created) }),
  };
}

function wholePart({ part, text, citations, states }: ReadPart): AnswerEvent[] {
  return [
    { is: 'open', part },
    ...(text === '' ? [] : [{ is: 'delta', text } as const]),
    ...citations.map((citation) => ({ is: 'citation', citation }) as const),
    ...states.map((state) => ({ is: 'opaque', state }) as const),
    { is: 'close' },
  ];
}
