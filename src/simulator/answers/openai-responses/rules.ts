import { field, isString, numberField, stringField } from '../../../lib/expect.ts';
import type { Identity } from '../../asked.ts';
import { type Objections, listOf, unknownFields } from '../../content/objections.ts';
import { unseal } from '../../seal.ts';
import { invalidValue, missing, wrong } from './errors.ts';

/** What encrypted reasoning is sealed for. */
export const REASONING_SEAL = 'openai:reasoning';
export const COMPACTION_SEAL = 'openai:compaction';

/** The item that asks for a compaction in place of an answer; it must be the last one. */
export const COMPACTION_TRIGGER = 'compaction_trigger';

const FIELDS = new Set(
  `model input instructions include parallel_tool_calls previous_response_id store stream stream_options temperature
  text tool_choice tools top_p top_logprobs truncation user metadata max_output_tokens max_tool_calls background
  conversation prompt prompt_cache_key prompt_cache_retention prompt_cache_options reasoning safety_identifier
  service_tier context_management moderation client_metadata`.split(/\s+/),
);

const LEAST_OUTPUT = 16;
const ID_LENGTH = 64;
const ROLES = ['assistant', 'system', 'developer', 'user'];
const INPUT_PARTS = ['input_text', 'input_image', 'input_file', 'input_audio'];
const OUTPUT_PARTS = ['output_text', 'refusal'];

/** What OpenAI would refuse a request for at `/v1/responses`. `items` are those of the conversation so far, and its own. */
export function* requestObjections(json: unknown, items: readonly unknown[], identity: Identity): Objections {
  for (const name of unknownFields(json, FIELDS)) {
    yield wrong(`Unknown parameter: '${name}'.`, 'unknown_parameter', name);
  }
  const previous = stringField(json, 'previous_response_id');
  if (previous !== undefined && !identity.kept.get(previous)) {
    yield wrong(
      `Previous response with id '${previous}' not found.`,
      'previous_response_not_found',
      'previous_response_id',
    );
  }
  const input = field(json, 'input');
  const isPrompted = field(json, 'prompt') !== undefined || field(json, 'conversation') !== undefined;
  if (!isString(field(json, 'model')) && !isPrompted) yield missing('model');
  if (input === undefined && previous === undefined && !isPrompted) yield missing('input');
  if (input !== undefined && !isString(input) && !Array.isArray(input)) {
    yield wrong(
      `Invalid type for 'input': expected one of a list of input items or string, but got ${typeof input} instead.`,
      'invalid_type',
      'input',
    );
  }
  for (const [index, item] of listOf(input).entries())
    yield* itemObjections(item, `input[${index}]`, identity);
  yield* pairingObjections(items);
  yield* toolObjections(json);
  const limit = numberField(json, 'max_output_tokens');
  if (limit !== undefined && limit < LEAST_OUTPUT) {
    yield wrong(
      `Invalid 'max_output_tokens': integer below minimum value. Expected a value >= ${LEAST_OUTPUT}, but got ${limit} instead.`,
      'integer_below_min_value',
      'max_output_tokens',
    );
  }
}

function* itemObjections(item: unknown, at: string, identity: Identity): Objections {
  const kind = stringField(item, 'type') ?? (field(item, 'role') === undefined ? '' : 'message');
  const id = field(item, 'id');
  if (isString(id)) yield* idObjections(id, kind, at);
  switch (kind) {
    case 'message':
      yield* messageObjections(item, at);
      break;
    case 'function_call':
      for (const name of ['call_id', 'name', 'arguments']) yield* textObjections(item, name, at);
      break;
    case 'custom_tool_call':
      for (const name of ['call_id', 'name', 'input']) yield* textObjections(item, name, at);
      break;
    case 'function_call_output':
    case 'custom_tool_call_output':
      yield* textObjections(item, 'call_id', at);
      if (field(item, 'output') === undefined) yield missing(`${at}.output`);
      break;
    case 'reasoning':
      yield* reasoningObjections(item, at, identity);
      break;
    case 'compaction':
      yield* sealObjections(item, 'The encrypted content', COMPACTION_SEAL, identity);
      break;
    case 'item_reference':
      yield* referenceObjections(item, identity);
      break;
    case COMPACTION_TRIGGER:
      break;
    case '':
      yield missing(`${at}.type`);
      break;
    default:
      if (!OTHER_ITEMS.has(kind)) yield invalidValue(at, kind, ['message', 'function_call', ...OTHER_ITEMS]);
  }
}

const OTHER_ITEMS = new Set(
  `file_search_call computer_call computer_call_output web_search_call image_generation_call code_interpreter_call
  local_shell_call local_shell_call_output shell_call shell_call_output apply_patch_call apply_patch_call_output
  mcp_list_tools mcp_approval_request mcp_approval_response mcp_call tool_search_call tool_search_output additional_tools`.split(
    /\s+/,
  ),
);

const ID_STARTS: Readonly<Record<string, string>> = {
  message: 'msg',
  function_call: 'fc',
  custom_tool_call: 'ctc',
  reasoning: 'rs',
};

function* idObjections(id: string, kind: string, at: string): Objections {
  const start = ID_STARTS[kind];
  if (id.length > ID_LENGTH) {
    yield wrong(
      `Invalid '${at}.id': string too long. Expected a string with maximum length ${ID_LENGTH}, but got a string with length ${id.length} instead.`,
      'string_above_max_length',
      `${at}.id`,
    );
  }
  if (start !== undefined && !id.startsWith(start)) {
    yield wrong(
      `Invalid '${at}.id': '${id}'. Expected an ID that begins with '${start}'.`,
      'invalid_value',
      `${at}.id`,
    );
  }
}

function* messageObjections(item: unknown, at: string): Objections {
  const role = field(item, 'role');
  const content = field(item, 'content');
  if (!isString(role) || !ROLES.includes(role)) yield invalidValue(at, role, ROLES);
  if (content === undefined || content === null) yield missing(`${at}.content`);
  const known = role === 'assistant' ? OUTPUT_PARTS : INPUT_PARTS;
  for (const [index, part] of listOf(content).entries()) {
    const kind = field(part, 'type');
    if (!isString(kind) || !known.includes(kind)) yield invalidValue(`${at}.content[${index}]`, kind, known);
    if (kind?.toString().endsWith('_text') && !isString(field(part, 'text'))) {
      yield missing(`${at}.content[${index}].text`);
    }
  }
}

function* textObjections(item: unknown, name: string, at: string): Objections {
  const value = field(item, name);
  const param = `${at}.${name}`;
  if (value === undefined || value === null) yield missing(param);
  else if (!isString(value)) {
    yield wrong(
      `Invalid type for '${param}': expected a string, but got an ${typeof value} instead.`,
      'invalid_type',
      param,
    );
  } else if (value === '' && name !== 'arguments' && name !== 'input') {
    yield wrong(
      `Invalid '${param}': empty string. Expected a string with minimum length 1, but got an empty string instead.`,
      'empty_string',
      param,
    );
  } else if (name === 'call_id' && value.length > ID_LENGTH) yield* idObjections(value, name, at);
}

function* reasoningObjections(item: unknown, at: string, identity: Identity): Objections {
  if (!Array.isArray(field(item, 'summary'))) yield missing(`${at}.summary`);
  const id = stringField(item, 'id') ?? '';
  if (isString(field(item, 'encrypted_content'))) {
    yield* sealObjections(item, `The encrypted content for item ${id}`, REASONING_SEAL, identity);
  } else yield* referenceObjections(item, identity);
}

function* sealObjections(item: unknown, what: string, purpose: string, { owner }: Identity): Objections {
  const sealed = stringField(item, 'encrypted_content') ?? '';
  if (sealed.startsWith(SEAL_START) && unseal(owner, purpose, sealed.slice(SEAL_START.length)) !== undefined)
    return;
  yield wrong(
    `${what} could not be verified. Reason: Encrypted content could not be decrypted or parsed.`,
    'invalid_encrypted_content',
    null,
  );
}

/** What all of OpenAI's encrypted texts begin with. */
export const SEAL_START = 'gAAAA';

function* referenceObjections(item: unknown, { kept }: Identity): Objections {
  const id = stringField(item, 'id') ?? '';
  if (kept.item((candidate) => field(candidate, 'id') === id) !== undefined) return;
  yield wrong(
    `Item with id '${id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`,
    null,
    'input',
    404,
  );
}

/** Calls that must be answered, in the words of OpenAI's refusals. */
const MUST_BE_ANSWERED: ReadonlyMap<string, string> = new Map([
  ['function_call', 'function call'],
  ['custom_tool_call', 'custom tool call'],
]);

/** Every call has its output, every output its call, and what was thought is followed by what was thought of. */
function* pairingObjections(items: readonly unknown[]): Objections {
  const calls = items.filter((item) => MUST_BE_ANSWERED.has(stringField(item, 'type') ?? ''));
  const anyCalls = items.filter((item) => (stringField(item, 'type') ?? '').endsWith('_call'));
  const outputs = items.filter((item) => (stringField(item, 'type') ?? '').endsWith('_call_output'));
  const called = new Set(anyCalls.map((item) => field(item, 'call_id')));
  const answered = new Set(outputs.map((item) => field(item, 'call_id')));
  for (const item of outputs) {
    const id = field(item, 'call_id');
    const what = MUST_BE_ANSWERED.get((stringField(item, 'type') ?? '').replace(/_output$/, ''));
    if (what !== undefined && !called.has(id)) {
      yield wrong(`No tool call found for ${what} output with call_id ${String(id)}.`, null, 'input');
    }
  }
  for (const item of calls) {
    const id = field(item, 'call_id');
    const what = MUST_BE_ANSWERED.get(stringField(item, 'type') ?? '');
    if (!answered.has(id)) yield wrong(`No tool output found for ${what} ${String(id)}.`, null, 'input');
  }
  for (const [index, item] of items.entries()) {
    if (stringField(item, 'type') !== 'reasoning') continue;
    const next = items[index + 1];
    const isFollowed = next !== undefined && field(next, 'role') !== 'user' && !isOutput(next);
    if (!isFollowed) {
      const id = stringField(item, 'id') ?? '';
      yield wrong(
        `Item '${id}' of type 'reasoning' was provided without its required following item.`,
        null,
        'input',
      );
    }
  }
}

function isOutput(item: unknown): boolean {
  return (stringField(item, 'type') ?? '').endsWith('_output');
}

function* toolObjections(json: unknown): Objections {
  for (const [index, tool] of listOf(field(json, 'tools')).entries()) {
    const kind = field(tool, 'type');
    if (kind === undefined) yield missing(`tools[${index}].type`);
    if (kind !== 'function' && kind !== 'custom') continue;
    const name = field(tool, 'name');
    if (!isString(name)) yield missing(`tools[${index}].name`);
    else if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name)) {
      yield wrong(
        `Invalid 'tools[${index}].name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
        'invalid_value',
        `tools[${index}].name`,
      );
    }
  }
}
