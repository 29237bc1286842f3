import type { Conversation, Loss, OutputShape, ReasoningWish } from '../../core/conversation.ts';
import { type Fault, fault } from '../../core/fault.ts';
import type { AskedConversation } from '../../core/format.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { isEffort } from '../hub/effort.ts';
import { fieldLoss } from '../hub/field-loss.ts';
import { asksToCompact } from './compaction.ts';
import { InputReader } from './decode-input.ts';
import { decodeTools } from './decode-tools.ts';

/** Fields that are read, and those that ask nothing of another provider. */
const KNOWN: ReadonlySet<string> = new Set(
  [
    'model models fallbacks input instructions stream stream_options include tools tool_choice',
    'parallel_tool_calls reasoning text max_output_tokens temperature top_p top_logprobs presence_penalty',
    'frequency_penalty metadata service_tier user safety_identifier prompt_cache_key store truncation',
    'background prompt_cache_options prompt_cache_retention client_metadata',
  ].flatMap((names) => names.split(' ')),
);

/** Fields that refer to what only the provider they were meant for has. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  previous_response_id: 'the request goes on from an answer that only its provider has',
  conversation: 'the conversation is kept by another provider',
  prompt: 'the prompt is kept by another provider',
};

/** A request of the Responses API in gw's own words. */
export function decodeRequest(body: Buffer, asked: AskedConversation): Outcome<Conversation, Fault> {
  const request = viewJson(body.toString('utf8'));
  if (request?.kind !== 'object') return failed(fault('bad_request', 'the body is not a JSON object'));
  const elsewhere = keptElsewhere(request);
  if (elsewhere !== undefined) return failed(fault('untranslatable', elsewhere));
  const losses = new Set<Loss>();
  const input = readInput(request, losses, asked);
  if (input.fault) return failed(input.fault);
  const { turns } = input;
  if (turns.length === 0) return failed(fault('bad_request', '"input" must be a text or a list of items'));
  noteLosses(request, losses);
  const conversation: Conversation = {
    turns,
    ...decodeTools(request, losses),
    ...readNumbers(request),
    ...readWishes(request, losses),
    ...readLabels(request),
    stream: asked.stream,
    wantsUsage: true,
    losses: [...losses],
  };
  return ok(asksToCompact(body) ? summing(conversation) : conversation);
}

/** A summary is text, and nothing is called for it; the tools stay, for the calls that are in the history. */
function summing(conversation: Conversation): Conversation {
  const { output: _, ...told } = conversation;
  return told.tools.length === 0 ? told : { ...told, toolChoice: { mode: 'none' } };
}

function keptElsewhere(request: JsonView): string | undefined {
  for (const [name, message] of Object.entries(ELSEWHERE)) if (request.get(name)) return message;
  return request.flag('background') === true
    ? 'the answer is to be kept for later by its provider'
    : undefined;
}

function readInput(request: JsonView, losses: Set<Loss>, asked: AskedConversation): InputReader {
  const reader = new InputReader(losses, asked.recallItem);
  const instructions = request.string('instructions');
  if (instructions !== undefined) reader.hear('system', [{ kind: 'text', text: instructions }]);
  for (const item of request.list('instructions')) reader.read(item);
  const text = request.string('input');
  if (text !== undefined) reader.hear('user', [{ kind: 'text', text }]);
  for (const item of request.list('input')) reader.read(item);
  return reader;
}

function noteLosses(request: JsonView, losses: Set<Loss>): void {
  for (const [name, value] of request.fields())
    if (!KNOWN.has(name) && value.text !== 'null') losses.add(fieldLoss(name));
  if (request.string('truncation') === 'auto') losses.add(fieldLoss('truncation'));
  // The default is to store, which nobody who leaves it out counts on.
  if (request.flag('store') === true) losses.add(fieldLoss('store'));
  if (request.get('prompt_cache_options') ?? request.get('prompt_cache_retention')) losses.add('cache');
  const wantsLogprobs = request.list('include').some((wish) => wish.asString() === WITH_LOGPROBS);
  // The hub has no place for them in an answer.
  if (wantsLogprobs || (request.number('top_logprobs') ?? 0) > 0) losses.add('logprobs');
}

const WITH_LOGPROBS = 'message.output_text.logprobs';

function readNumbers(
  request: JsonView,
): Pick<Conversation, 'maxOutput' | 'temperature' | 'topP' | 'presencePenalty' | 'frequencyPenalty'> {
  const maxOutput = request.number('max_output_tokens');
  const temperature = request.number('temperature');
  const topP = request.number('top_p');
  const presencePenalty = request.number('presence_penalty');
  const frequencyPenalty = request.number('frequency_penalty');
  return {
    ...(maxOutput !== undefined && { maxOutput }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(presencePenalty !== undefined && { presencePenalty }),
    ...(frequencyPenalty !== undefined && { frequencyPenalty }),
  };
}

function readWishes(
  request: JsonView,
  losses: Set<Loss>,
): Pick<Conversation, 'reasoning' | 'output' | 'verbosity'> {
  const text = request.get('text');
  const reasoning = readReasoningWish(request.get('reasoning'), losses);
  const output = readFormat(text?.get('format'), losses);
  const verbosity = text?.string('verbosity');
  return {
    ...(reasoning && { reasoning }),
    ...(output && { output }),
    ...(verbosity !== undefined && { verbosity }),
  };
}

function readReasoningWish(wish: JsonView | undefined, losses: Set<Loss>): ReasoningWish | undefined {
  const effort = wish?.string('effort');
  const summary = wish?.string('summary') ?? wish?.string('generate_summary');
  const show = summary === undefined || summary === 'none' ? {} : { show: true };
  if (effort !== undefined && !isEffort(effort)) losses.add('effort');
  if (isEffort(effort)) return { mode: effort === 'none' ? 'off' : 'on', effort, ...show };
  return summary === undefined ? undefined : { mode: 'auto', ...show };
}

function readFormat(format: JsonView | undefined, losses: Set<Loss>): OutputShape | undefined {
  const type = format?.string('type');
  if (!format || type === undefined || type === 'text') return undefined;
  if (type === 'json_object') return { kind: 'json' };
  const schema = format.get('schema');
  if (type !== 'json_schema' || !schema) {
    losses.add(fieldLoss('text.format'));
    return undefined;
  }
  const name = format.string('name');
  const description = format.string('description');
  const strict = format.flag('strict');
  return {
    kind: 'schema',
    schema: schema.text,
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(strict !== undefined && { strict }),
  };
}

function readLabels(request: JsonView): Pick<Conversation, 'user' | 'metadata' | 'tier' | 'cacheKey'> {
  const user = request.string('safety_identifier') ?? request.string('user');
  const tier = request.string('service_tier');
  const cacheKey = request.string('prompt_cache_key');
  const metadata: Record<string, string> = {};
  for (const [name, value] of request.get('metadata')?.fields() ?? []) {
    const text = value.asString();
    if (text !== undefined && name !== '__proto__') metadata[name] = text;
  }
  return {
    ...(user !== undefined && { user }),
    ...(tier !== undefined && tier !== 'auto' && { tier }),
    ...(cacheKey !== undefined && { cacheKey }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  };
}
