import type { AnswerVerdict } from '../../core/format.ts';
import type { Operation } from '../../core/operation.ts';
import { parseJson } from '../../lib/expect.ts';
import { isLiteral, scanObject, wantedKeys } from '../../lib/json-scan.ts';
import { garbled, isEmptyList, whyNotJson } from '../hub/garbled.ts';
import { classifyInside } from './errors.ts';
import { readUsage } from './usage.ts';

const WANTED = wantedKeys(['content', 'stop_reason', 'input_tokens', 'usage', 'error']);

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Judges a whole 2xx answer by its top level; the rest of it is never parsed. */
export function judgeAnswer(operation: Operation, body: Buffer): AnswerVerdict {
  if (operation !== 'chat' && operation !== 'count-tokens') return judgeAnything(body);
  const found = new Map<string, Span>();
  const broken = scanObject(body, WANTED, (key, _keyStart, start, end) => {
    if (!isLiteral(body, start, end, 'null')) found.set(key, { start, end });
  });
  if (broken !== -1) return garbled(whyNotJson(body, broken));
  const isAnswer = operation === 'chat' ? isMessage(body, found) : found.has('input_tokens');
  if (isAnswer) return { is: 'answer', usage: readUsage(read(body, found.get('usage'))) };
  const error = found.get('error');
  if (error) return { is: 'fault', fault: classifyInside(read(body, error)) };
  return garbled(`the answer has no ${operation === 'chat' ? 'content' : 'input_tokens'}`);
}

/** The model may end its turn without a word (after results of tools, or refusing): then there is a reason. */
function isMessage(body: Buffer, found: ReadonlyMap<string, Span>): boolean {
  const content = found.get('content');
  if (!content || body[content.start] !== 0x5b) return false;
  return found.has('stop_reason') || !isEmptyList(body, content.start, content.end);
}

function read(body: Buffer, span: Span | undefined): unknown {
  return span && parseJson(body.toString('utf8', span.start, span.end));
}

/** Batches, files, models: gw knows nothing of their answers but that there must be one. */
function judgeAnything(body: Buffer): AnswerVerdict {
  return body.length === 0 ? garbled('the answer is empty') : { is: 'answer', usage: undefined };
}
