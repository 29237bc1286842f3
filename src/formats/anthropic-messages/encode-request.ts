import type { Conversation, Loss, Turn } from '../../core/conversation.ts';
import type { TranslationTarget, WireRequest } from '../../core/format.ts';
import { type JsonOut, Verbatim, writeJson } from '../../lib/json-write.ts';
import { enforcedSchema } from '../hub/claude-schema.ts';
import { type EncodedThinking, encodeThinking, isThoughtless } from '../hub/claude-thinking.ts';
import { type Claude, claudeOf } from '../hub/claude.ts';
import { fitTurns } from '../hub/fit.ts';
import { PLAIN_IDS } from '../hub/ids.ts';
import { toolSchema } from '../hub/tool-schema.ts';
import { noteUnsaid } from '../hub/unsaid.ts';
import { CacheMarks } from './cache-marks.ts';
import { encodeMessages, encodeSystem, endMessages } from './encode-content.ts';
import { ANSWER_TOOL, encodeTools } from './encode-tools.ts';
import { VERTEX_VERSION, vertexPath } from './vertex.ts';

/** The request for one target. */
export function encodeRequest(conversation: Conversation, target: TranslationTarget): WireRequest {
  const isVertex = target.quirks.includes('anthropic-vertex');
  const losses = new Set<Loss>();
  noteUnsaid(conversation, losses, UNKNOWN);
  const body = {
    ...(isVertex ? { anthropic_version: VERTEX_VERSION } : { model: target.model }),
    ...encodeBody(conversation, target, losses),
  };
  return {
    path: isVertex ? vertexPath(conversation.stream ? 'stream' : 'whole', target.model) : '/messages',
    body: Buffer.from(writeJson(body)),
    losses: [...losses],
  };
}

/** What this format has no word for. */
const UNKNOWN = [
  'candidates',
  'logprobs',
  'logit-bias',
  'seed',
  'penalties',
  'user',
  'metadata',
  'tier',
  'verbosity',
] as const;

/** In the order in which the model reads it: tools, instructions, messages. */
function encodeBody(
  conversation: Conversation,
  target: TranslationTarget,
  losses: Set<Loss>,
): Record<string, JsonOut> {
  const claude = claudeOf(target);
  const { system, turns } = fit(conversation, claude, target, losses);
  const pen = { marks: new CacheMarks(losses), losses };
  const shape = encodeShape(conversation, claude, losses);
  const { tools, choice, isForced } = encodeTools(conversation, turns, claude, {
    ...pen,
    answerTool: shape.tool,
  });
  const instructions = encodeSystem(system, pen);
  const messages = endMessages(encodeMessages(turns, pen), claude.prefill, losses);
  const maxTokens = limitOf(conversation, claude, target);
  const isPrefilled = turns.at(-1)?.role === 'assistant';
  const conditions = { maxTokens, isForced, isPrefilled, isThoughtless: isThoughtless(turns) };
  const thinking = encodeThinking(conversation.reasoning, claude, conditions, losses);
  return {
    max_tokens: maxTokens,
    stream: conversation.stream || undefined,
    tools: tools.length > 0 ? tools : undefined,
    tool_choice: choice,
    system: instructions.length > 0 ? instructions : undefined,
    messages: messages.map(({ role, content }) => ({ role, content })),
    thinking: thinking.thinking,
    output_config: outputConfig(thinking, shape.format),
    ...encodeSampling(conversation, claude, thinking.isOn, losses),
    stop_sequences: encodeStop(conversation.stop, losses),
    service_tier: TIERS.get(conversation.tier ?? ''),
  };
}

interface Spoken {
  readonly system: Turn['parts'];
  readonly turns: readonly Turn[];
}

/** The history as this target takes it. Somebody must speak in it: instructions alone are told by the user. */
function fit(
  conversation: Conversation,
  { lateSystem }: Claude,
  { provider }: TranslationTarget,
  losses: Set<Loss>,
): Spoken {
  const { system, turns, ...fitted } = fitTurns(conversation.turns, {
    format: 'anthropic-messages',
    provider,
    ids: PLAIN_IDS,
    foreignReasoning: 'drop',
    joinsTurns: true,
    lateSystem: lateSystem ? 'after-user' : 'as-user',
  });
  for (const loss of fitted.losses) losses.add(loss);
  return turns.length > 0 ? { system, turns } : { system: [], turns: [{ role: 'user', parts: system }] };
}

/** A limit must be said. More than the model has is refused. */
function limitOf({ maxOutput }: Conversation, claude: Claude, target: TranslationTarget): number {
  const usual = maxOutput ?? target.maxOutput ?? claude.usualMaxTokens;
  return target.maxOutput === undefined ? usual : Math.min(usual, target.maxOutput);
}

/** The shape of the answer: enforced where the model can, else asked for by a tool whose call is the answer. */
function encodeShape(
  { output }: Conversation,
  claude: Claude,
  losses: Set<Loss>,
): { readonly format?: JsonOut; readonly tool?: JsonOut } {
  if (!output) return {};
  if (output.kind === 'json') {
    losses.add('json-output');
    return {};
  }
  const enforced = claude.structured ? enforcedSchema(output.schema) : undefined;
  const fitted = enforced ?? toolSchema(output.schema);
  if (fitted.lossy) losses.add('schema');
  if (enforced) return { format: { type: 'json_schema', schema: new Verbatim(enforced.schema) } };
  const description =
    output.description ?? 'Give the answer to the user. Nothing else of the answer is read.';
  return { tool: { name: ANSWER_TOOL, description, input_schema: new Verbatim(fitted.schema) } };
}

function outputConfig({ effort }: EncodedThinking, format: JsonOut): JsonOut {
  return effort === undefined && format === undefined ? undefined : { effort, format };
}

/** Newer models take none of these; older ones not while they think, and not both of the first two. */
function encodeSampling(
  { temperature, topP, topK }: Conversation,
  { isClaude, sampling }: Claude,
  isThinking: boolean,
  losses: Set<Loss>,
): Record<string, JsonOut> {
  const isFree = sampling && !(isClaude && isThinking);
  // 1 is what they have anyway.
  const heat = temperature === 1 && !isFree ? undefined : temperature;
  if (heat !== undefined && (!isFree || heat > 1)) losses.add('temperature');
  const isShared = isFree && !(isClaude && heat !== undefined);
  if (topP !== undefined && !isShared) losses.add('top-p');
  if (topK !== undefined && !isFree) losses.add('top-k');
  return {
    temperature: isFree && heat !== undefined ? Math.min(heat, 1) : undefined,
    top_p: isShared ? topP : undefined,
    top_k: isFree ? topK : undefined,
  };
}

/** "Each stop sequence must contain non-whitespace." */
function encodeStop(stop: Conversation['stop'], losses: Set<Loss>): JsonOut {
  const kept = stop?.filter((sequence) => sequence.trim() !== '');
  if (kept?.length !== stop?.length) losses.add('stop');
  return kept && kept.length > 0 ? kept : undefined;
}

/** `auto` may use bought capacity; `standard_only` is what others call `default`. */
const TIERS: ReadonlyMap<string, string> = new Map([
  ['auto', 'auto'],
  ['default', 'standard_only'],
  ['standard', 'standard_only'],
  ['standard_only', 'standard_only'],
]);
