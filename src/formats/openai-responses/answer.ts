import type { AnswerVerdict, ItemKeeper } from '../../core/format.ts';
import type { Operation } from '../../core/operation.ts';
import { isObject, parseJson, stringField } from '../../lib/expect.ts';
import { isLiteral, readString, scanObject, wantedKeys } from '../../lib/json-scan.ts';
import { garbled, whyNotJson } from '../hub/garbled.ts';
import { readFailure } from './failure.ts';
import { keepItems } from './kept-items.ts';
import { readUsage } from './usage.ts';

/** The field without which an answer to this operation is no answer. */
const ESSENTIAL: Partial<Record<Operation, string>> = {
  chat: 'output',
  compact: 'output',
  'count-tokens': 'input_tokens',
};

const WANTED = wantedKeys(['output', 'input_tokens', 'usage', 'error', 'status', 'id', 'store']);

/** Judges a whole 2xx answer by its top level; the rest of it is parsed only where its items are to be kept. */
export function judgeAnswer(operation: Operation, body: Buffer, keep?: ItemKeeper): AnswerVerdict {
  const essential = ESSENTIAL[operation];
  if (essential === undefined) return judgeAnything(body);
  const found = new Map<string, { readonly start: number; readonly end: number }>();
  const broken = scanObject(body, WANTED, (key, _keyStart, start, end) => found.set(key, { start, end }));
  if (broken !== -1) return garbled(whyNotJson(body, broken));
  const value = (key: string): unknown => {
    const span = found.get(key);
    return span && parseJson(body.toString('utf8', span.start, span.end));
  };
  const error = value('error');
  const failure = readFailure({ status: value('status'), ...(isObject(error) && { error }) });
  if (failure) return { is: 'fault', fault: failure };
  const essence = found.get(essential);
  const isThere = essence !== undefined && !isLiteral(body, essence.start, essence.end, 'null');
  if (!isThere) return garbled(`the answer has no ${essential}`);
  const isStored = value('store') !== false;
  if (keep && isStored) keepItems(value('output'), keep);
  const id = found.get('id');
  const answerId = id && isStored ? readString(body, id.start, id.end) : undefined;
  return { is: 'answer', usage: readUsage(value('usage')), ...(answerId !== undefined && { answerId }) };
}

/** Answers that are kept, deleted or listed have many shapes: only an error object or nothing is a fault. */
function judgeAnything(body: Buffer): AnswerVerdict {
  if (body.length === 0) return garbled('the answer is empty');
  if (body[0] !== 0x7b || body.length > 65_536) return { is: 'answer', usage: undefined };
  const value = parseJson(body.toString('utf8'));
  // A kept answer that failed is what was asked for: it has an error of its own and is an answer all the same.
  const isKept = stringField(value, 'object') === 'response';
  const failure = isObject(value) && !isKept && isObject(value['error']) ? readFailure(value) : undefined;
  return failure ? { is: 'fault', fault: failure } : { is: 'answer', usage: undefined };
}
