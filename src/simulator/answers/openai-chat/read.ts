import type { Outcome } from '../../../core/outcome.ts';
import { field, isObject, isString, numberField, stringField } from '../../../lib/expect.ts';
import type { Asked, Identity } from '../../asked.ts';
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
import { mistralObjections } from './mistral.ts';

const INVALID = 'invalid_request_error';
const ROLES = ['system', 'assistant', 'user', 'function', 'tool', 'developer'];
// Longer ids are refused: "Expected a string with maximum length 40".
const ID_LENGTH = 40;

/** The question of a chat request, or what OpenAI (or Mistral, when it plays that) would refuse it for. */
export function readChat(asked: Asked, identity: Identity): Outcome<Question, Objection> {
  const rules = identity.chatRules === 'mistral' ? mistralObjections : openaiObjections;
  return unless(rules(asked.json), () => questionOf(asked.json));
}

function questionOf(json: unknown): Question {
  const limit = numberField(json, 'max_completion_tokens') ?? numberField(json, 'max_tokens');
  return {
    turns: listOf(field(json, 'messages')).map(turnOf),
    tools: functionTools(field(json, 'tools')),
    choice: toolChoiceOf(field(json, 'tool_choice')),
    parallel: field(json, 'parallel_tool_calls') !== false,
    limit,
    shape: shapeOf(field(json, 'response_format')),
    // OpenAI's models think in silence.
    thinks: false,
    count: numberField(json, 'n') ?? 1,
  };
}

const SPEAKERS: Readonly<Record<string, Turn['by']>> = {
  system: 'system',
  developer: 'system',
  assistant: 'model',
  tool: 'tool',
  function: 'tool',
};

function turnOf(message: unknown): Turn {
  const by = SPEAKERS[stringField(message, 'role') ?? ''] ?? 'user';
  return { by, text: textOf(field(message, 'content')) };
}

/** The tool choice as chat, and some who took over its words, write it. */
export function toolChoiceOf(choice: unknown): ToolChoice {
  const name = stringField(field(choice, 'function'), 'name');
  if (name !== undefined) return { is: 'named', name };
  if (choice === 'none') return { is: 'none' };
  return { is: choice === 'required' || choice === 'any' ? 'any' : 'auto' };
}

function shapeOf(format: unknown): AnswerShape {
  const kind = stringField(format, 'type');
  if (kind === 'json_object') return { is: 'json' };
  if (kind === 'json_schema') return { is: 'schema', schema: field(field(format, 'json_schema'), 'schema') };
  return { is: 'text' };
}

function* openaiObjections(json: unknown): Objections {
  const messages = field(json, 'messages');
  if (!Array.isArray(messages) || messages.length === 0) yield missing('messages');
  for (const [index, message] of listOf(messages).entries()) yield* messageObjections(message, index);
  yield* pairingObjections(listOf(messages));
  yield* toolObjections(json);
  const temperature = numberField(json, 'temperature');
  if (temperature !== undefined && temperature > 2) {
    yield wrong(
      `Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got ${temperature} instead.`,
      'decimal_above_max_value',
      'temperature',
    );
  }
}

function* messageObjections(message: unknown, index: number): Objections {
  const at = `messages[${index}]`;
  const role = field(message, 'role');
  if (role === undefined) yield missing(`${at}.role`);
  if (!isString(role) || !ROLES.includes(role)) yield invalidValue(`${at}.role`, role, ROLES);
  const calls = field(message, 'tool_calls');
  const content = field(message, 'content');
  if ((content === undefined || content === null) && role !== 'assistant') {
    yield wrong(
      "Invalid value for 'content': expected a string, got null.",
      null,
      `messages.[${index}].content`,
    );
  }
  if (Array.isArray(content)) yield* partObjections(content, role === 'assistant', at);
  if (calls !== undefined && calls !== null) yield* callObjections(calls, at);
  if (role !== 'tool') return;
  const id = field(message, 'tool_call_id');
  if (!isString(id)) {
    yield wrong(
      "Missing parameter 'tool_call_id': messages with role 'tool' must have a 'tool_call_id'.",
      null,
      `messages.[${index}].tool_call_id`,
    );
  } else yield* idObjections(id, `${at}.tool_call_id`);
}

const USER_PARTS = ['text', 'image_url', 'input_audio', 'refusal', 'audio', 'file', 'video_url'];
const ASSISTANT_PARTS = ['text', 'refusal'];

function* partObjections(parts: readonly unknown[], byAssistant: boolean, at: string): Objections {
  const known = byAssistant ? ASSISTANT_PARTS : USER_PARTS;
  for (const [index, part] of parts.entries()) {
    const kind = field(part, 'type');
    if (!isString(kind) || !known.includes(kind))
      yield invalidValue(`${at}.content[${index}].type`, kind, known);
    if (kind === 'text' && !isString(field(part, 'text'))) yield missing(`${at}.content[${index}].text`);
  }
}

function* callObjections(calls: unknown, at: string): Objections {
  if (Array.isArray(calls) && calls.length === 0) {
    yield wrong(
      `Invalid '${at}.tool_calls': empty array. Expected an array with minimum length 1, but got an empty array instead.`,
      'empty_array',
      `${at}.tool_calls`,
    );
  }
  for (const [index, call] of listOf(calls).entries()) {
    const here = `${at}.tool_calls[${index}]`;
    const id = field(call, 'id');
    if (!isString(id)) yield missing(`${here}.id`);
    else yield* idObjections(id, `${here}.id`);
    if (field(call, 'type') === undefined) yield missing(`${here}.type`);
    if (field(call, 'type') !== 'function') continue;
    yield* typeObjections(field(field(call, 'function'), 'name'), `${here}.function.name`);
    yield* typeObjections(field(field(call, 'function'), 'arguments'), `${here}.function.arguments`);
  }
}

function* typeObjections(value: unknown, param: string): Objections {
  if (value === undefined) yield missing(param);
  if (isString(value)) return;
  const found = isObject(value) ? 'an object' : `a ${typeof value}`;
  yield wrong(
    `Invalid type for '${param}': expected a string, but got ${found} instead.`,
    'invalid_type',
    param,
  );
}

function* idObjections(id: string, param: string): Objections {
  if (id.length <= ID_LENGTH) return;
  yield wrong(
    `Invalid '${param}': string too long. Expected a string with maximum length ${ID_LENGTH}, but got a string with length ${id.length} instead.`,
    'string_above_max_length',
    param,
  );
}

/** Every call is answered, directly after the message that made it, and nothing is answered that was not called. */
function* pairingObjections(messages: readonly unknown[]): Objections {
  let open = new Set<string>();
  for (const [index, message] of [...messages, { role: 'end' }].entries()) {
    const role = stringField(message, 'role');
    if (role === 'tool') {
      if (!open.delete(stringField(message, 'tool_call_id') ?? '')) {
        yield wrong(
          "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
          null,
          `messages.[${index}].role`,
        );
      }
      continue;
    }
    if (open.size > 0) {
      yield wrong(
        `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...open].join(', ')}`,
        null,
        `messages.[${index}].role`,
      );
    }
    open = new Set(listOf(field(message, 'tool_calls')).map((call) => stringField(call, 'id') ?? ''));
  }
}

function* toolObjections(json: unknown): Objections {
  const tools = listOf(field(json, 'tools'));
  for (const [index, tool] of tools.entries()) {
    if (field(tool, 'type') === undefined) yield missing(`tools[${index}].type`);
    if (field(tool, 'type') !== 'function') continue;
    const name = field(field(tool, 'function'), 'name');
    const param = `tools[${index}].function.name`;
    if (!isString(name)) yield missing(param);
    else if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
      yield wrong(
        `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
        'invalid_value',
        param,
      );
    }
  }
  const choice = field(json, 'tool_choice');
  if (tools.length === 0 && choice !== undefined && choice !== 'none' && choice !== null) {
    yield wrong(
      "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
      null,
      'tool_choice',
    );
  }
}

function wrong(message: string, code: string | null, param: string | null): Objection {
  return { message, type: INVALID, code, param };
}

function missing(param: string): Objection {
  return wrong(`Missing required parameter: '${param}'.`, 'missing_required_parameter', param);
}

function invalidValue(param: string, value: unknown, known: readonly string[]): Objection {
  const listed = known.map((word) => `'${word}'`);
  const text = `${listed.slice(0, -1).join(', ')}, and ${listed.at(-1) ?? ''}`;
  return wrong(`Invalid value: '${String(value)}'. Supported values are: ${text}.`, 'invalid_value', param);
}
