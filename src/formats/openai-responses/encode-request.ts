import type { Conversation, Effort, Loss, OutputShape, Part } from '../../core/conversation.ts';
import type { TranslationTarget, WireRequest } from '../../core/format.ts';
import { type JsonOut, Verbatim, writeJson } from '../../lib/json-write.ts';
import { nearestEffort, wishedEffort } from '../hub/effort.ts';
import { type Fitted, fitTurns } from '../hub/fit.ts';
import { PLAIN_IDS } from '../hub/ids.ts';
import { openaiModel } from '../hub/openai-models.ts';
import { InputWriter } from './encode-input.ts';
import { encodeTools } from './encode-tools.ts';

/** The tiers the API has; others are another vendor's. */
const TIERS: ReadonlySet<string> = new Set(['auto', 'default', 'flex', 'priority', 'scale']);

/** A conversation as a request of the Responses API. Nothing is stored: gw sends the whole of it every time. */
export function encodeRequest(conversation: Conversation, target: TranslationTarget): WireRequest {
  const fitted = fitTurns(conversation.turns, {
    format: 'openai-responses',
    provider: target.provider,
    ids: PLAIN_IDS,
    foreignReasoning: target.quirks.includes('reasoning-content-back') ? 'text' : 'drop',
    joinsTurns: false,
    lateSystem: 'native',
  });
  const losses = new Set<Loss>(fitted.losses);
  noteLosses(conversation, losses);
  const { model } = target;
  const body = writeJson({
    model,
    ...encodeTurns(fitted, target, losses),
    ...encodeTools(conversation, losses),
    ...encodeReasoning(conversation, fitted, target, losses),
    text: encodeText(conversation),
    max_output_tokens: conversation.maxOutput,
    ...encodeSampling(conversation, model, losses),
    metadata: conversation.metadata,
    service_tier: encodeTier(conversation.tier, losses),
    prompt_cache_key: conversation.cacheKey,
    store: false,
    stream: conversation.stream ? true : undefined,
  });
  return { path: '/responses', body: Buffer.from(body), losses: [...losses] };
}

/** Instructions that are all text stand in their own field, where every host knows them. */
function encodeTurns(
  { system, turns }: Fitted,
  { quirks }: TranslationTarget,
  losses: Set<Loss>,
): Readonly<Record<string, JsonOut>> {
  const writer = new InputWriter(losses, quirks.includes('no-developer-role') ? 'system' : 'developer');
  // Where nothing else is said, they are what is to be answered.
  const apart = turns.length > 0 && system.every(({ kind }) => kind === 'text');
  if (!apart) writer.write({ role: 'system', parts: system });
  for (const turn of turns) writer.write(turn);
  const last = turns.at(-1);
  if (last?.role === 'assistant' && last.parts.at(-1)?.kind === 'text') losses.add('prefill');
  if (apart && system.some(({ cache }) => cache)) losses.add('cache');
  const instructions = apart ? system.map(textOf).join('\n\n') : '';
  return { instructions: instructions === '' ? undefined : instructions, input: writer.items };
}

function textOf(part: Part): string {
  return part.kind === 'text' ? part.text : '';
}

/**
 * How hard to think, and whether the thoughts come back in a form that can be sent again. Models that do not think
 * refuse both, so a model that is not known is only asked for what the caller wished.
 */
function encodeReasoning(
  { reasoning }: Conversation,
  { turns }: Fitted,
  { model }: TranslationTarget,
  losses: Set<Loss>,
): Readonly<Record<string, JsonOut>> {
  const known = openaiModel(model);
  const thinks = known ? known.efforts.length > 0 : reasoning !== undefined && reasoning.mode !== 'off';
  const wished = wishedEffort(reasoning);
  const effort = known ? knownEffort(wished, known.efforts, losses) : unknownEffort(wished, losses);
  const summary = thinks && reasoning?.show === true ? 'auto' : undefined;
  const hasThoughts = turns.some(({ parts }) => parts.some(({ opaque }) => opaque !== undefined));
  return {
    reasoning: effort === undefined && summary === undefined ? undefined : { effort, summary },
    include: thinks || hasThoughts ? ['reasoning.encrypted_content'] : undefined,
  };
}

function knownEffort(
  wished: Effort | undefined,
  offered: readonly Effort[],
  losses: Set<Loss>,
): Effort | undefined {
  if (wished === undefined || (wished === 'none' && offered.length === 0)) return undefined;
  const effort = nearestEffort(wished, offered);
  if (effort !== wished) losses.add('effort');
  return effort;
}

/** A model that is not known may refuse to be told not to think. */
function unknownEffort(wished: Effort | undefined, losses: Set<Loss>): Effort | undefined {
  if (wished !== 'none') return wished;
  losses.add('effort');
  return undefined;
}

function encodeText({ output, verbosity }: Conversation): JsonOut {
  if (!output && verbosity === undefined) return undefined;
  return { format: output && encodeShape(output), verbosity };
}

function encodeShape(output: OutputShape): JsonOut {
  if (output.kind === 'json') return { type: 'json_object' };
  const { name = 'answer', description, schema, strict } = output;
  return { type: 'json_schema', name, description, schema: new Verbatim(schema), strict };
}

function encodeSampling(
  { temperature, topP }: Conversation,
  model: string,
  losses: Set<Loss>,
): Readonly<Record<string, JsonOut>> {
  if (openaiModel(model)?.sampling === false) {
    if (temperature !== undefined) losses.add('temperature');
    if (topP !== undefined) losses.add('top-p');
    return {};
  }
  return { temperature, top_p: topP };
}

function encodeTier(tier: string | undefined, losses: Set<Loss>): string | undefined {
  if (tier === undefined || TIERS.has(tier)) return tier;
  losses.add('tier');
  return undefined;
}

/** What the Responses API has no field for. */
function noteLosses(conversation: Conversation, losses: Set<Loss>): void {
  const { topK, stop, seed, presencePenalty, frequencyPenalty, logitBias, candidates, logprobs, user } =
    conversation;
  if (topK !== undefined) losses.add('top-k');
  if (stop !== undefined && stop.length > 0) losses.add('stop');
  if (seed !== undefined) losses.add('seed');
  if ((presencePenalty ?? 0) !== 0 || (frequencyPenalty ?? 0) !== 0) losses.add('penalties');
  if (logitBias !== undefined) losses.add('logit-bias');
  if (candidates !== undefined && candidates > 1) losses.add('candidates');
  if (logprobs !== undefined) losses.add('logprobs');
  if (user !== undefined) losses.add('user');
}
