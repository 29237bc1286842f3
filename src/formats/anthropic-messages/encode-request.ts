import type { Conversation, Loss, Turn } from '../../core/conversation.ts';
import type { TranslationTarget, WireRequest } from '../../core/format.ts';
import { type JsonOut, Verbatim, writeJson } from '../../lib/json-write.ts';
import { type Claude, claudeOf } from '../hub/claude.ts';
import { fitTurns } from '../hub/fit.ts';
import { PLAIN_IDS } from '../hub/ids.ts';
import { toolSchema } from '../hub/tool-schema.ts';
import { CacheMarks } from './cache-marks.ts';
import { encodeMessages, encodeSystem, endMessages } from './encode-content.ts';
import { type EncodedThinking, encodeThinking, isThoughtless } from './encode-thinking.ts';
import { ANSWER_TOOL, encodeTools, unforced } from './encode-tools.ts';
import { enforcedSchema } from './output-schema.ts';
import { VERTEX_VERSION, vertexPath } from './vertex.ts';

/** The request for one target. */
export function encodeRequest(conversation: Conversation, target: TranslationTarget): WireRequest {
  const claude = claudeOf(target);
  const fitted = fitTurns(conversation.turns, {
    format: 'anthropic-messages',
    provider: target.provider,
    ids: PLAIN_IDS,
    foreignReasoning: 'drop',
    joinsTurns: true,
    lateSystem: claude.lateSystem ? 'after-user' : 'as-user',
  });
  const losses = new Set<Loss>(fitted.losses);
  addUnsaid(conversation, losses);
  const pen = { marks: new CacheMarks(losses), losses };
  const shape = encodeShape(conversation, claude, losses);
  const asked = encodeTools(conversation, fitted.turns, claude, { ...pen, answerTool: shape.tool });
  const { isForced } = asked;
  const { system, turns } = speak(fitted.system, fitted.turns);
  const maxTokens = limitOf(conversation, claude, target);
  const thinking = encodeThinking(
    conversation.reasoning,
    claude,
    {
      maxTokens,
      isForced: isForced && claude.forcedTools,
      isPrefilled: turns.at(-1)?.role === 'assistant',
      isThoughtless: isThoughtless(turns),
    },
    losses,
  );
  if (isForced && !claude.forcedTools) losses.add('tool-choice');
  const systemBlocks = encodeSystem(system, pen);
  const messages = endMessages(encodeMessages(turns, pen), claude.prefill, losses);
  const isVertex = target.quirks.includes('anthropic-vertex');
  const body = {
    ...(isVertex ? { anthropic_version: VERTEX_VERSION } : { model: target.model }),
    max_tokens: maxTokens,
    stream: conversation.stream || undefined,
    system: systemBlocks.length > 0 ? systemBlocks : undefined,
    messages: messages.map(({ role, content }) => ({ role, content })),
    tools: asked.tools.length > 0 ? asked.tools : undefined,
    tool_choice: isForced && !claude.forcedTools ? unforced(asked.choice) : asked.choice,
    thinking: thinking.thinking,
    output_config: outputConfig(thinking, shape.format),
    ...encodeSampling(conversation, claude, thinking.isOn, losses),
    stop_sequences: encodeStop(conversation.stop, losses),
    service_tier: encodeTier(conversation.tier, losses),
  };
  return {
    path: isVertex ? vertexPath(conversation.stream ? 'stream' : 'whole', target.model) : '/messages',
    body: Buffer.from(writeJson(body)),
    losses: [...losses],
  };
}

/** What this format has no word for. */
function addUnsaid(conversation: Conversation, losses: Set<Loss>): void {
  const { candidates, presencePenalty, frequencyPenalty, metadata } = conversation;
  if (candidates !== undefined && candidates > 1) losses.add('candidates');
  if (presencePenalty !== undefined || frequencyPenalty !== undefined) losses.add('penalties');
  if (conversation.logitBias !== undefined) losses.add('logit-bias');
  if (conversation.logprobs !== undefined) losses.add('logprobs');
  if (conversation.seed !== undefined) losses.add('seed');
  if (conversation.verbosity !== undefined) losses.add('verbosity');
  if (metadata !== undefined && Object.keys(metadata).length > 0) losses.add('metadata');
  if (conversation.user !== undefined) losses.add('user');
}

/** Somebody must speak: instructions alone are told by the user. */
function speak(
  system: Turn['parts'],
  turns: readonly Turn[],
): { system: Turn['parts']; turns: readonly Turn[] } {
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
function encodeTier(tier: string | undefined, losses: Set<Loss>): JsonOut {
  if (tier === undefined || tier === 'auto') return tier;
  if (tier === 'standard_only' || tier === 'default') return 'standard_only';
  losses.add('tier');
  return undefined;
}
