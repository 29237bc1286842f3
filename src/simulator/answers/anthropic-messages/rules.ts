import { field, isObject, isString, numberField, stringField } from '../../../lib/expect.ts';
import type { Asked, Identity } from '../../asked.ts';
import { type Objections, listOf, unknownFields } from '../../content/objections.ts';
import { blockObjections, emptyObjections } from './block-rules.ts';

// The fields of the Messages API and its betas; anything else is "Extra inputs are not permitted".
const FIELDS = new Set(
  `model messages max_tokens system tools tool_choice thinking temperature top_p top_k stop_sequences stream metadata
  service_tier cache_control container context_management mcp_servers output_config output_format inference_geo speed
  anthropic_version anthropic_beta betas user_profile_id fallbacks diagnostics`.split(/\s+/),
);

const CACHE_BREAKPOINTS = 4;
const LEAST_THINKING = 1024;

/** What Anthropic would refuse a request for, in about its words. */
export function* requestObjections(asked: Asked, identity: Identity): Objections {
  const { json } = asked;
  const limit = field(json, 'max_tokens');
  if (limit === undefined) yield { message: 'max_tokens: Field required' };
  if (typeof limit !== 'number') yield { message: 'max_tokens: Input should be a valid integer' };
  else if (limit < 1) yield { message: 'max_tokens: Input should be greater than or equal to 1' };
  yield* countObjections(asked, identity);
}

/** The same for counting tokens, where there is no limit. */
export function* countObjections({ json, headers, path }: Asked, identity: Identity): Objections {
  if (headers['anthropic-version'] === undefined && path.startsWith('/v1/messages')) {
    yield { message: 'anthropic-version: header is required' };
  }
  for (const name of unknownFields(json, FIELDS))
    yield { message: `${name}: Extra inputs are not permitted` };
  const messages = field(json, 'messages');
  if (messages === undefined) yield { message: 'messages: Field required' };
  if (!Array.isArray(messages)) yield { message: 'messages: Input should be a valid array' };
  if (listOf(messages).length === 0) yield { message: 'messages: at least one message is required' };
  yield* systemObjections(field(json, 'system'));
  yield* roleObjections(listOf(messages));
  yield* emptyObjections(listOf(messages));
  for (const [index, message] of listOf(messages).entries()) yield* blockObjections(message, index, identity);
  yield* pairingObjections(listOf(messages));
  yield* toolObjections(json);
  yield* samplingObjections(json);
  yield* thinkingObjections(json);
  const marks = JSON.stringify(json).split('"cache_control":{').length - 1;
  if (marks > CACHE_BREAKPOINTS) {
    yield {
      message: `A maximum of ${CACHE_BREAKPOINTS} blocks with cache_control may be provided. Found ${marks}.`,
    };
  }
}

function* systemObjections(system: unknown): Objections {
  if (system === undefined || isString(system)) return;
  if (!Array.isArray(system)) yield { message: 'system: Input should be a valid array' };
  for (const block of listOf(system)) {
    if (field(block, 'text') === '') yield { message: 'system: text content blocks must be non-empty' };
  }
}

function* roleObjections(messages: readonly unknown[]): Objections {
  for (const [index, message] of messages.entries()) {
    const role = field(message, 'role');
    // Newer models take a system message in the middle, never as the first.
    if (role === 'user' || role === 'assistant' || (role === 'system' && index > 0)) continue;
    if (role === 'system') {
      yield {
        message:
          'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input message role.',
      };
    }
    yield { message: `messages.${index}.role: Input should be 'user' or 'assistant'` };
  }
  if (field(messages[0], 'role') !== 'user') {
    yield { message: 'messages: first message must use the "user" role' };
  }
}

/** Every call is answered in the very next message, before anything else in it; nothing else is answered. */
function* pairingObjections(messages: readonly unknown[]): Objections {
  const seen = new Set<string>();
  let open: readonly string[] = [];
  for (const [index, message] of messages.entries()) {
    const blocks = listOf(field(message, 'content'));
    const firstOther = blocks.findIndex((block) => stringField(block, 'type') !== 'tool_result');
    const leading = firstOther === -1 ? blocks : blocks.slice(0, firstOther);
    const answered = leading.map((block) => stringField(block, 'tool_use_id') ?? '');
    const unanswered = open.filter((id) => !answered.includes(id));
    if (unanswered.length > 0) {
      yield {
        message: `messages.${index - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${unanswered.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      };
    }
    for (const [at, block] of blocks.entries()) {
      if (stringField(block, 'type') !== 'tool_result') continue;
      const id = stringField(block, 'tool_use_id') ?? '';
      if (open.includes(id)) continue;
      yield {
        message: `messages.${index}.content.${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      };
    }
    if (new Set(answered).size < answered.length) {
      yield {
        message: `messages.${index}.content: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${answered.find((id, at) => answered.indexOf(id) !== at) ?? ''}`,
      };
    }
    open = blocks
      .filter((block) => stringField(block, 'type') === 'tool_use')
      .map((block) => stringField(block, 'id') ?? '');
    for (const id of open) {
      if (seen.has(id)) yield { message: 'messages: `tool_use` ids must be unique' };
      seen.add(id);
    }
  }
  if (open.length > 0) {
    yield {
      message: `messages.${messages.length - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
    };
  }
}

function* toolObjections(json: unknown): Objections {
  const tools = listOf(field(json, 'tools'));
  const names = new Set<string>();
  for (const [index, tool] of tools.entries()) {
    const kind = field(tool, 'type');
    if (kind !== undefined && kind !== 'custom' && kind !== null) continue;
    const name = field(tool, 'name');
    if (!isString(name)) yield { message: `tools.${index}.custom.name: Field required` };
    else if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name)) {
      yield { message: `tools.${index}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'` };
    } else if (names.has(name)) yield { message: 'tools: Tool names must be unique.' };
    else names.add(name);
    const schema = field(tool, 'input_schema');
    if (!isObject(schema)) yield { message: `tools.${index}.custom.input_schema: Field required` };
    const type = field(schema, 'type');
    if (type === undefined) yield { message: `tools.${index}.custom.input_schema.type: Field required` };
    else if (type !== 'object') {
      yield { message: `tools.${index}.custom.input_schema.type: Input should be 'object'` };
    }
  }
  const choice = field(json, 'tool_choice');
  if (choice === undefined) return;
  const kind = stringField(choice, 'type') ?? '';
  if (!['auto', 'any', 'tool', 'none'].includes(kind)) {
    yield {
      message: `tool_choice: Input tag '${kind}' found using 'type' does not match any of the expected tags: 'auto', 'any', 'tool', 'none'`,
    };
  }
  if (tools.length === 0) yield { message: 'tool_choice may only be specified while providing `tools`.' };
  const named = stringField(choice, 'name');
  if (named !== undefined && !tools.some((tool) => field(tool, 'name') === named)) {
    yield { message: `Tool '${named}' not found in provided tools` };
  }
}

function* samplingObjections(json: unknown): Objections {
  const temperature = numberField(json, 'temperature');
  if (temperature !== undefined && (temperature < 0 || temperature > 1)) {
    yield { message: 'temperature: range: 0..1' };
  }
  const stops = listOf(field(json, 'stop_sequences'));
  if (stops.some((stop) => isString(stop) && stop.trim() === '')) {
    yield { message: 'stop_sequences: each stop sequence must contain non-whitespace' };
  }
}

function* thinkingObjections(json: unknown): Objections {
  const thinking = field(json, 'thinking');
  const kind = stringField(thinking, 'type');
  if (kind !== 'enabled' && kind !== 'adaptive') return;
  const budget = numberField(thinking, 'budget_tokens');
  if (kind === 'enabled') {
    if (budget === undefined) yield { message: 'thinking.enabled.budget_tokens: Field required' };
    else if (budget < LEAST_THINKING) {
      yield {
        message: `thinking.enabled.budget_tokens: Input should be greater than or equal to ${LEAST_THINKING}`,
      };
    } else if (budget >= (numberField(json, 'max_tokens') ?? Infinity)) {
      yield { message: '`max_tokens` must be greater than `thinking.budget_tokens`.' };
    }
  }
  const choice = stringField(field(json, 'tool_choice'), 'type');
  if (kind === 'enabled' && (choice === 'any' || choice === 'tool')) {
    yield { message: 'Thinking may not be enabled when tool_choice forces tool use.' };
  }
  if ((numberField(json, 'temperature') ?? 1) !== 1) {
    yield { message: '`temperature` may only be set to 1 when thinking is enabled or in adaptive mode.' };
  }
  if (kind === 'enabled') yield* firstThoughtObjections(listOf(field(json, 'messages')));
}

/** In the turn that is going on (after the last word of the user's own), what the model said began with a thought. */
function* firstThoughtObjections(messages: readonly unknown[]): Objections {
  const own = messages.findLastIndex(
    (message) =>
      field(message, 'role') === 'user' &&
      !listOf(field(message, 'content')).some((block) => field(block, 'type') === 'tool_result'),
  );
  const index = messages.findIndex((message, at) => at > own && field(message, 'role') === 'assistant');
  const first = listOf(field(messages[index], 'content'))[0];
  const kind = stringField(first, 'type');
  if (kind === undefined || kind === 'thinking' || kind === 'redacted_thinking') return;
  yield {
    message: `messages.${index}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${kind}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks). To avoid this requirement, disable \`thinking\`.`,
  };
}
