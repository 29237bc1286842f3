import { fault } from '../../core/fault.ts';
import type { AnswerVerdict } from '../../core/format.ts';
import type { Operation } from '../../core/operation.ts';
import type { Usage } from '../../core/usage.ts';
import { field, isObject, parseJson } from '../../lib/expect.ts';
import { scanObject, wantedKeys } from '../../lib/json-scan.ts';
import { blockedPrompt, classifyInside } from './errors.ts';
import { readUsage } from './usage.ts';

/** Fields of which an answer to this operation must have one; counts of zero are left out by Google. */
const ESSENTIAL: Partial<Record<Operation, readonly string[]>> = {
  chat: ['candidates'],
  embeddings: ['embedding', 'embeddings', 'predictions'],
};

const WANTED = wantedKeys([
  'candidates',
  'embedding',
  'embeddings',
  'predictions',
  'promptFeedback',
  'usageMetadata',
  'error',
]);

/** Judges a whole 2xx answer by its top level; the rest of it is never parsed. */
export function judgeAnswer(operation: Operation, body: Buffer): AnswerVerdict {
  const essential = ESSENTIAL[operation];
  const found = new Map<string, unknown>();
  let whole = false;
  let usage: Usage | undefined;
  const broken = scanObject(body, WANTED, (key, _keyStart, start, end) => {
    if (essential?.includes(key) === true) whole ||= isFilled(body, start, end);
    else if (key === 'usageMetadata') usage = readUsage(parseJson(body.toString('utf8', start, end)));
    else if (key === 'error' || key === 'promptFeedback')
      found.set(key, parseJson(body.toString('utf8', start, end)));
  });
  if (broken !== -1) return garbled(describe(body, broken));
  if (whole) return { is: 'answer', usage };
  const error = found.get('error');
  if (isObject(error)) return { is: 'fault', fault: classifyInside(error) };
  // Callers of this format look for the reason here; no error of ours would tell them as much.
  if (blockedPrompt({ promptFeedback: found.get('promptFeedback') })) return { is: 'answer', usage };
  return essential ? garbled(`the answer has no ${essential[0]}`) : { is: 'answer', usage };
}

/** A candidate without anything in it (`{"content":{}}`) is short; what is longer is not looked into. */
const LONGEST_EMPTY = 4096;

function isFilled(body: Buffer, start: number, end: number): boolean {
  if (end - start > LONGEST_EMPTY) return true;
  const value = parseJson(body.toString('utf8', start, end));
  if (isObject(value)) return Object.keys(value).length > 0;
  return Array.isArray(value) && value.some(isSomething);
}

function isSomething(item: unknown): boolean {
  if (!isObject(item)) return false;
  if (!('content' in item) || item['finishReason'] !== undefined) return Object.keys(item).length > 0;
  const parts = field(item['content'], 'parts');
  return Array.isArray(parts) && parts.length > 0;
}

function describe(body: Buffer, at: number): string {
  if (body.length === 0) return 'the answer is empty';
  if (at >= body.length) return `the answer breaks off after ${body.length} bytes`;
  if (body.toString('utf8', 0, 64).trim().startsWith('<'))
    return 'the answer is a web page, not JSON (a captive portal or a wrong address?)';
  return `the answer is not JSON at byte ${at}`;
}

function garbled(message: string): AnswerVerdict {
  return { is: 'fault', fault: fault('upstream_garbled', message) };
}
