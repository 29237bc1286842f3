import type {
  Conversation,
  Loss,
  Part,
  ReasoningWish,
  Tool,
  ToolChoice,
  Turn,
} from '../../core/conversation.ts';
import { type Fault, fault } from '../../core/fault.ts';
import type { AskedConversation } from '../../core/format.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { isEffort } from '../hub/effort.ts';
import { fieldLoss } from '../hub/field-loss.ts';
import { cacheMark, decodeContent } from './decode-content.ts';

/** Fields that are read, here or before; any other is a loss. */
const KNOWN = new Set([
  'model',
  'max_tokens',
  'messages',
  'system',
  'tools',
  'tool_choice',
  'thinking',
  'output_config',
  'stream',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'metadata',
  'service_tier',
  'cache_control',
  'fallbacks',
  'anthropic_version',
]);

/**
 * Claude Code begins its instructions with a line for Anthropic's accounts, which changes with every request: to anybody
 * else it says nothing and only spoils the prompt cache (ggml-org/llama.cpp#20623, anthropics/claude-code#40652).
 */
const BILLING_LINE = 'x-anthropic-billing-header:';

/** The caller's request in gw's own words. */
export function decodeRequest(body: Buffer, asked: AskedConversation): Outcome<Conversation, Fault> {
  const request = viewJson(body.toString('utf8').replace(/^\uFEFF/, ''));
  if (request?.kind !== 'object') return failed(fault('bad_request', 'the body is not a JSON object'));
  if (request.get('messages')?.kind !== 'array')
    return failed(fault('bad_request', '"messages" must be a list'));
  const losses = new Set<Loss>();
  for (const [name, value] of request.fields())
    if (!KNOWN.has(name) && value.text !== 'null') losses.add(fieldLoss(name));
  const turns = decodeTurns(request, losses);
  if (turns.is === 'failed') return turns;
  const tools = decodeTools(request.list('tools'), losses);
  return ok({
    turns: turns.value,
    tools,
    ...decodeChoice(request.get('tool_choice'), tools, losses),
    ...decodeNumbers(request),
    ...decodeStop(request),
    ...decodeThinking(request),
    ...decodeOutput(request.get('output_config'), losses),
    ...decodeText(request),
    stream: asked.stream,
    wantsUsage: true,
    losses: [...losses],
  });
}

const ROLES: ReadonlyMap<string, Turn['role']> = new Map([
  ['user', 'user'],
  ['assistant', 'assistant'],
  ['system', 'system'],
]);

function decodeTurns(request: JsonView, losses: Set<Loss>): Outcome<Turn[], Fault> {
  const turns: Turn[] = [];
  const system = decodeContent(request.get('system'), losses).filter((part) => !isBillingLine(part));
  if (system.length > 0) turns.push({ role: 'system', parts: system });
  for (const [at, message] of request.list('messages').entries()) {
    const role = ROLES.get(message.string('role') ?? '');
    if (!role) return failed(fault('bad_request', `messages.${at}: unknown role`));
    turns.push({ role, parts: decodeContent(message.get('content'), losses) });
  }
  return ok(request.get('cache_control') ? markLast(turns, request) : turns);
}

function isBillingLine(part: Part): boolean {
  return part.kind === 'text' && part.text.startsWith(BILLING_LINE);
}

/** A mark on the request itself stands for one on the last block that can have it. */
function markLast(turns: readonly Turn[], request: JsonView): Turn[] {
  const at = turns.findLastIndex(({ parts }) => parts.some(canBeMarked));
  const last = turns[at];
  if (!last) return [...turns];
  const place = last.parts.findLastIndex(canBeMarked);
  const parts = last.parts.map((part, index) =>
    index === place ? { ...part, ...cacheMark(request) } : part,
  );
  return turns.map((turn, index) => (index === at ? { ...turn, parts } : turn));
}

function canBeMarked(part: Part): boolean {
  return part.kind !== 'reasoning' && !(part.kind === 'text' && part.text === '') && part.cache === undefined;
}

const TOOL_FIELDS = new Set(['type', 'name', 'description', 'input_schema', 'strict', 'cache_control']);

/** Tools without a schema are Anthropic's own: it runs them, or the model was taught them by name. */
function decodeTools(tools: readonly JsonView[], losses: Set<Loss>): Tool[] {
  return tools.flatMap((tool): Tool[] => {
    const type = tool.string('type') ?? 'custom';
    if (type !== 'custom') {
      losses.add('server-tool');
      return [];
    }
    for (const [name, value] of tool.fields())
      if (!TOOL_FIELDS.has(name) && value.text !== 'null' && value.text !== 'false')
        losses.add(fieldLoss(name));
    const description = tool.string('description');
    const schema = tool.get('input_schema')?.text;
    const strict = tool.flag('strict');
    return [
      {
        name: tool.string('name') ?? '',
        ...(description !== undefined && { description }),
        ...(schema !== undefined && { schema }),
        ...(strict !== undefined && { strict }),
        ...cacheMark(tool),
      },
    ];
  });
}

function decodeChoice(
  choice: JsonView | undefined,
  tools: readonly Tool[],
  losses: Set<Loss>,
): Pick<Conversation, 'toolChoice' | 'parallelCalls'> {
  if (!choice) return {};
  const only = choice.flag('disable_parallel_tool_use') === true ? { parallelCalls: false } : {};
  const made = decodeMode(choice);
  if (!made) return only;
  const isKnown = made.names?.every((name) => tools.some((tool) => tool.name === name)) ?? true;
  // What must be called is one of Anthropic's own tools, or there is none left.
  if (made.mode === 'required' && (!isKnown || tools.length === 0)) {
    losses.add('tool-choice');
    return only;
  }
  return { toolChoice: made, ...only };
}

function decodeMode(choice: JsonView): ToolChoice | undefined {
  switch (choice.string('type') ?? '') {
    case 'auto':
      return { mode: 'auto' };
    case 'none':
      return { mode: 'none' };
    case 'any':
      return { mode: 'required' };
    case 'tool':
      return { mode: 'required', names: [choice.string('name') ?? ''] };
    default:
      return undefined;
  }
}

function decodeNumbers(request: JsonView): Pick<Conversation, 'maxOutput' | 'temperature' | 'topP' | 'topK'> {
  const maxOutput = request.number('max_tokens');
  const temperature = request.number('temperature');
  const topP = request.number('top_p');
  const topK = request.number('top_k');
  return {
    ...(maxOutput !== undefined && { maxOutput }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
  };
}

function decodeStop(request: JsonView): Pick<Conversation, 'stop'> {
  const stop = request.list('stop_sequences').flatMap((item) => item.asString() ?? []);
  return stop.length > 0 ? { stop } : {};
}

function decodeThinking(request: JsonView): Pick<Conversation, 'reasoning'> {
  const thinking = request.get('thinking');
  const word = request.get('output_config')?.string('effort');
  const effort = isEffort(word) ? { effort: word } : {};
  const display = thinking?.string('display');
  const show = display === undefined ? {} : { show: display !== 'omitted' };
  const wish = (made: ReasoningWish): Pick<Conversation, 'reasoning'> => ({
    reasoning: { ...made, ...effort, ...show },
  });
  const budget = thinking?.number('budget_tokens');
  switch (thinking?.string('type') ?? '') {
    case 'enabled':
      return wish({ mode: 'on', ...(budget !== undefined && { budget }) });
    case 'adaptive':
      return wish({ mode: 'auto' });
    case 'disabled':
      return { reasoning: { mode: 'off' } };
    // Thinks only between calls of tools, and little.
    case 'between_tools':
      return { reasoning: { mode: 'auto', effort: 'low', ...show } };
    default:
      return word === undefined ? {} : wish({ mode: 'auto' });
  }
}

function decodeOutput(config: JsonView | undefined, losses: Set<Loss>): Pick<Conversation, 'output'> {
  for (const name of config?.fields().keys() ?? [])
    if (name !== 'effort' && name !== 'format') losses.add(fieldLoss(`output_config.${name}`));
  const schema = config?.get('format')?.get('schema');
  return schema ? { output: { kind: 'schema', schema: schema.text } } : {};
}

function decodeText(request: JsonView): Pick<Conversation, 'user' | 'tier'> {
  const user = request.get('metadata')?.string('user_id');
  const tier = request.string('service_tier');
  return { ...(user !== undefined && { user }), ...(tier !== undefined && { tier }) };
}
