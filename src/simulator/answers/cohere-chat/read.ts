import type { Outcome } from '../../../core/outcome.ts';
import { field, isString, numberField, stringField } from '../../../lib/expect.ts';
import type { Asked } from '../../asked.ts';
import { type Objections, listOf, unless } from '../../content/objections.ts';
import {
  type AnswerShape,
  type Question,
  type ToolChoice,
  type Turn,
  textOf,
} from '../../content/question.ts';
import { functionTools } from '../../content/tools.ts';
import type { Objection } from '../../trouble.ts';

const ROLES = ['system', 'user', 'assistant', 'tool'];

/** The question of a chat request, or what Cohere would refuse it for; it does not publish the words it does that in. */
export function readCohere({ json }: Asked): Outcome<Question, Objection> {
  return unless(requestObjections(json), () => questionOf(json));
}

function questionOf(json: unknown): Question {
  const thinking = stringField(field(json, 'thinking'), 'type');
  return {
    turns: listOf(field(json, 'messages')).map(turnOf),
    tools: functionTools(field(json, 'tools')),
    choice: choiceOf(field(json, 'tool_choice')),
    parallel: true,
    limit: numberField(json, 'max_tokens'),
    shape: shapeOf(field(json, 'response_format')),
    thinks: thinking === 'enabled',
    count: 1,
  };
}

const SPEAKERS: Readonly<Record<string, Turn['by']>> = {
  system: 'system',
  assistant: 'model',
  tool: 'tool',
};

function turnOf(message: unknown): Turn {
  const by = SPEAKERS[stringField(message, 'role') ?? ''] ?? 'user';
  const content = field(message, 'content');
  return { by, text: by === 'tool' ? documentsText(content) : textOf(content) };
}

/** A tool's results may be documents, whose text is in their data. */
function documentsText(content: unknown): string {
  if (isString(content)) return content;
  return listOf(content)
    .map((part) => {
      const data = field(field(part, 'document'), 'data');
      return stringField(part, 'text') ?? (isString(data) ? data : JSON.stringify(data ?? ''));
    })
    .join('');
}

function choiceOf(choice: unknown): ToolChoice {
  if (choice === 'NONE') return { is: 'none' };
  return { is: choice === 'REQUIRED' ? 'any' : 'auto' };
}

function shapeOf(format: unknown): AnswerShape {
  if (stringField(format, 'type') !== 'json_object') return { is: 'text' };
  const schema = field(format, 'json_schema') ?? field(format, 'schema');
  return schema === undefined ? { is: 'json' } : { is: 'schema', schema };
}

function* requestObjections(json: unknown): Objections {
  const messages = listOf(field(json, 'messages'));
  if (messages.length === 0) yield wrong('list of messages must not be empty');
  let open = new Set<string>();
  for (const [index, message] of [...messages, { role: 'end' }].entries()) {
    const role = stringField(message, 'role') ?? '';
    if (role !== 'end' && !ROLES.includes(role)) {
      yield wrong(`messages[${index}].role must be one of ${ROLES.join(', ')}, not "${role}"`);
    }
    const calls = listOf(field(message, 'tool_calls'));
    if (
      role === 'user' &&
      textOf(field(message, 'content')) === '' &&
      !Array.isArray(field(message, 'content'))
    ) {
      yield wrong('message must be at least 1 token long or tool results must be specified.');
    }
    if (role === 'tool') {
      const id = stringField(message, 'tool_call_id') ?? '';
      if (!open.delete(id)) yield wrong(`tool_call_id "${id}" was not found in the tool calls before it`);
      continue;
    }
    if (open.size > 0) yield wrong(`tool calls without results: ${[...open].join(', ')}`);
    yield* callObjections(calls, index);
    open = new Set(calls.map((call) => stringField(call, 'id') ?? ''));
  }
  const choice = field(json, 'tool_choice');
  if (choice !== undefined && choice !== 'REQUIRED' && choice !== 'NONE') {
    yield wrong(`tool_choice must be REQUIRED or NONE, not ${JSON.stringify(choice)}`);
  }
}

function* callObjections(calls: readonly unknown[], index: number): Objections {
  for (const call of calls) {
    if (!isString(field(call, 'id'))) yield wrong(`messages[${index}].tool_calls: an id is missing`);
    if (isString(field(field(call, 'function'), 'arguments'))) continue;
    yield wrong(`messages[${index}].tool_calls: arguments must be a string`);
  }
}

function wrong(message: string): Objection {
  return { message: `invalid request: ${message}` };
}
