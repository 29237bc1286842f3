import type { Conversation, Loss, OutputShape, ReasoningWish } from '../../core/conversation.ts';
import { type Fault, fault } from '../../core/fault.ts';
import type { AskedConversation } from '../../core/format.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { isEffort } from '../hub/effort.ts';
import { fieldLoss } from '../hub/field-loss.ts';
import { decodeMessages } from './decode-messages.ts';
import { decodeTools } from './decode-tools.ts';

/** A chat completion request in gw's own words. */
export function decodeRequest(body: Buffer, asked: AskedConversation): Outcome<Conversation, Fault> {
  const request = viewJson(body.toString('utf8'));
  if (request?.kind !== 'object') return failed(fault('bad_request', 'the body is not a JSON object'));
  const losses = new Set<Loss>();
  const turns = decodeMessages(request, asked, losses);
  if (turns.is === 'failed') return turns;
  noteUnknown(request, losses);
  return ok({
    turns: turns.value,
    ...decodeTools(request, losses),
    ...decodeLimits(request),
    ...decodeSampling(request),
    ...decodeWishes(request, losses),
    ...decodeCircumstances(request),
    stream: asked.stream,
    wantsUsage: !asked.stream || request.get('stream_options')?.flag('include_usage') === true,
    losses: [...losses],
  });
}

function decodeLimits(request: JsonView): Partial<Conversation> {
  const maxOutput = request.number('max_completion_tokens') ?? request.number('max_tokens');
  const word = request.string('stop');
  const stop = word === undefined ? request.list('stop').flatMap((item) => item.asString() ?? []) : [word];
  const candidates = request.number('n');
  const alternatives = request.number('top_logprobs') ?? 0;
  return {
    ...(maxOutput !== undefined && { maxOutput }),
    ...(stop.length > 0 && { stop }),
    ...(candidates !== undefined && { candidates }),
    ...(request.flag('logprobs') === true && { logprobs: alternatives }),
  };
}

function decodeSampling(request: JsonView): Partial<Conversation> {
  const temperature = request.number('temperature');
  const topP = request.number('top_p');
  const topK = request.number('top_k');
  // The second is Mistral's name.
  const seed = request.number('seed') ?? request.number('random_seed');
  const presencePenalty = request.number('presence_penalty');
  const frequencyPenalty = request.number('frequency_penalty');
  const bias = request.get('logit_bias');
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(seed !== undefined && { seed }),
    ...(presencePenalty !== undefined && { presencePenalty }),
    ...(frequencyPenalty !== undefined && { frequencyPenalty }),
    ...(bias && bias.fields().size > 0 && { logitBias: bias.text }),
  };
}

function decodeWishes(request: JsonView, losses: Set<Loss>): Partial<Conversation> {
  const reasoning = readReasoning(request, losses);
  const output = readOutput(request.get('response_format'), losses);
  const verbosity = request.string('verbosity');
  return {
    ...(reasoning && { reasoning }),
    ...(output && { output }),
    ...(verbosity !== undefined && { verbosity }),
  };
}

function decodeCircumstances(request: JsonView): Partial<Conversation> {
  const user = request.string('user') ?? request.string('safety_identifier');
  const tier = request.string('service_tier');
  const cacheKey = request.string('prompt_cache_key');
  const metadata = [...(request.get('metadata')?.fields() ?? [])].flatMap(([name, value]) => {
    const text = value.asString();
    return text === undefined ? [] : [[name, text] as const];
  });
  return {
    ...(user !== undefined && { user }),
    ...(tier !== undefined && { tier }),
    ...(cacheKey !== undefined && { cacheKey }),
    ...(metadata.length > 0 && { metadata: Object.fromEntries(metadata) }),
  };
}

/** OpenAI's word, OpenRouter's object, or the switch of DeepSeek and z.ai (`thinking`) and Qwen (`enable_thinking`). */
function readReasoning(request: JsonView, losses: Set<Loss>): ReasoningWish | undefined {
  const given = request.get('reasoning');
  const effort = request.string('reasoning_effort') ?? given?.string('effort');
  const budget = given?.number('max_tokens') ?? request.number('thinking_budget');
  const on = given?.flag('enabled') ?? SWITCH.get(request.get('thinking')?.string('type') ?? '');
  const enabled = on ?? request.flag('enable_thinking');
  const show = given?.flag('exclude') === true ? { show: false } : {};
  if (effort === 'none' || enabled === false) return { mode: 'off' };
  if (effort !== undefined && !isEffort(effort)) losses.add('effort');
  const known = isEffort(effort) ? { effort } : {};
  if (isEffort(effort) || budget !== undefined || enabled === true)
    return { mode: 'on', ...known, ...(budget !== undefined && { budget }), ...show };
  return given && 'show' in show ? { mode: 'auto', ...show } : undefined;
}

const SWITCH: ReadonlyMap<string, boolean> = new Map([
  ['enabled', true],
  ['disabled', false],
]);

function readOutput(format: JsonView | undefined, losses: Set<Loss>): OutputShape | undefined {
  const type = format?.string('type');
  if (type === 'json_object') return { kind: 'json' };
  const wanted = format?.get('json_schema');
  const schema = wanted?.get('schema');
  if (type !== 'json_schema' || !wanted || schema?.kind !== 'object') {
    if (type !== undefined && type !== 'text') losses.add('json-output');
    return undefined;
  }
  const name = wanted.string('name');
  const description = wanted.string('description');
  const strict = wanted.flag('strict');
  return {
    kind: 'schema',
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    schema: schema.text,
    ...(strict !== undefined && { strict }),
  };
}

/** Fields that are read above, or that say nothing a translation could lose. */
const KNOWN: ReadonlySet<string> = new Set(
  [
    'model models fallbacks messages stream stream_options usage',
    'tools tool_choice functions function_call parallel_tool_calls',
    'max_tokens max_completion_tokens stop n logprobs top_logprobs',
    'temperature top_p top_k seed random_seed presence_penalty frequency_penalty logit_bias',
    'reasoning reasoning_effort thinking enable_thinking thinking_budget',
    'response_format verbosity user safety_identifier metadata service_tier prompt_cache_key',
  ].flatMap((names) => names.split(' ')),
);

/** Fields that ask for what the hub has a word for, but no way to say. */
const LOST: ReadonlyMap<string, Loss> = new Map([
  ['web_search_options', 'server-tool'],
  ['prompt_cache_options', 'cache'],
  ['prompt_cache_retention', 'cache'],
]);

function noteUnknown(request: JsonView, losses: Set<Loss>): void {
  for (const [name, value] of request.fields()) {
    if (KNOWN.has(name) || value.text === 'null' || value.text === 'false') continue;
    if (name === 'modalities' && value.items().every((item) => item.asString() === 'text')) continue;
    losses.add(LOST.get(name) ?? fieldLoss(name));
  }
}
