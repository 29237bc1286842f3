import type { Outcome } from '../../../core/outcome.ts';
import { field, isObject, isString, numberField, stringField } from '../../../lib/expect.ts';
import type { Asked } from '../../asked.ts';
import { type Objections, listOf, unless } from '../../content/objections.ts';
import { type AnswerShape, PLAIN_QUESTION, type Question, type Turn } from '../../content/question.ts';
import { functionTools } from '../../content/tools.ts';
import type { Objection } from '../../trouble.ts';

const INTO = 'of type';

/** The question of `/api/chat`, or what Ollama would refuse it for: what Go cannot read into its fields, and no more. */
export function readOllama({ json }: Asked): Outcome<Question, Objection> {
  return unless(chatObjections(json), () => ({
    ...PLAIN_QUESTION,
    turns: listOf(field(json, 'messages')).map(turnOf),
    tools: functionTools(field(json, 'tools')),
    limit: limitOf(json),
    shape: shapeOf(field(json, 'format')),
    thinks: thinks(json),
  }));
}

/** The question of `/api/generate`: a system prompt and one text. */
export function readGenerate({ json }: Asked): Outcome<Question, Objection> {
  return unless(generateObjections(json), () => ({
    ...PLAIN_QUESTION,
    turns: [
      { by: 'system', text: stringField(json, 'system') ?? '' },
      { by: 'user', text: stringField(json, 'prompt') ?? '' },
    ],
    limit: limitOf(json),
    shape: shapeOf(field(json, 'format')),
    thinks: thinks(json),
  }));
}

const SPEAKERS: Readonly<Record<string, Turn['by']>> = {
  system: 'system',
  assistant: 'model',
  tool: 'tool',
};

function turnOf(message: unknown): Turn {
  const by = SPEAKERS[stringField(message, 'role') ?? ''] ?? 'user';
  return { by, text: stringField(message, 'content') ?? '' };
}

function limitOf(json: unknown): number | undefined {
  const limit = numberField(field(json, 'options'), 'num_predict');
  // Negative numbers mean without end.
  return limit !== undefined && limit > 0 ? limit : undefined;
}

function thinks(json: unknown): boolean {
  const think = field(json, 'think');
  return think === true || isString(think);
}

function shapeOf(format: unknown): AnswerShape {
  if (format === 'json') return { is: 'json' };
  return isObject(format) ? { is: 'schema', schema: format } : { is: 'text' };
}

function* chatObjections(json: unknown): Objections {
  const messages = field(json, 'messages');
  if (messages !== undefined && messages !== null && !Array.isArray(messages)) {
    yield unreadable(typeof messages, 'ChatRequest.messages', '[]api.Message');
  }
  for (const message of listOf(messages)) yield* messageObjections(message);
  yield* optionObjections(json);
}

function* messageObjections(message: unknown): Objections {
  const content = field(message, 'content');
  if (content !== undefined && content !== null && !isString(content)) {
    const found = Array.isArray(content) ? 'array' : typeof content;
    yield unreadable(found, 'ChatRequest.messages.content', 'string');
  }
  for (const call of listOf(field(message, 'tool_calls'))) {
    const given = field(field(call, 'function'), 'arguments');
    if (given === undefined || given === null || isObject(given)) continue;
    yield unreadable(
      typeof given,
      'ChatRequest.messages.tool_calls.function.arguments',
      'map[string]interface {}',
    );
  }
  for (const image of listOf(field(message, 'images'))) {
    if (isString(image) && /^[A-Za-z0-9+/]*={0,2}$/.test(image)) continue;
    yield { message: 'illegal base64 data at input byte 4' };
  }
}

function* generateObjections(json: unknown): Objections {
  const prompt = field(json, 'prompt');
  if (prompt !== undefined && !isString(prompt)) {
    yield unreadable(typeof prompt, 'GenerateRequest.prompt', 'string');
  }
  yield* optionObjections(json);
}

function* optionObjections(json: unknown): Objections {
  const format = field(json, 'format');
  if (isString(format) && format !== '' && format !== 'json') {
    yield { message: `invalid format: "${format}"; expected "json" or a JSON schema` };
  }
  const temperature = field(field(json, 'options'), 'temperature');
  if (temperature !== undefined && typeof temperature !== 'number') {
    yield { message: `option "temperature" must be ${INTO} float32` };
  }
}

function unreadable(found: string, place: string, wanted: string): Objection {
  return { message: `json: cannot unmarshal ${found} into Go struct field ${place} ${INTO} ${wanted}` };
}
