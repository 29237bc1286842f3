import type { AnswerVerdict } from '../../core/format.ts';
import type { Operation } from '../../core/operation.ts';
import type { Usage } from '../../core/usage.ts';
import { isObject, numberField, parseJson } from '../../lib/expect.ts';
import { isLiteral, scanObject, wantedKeys } from '../../lib/json-scan.ts';
import { garbled, isEmptyList, whyNotJson } from '../hub/garbled.ts';
import { classifyInside } from '../hub/openai-errors.ts';
import { readUsage } from './usage.ts';

/** The fields without one of which an answer to this operation is no answer. */
const ESSENTIAL: Partial<Record<Operation, readonly string[]>> = {
  chat: ['choices'],
  completions: ['choices'],
  embeddings: ['data'],
  // Hosts differ; a caller who asks one in its own words reads its own field.
  rerank: ['results', 'data'],
  moderations: ['results'],
  'images.generate': ['data'],
  'images.edit': ['data'],
  'images.variation': ['data'],
};

const WANTED = wantedKeys([...new Set(Object.values(ESSENTIAL).flat()), 'usage', 'error']);

/** Judges a whole 2xx answer by its top level; the rest of it is never parsed. */
export function judgeAnswer(operation: Operation, body: Buffer): AnswerVerdict {
  const essential = ESSENTIAL[operation];
  if (essential === undefined) return judgeAnything(body);
  let found = false;
  let usage: Usage | undefined;
  let error: unknown;
  const broken = scanObject(body, WANTED, (key, _keyStart, start, end) => {
    if (essential.includes(key)) found ||= !isEmptyList(body, start, end);
    else if (key === 'usage') usage = usageOf(operation, parseJson(body.toString('utf8', start, end)));
    else if (key === 'error' && !isLiteral(body, start, end, 'null'))
      error = parseJson(body.toString('utf8', start, end));
  });
  if (broken !== -1) return garbled(whyNotJson(body, broken));
  if (found) return { is: 'answer', usage };
  if (error !== undefined) return { is: 'fault', fault: classifyInside(error) };
  return garbled(`the answer has no ${essential[0]}`);
}

/** Where nothing is written but vectors and scores, all tokens were read; some hosts say no more (Voyage, Jina). */
function usageOf(operation: Operation, value: unknown): Usage | undefined {
  const usage = readUsage(value);
  if (usage || (operation !== 'embeddings' && operation !== 'rerank')) return usage;
  const input = numberField(value, 'total_tokens');
  return input === undefined ? undefined : readUsage({ prompt_tokens: input });
}

/** Operations whose answers have many shapes (text, audio, subtitles): only an error object or nothing is a fault. */
function judgeAnything(body: Buffer): AnswerVerdict {
  if (body.length === 0) return garbled('the answer is empty');
  if (body[0] !== 0x7b || body.length > 65_536) return { is: 'answer', usage: undefined };
  const value = parseJson(body.toString('utf8'));
  if (!isObject(value)) return { is: 'answer', usage: undefined };
  if (isObject(value['error'])) return { is: 'fault', fault: classifyInside(value['error']) };
  return { is: 'answer', usage: readUsage(value['usage']) };
}
