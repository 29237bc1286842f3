import type { Conversation, Loss } from '../../core/conversation.ts';
import type { Quirk } from '../../core/profile.ts';
import { type JsonOut, Verbatim } from '../../lib/json-write.ts';
import { nearestEffort, wishedBudget, wishedEffort } from '../hub/effort.ts';
import { schemaFor } from '../hub/schema.ts';
import type { ModelTraits } from './traits.ts';

/** "The supported range is from 0 to 2" (the API's own refusal). */
const HOTTEST = 2;
/** "A list of up to five stop sequences" (https://ai.google.dev/api/generate-content#generationconfig). */
const MOST_STOPS = 5;
/** The seed is an `int32` there. */
const LARGEST_SEED = 2 ** 31;

/** What stands in `generationConfig`; undefined when nothing does. */
export function encodeConfig(
  conversation: Conversation,
  traits: ModelTraits,
  quirks: readonly Quirk[],
  losses: Set<Loss>,
): JsonOut {
  const { candidates = 1, logprobs, logitBias } = conversation;
  // The hub has one answer and no probabilities: what nobody could pass on is not asked for.
  if (candidates > 1) losses.add('candidates');
  if (logprobs !== undefined) losses.add('logprobs');
  if (logitBias !== undefined) losses.add('logit-bias');
  const config = {
    maxOutputTokens: conversation.maxOutput,
    ...sampling(conversation, losses),
    ...penalties(conversation, traits, losses),
    ...encodeOutput(conversation, traits, quirks, losses),
    thinkingConfig: encodeThinking(conversation, traits, losses),
  };
  return Object.values(config).some((value) => value !== undefined) ? config : undefined;
}

function sampling({ temperature, topP, topK, stop, seed }: Conversation, losses: Set<Loss>) {
  if (temperature !== undefined && temperature > HOTTEST) losses.add('temperature');
  if (stop && stop.length > MOST_STOPS) losses.add('stop');
  const fits = seed !== undefined && Number.isInteger(seed) && seed >= -LARGEST_SEED && seed < LARGEST_SEED;
  if (seed !== undefined && !fits) losses.add('seed');
  return {
    temperature: temperature === undefined ? undefined : Math.min(temperature, HOTTEST),
    topP,
    topK,
    stopSequences: stop?.slice(0, MOST_STOPS),
    seed: fits ? seed : undefined,
  };
}

function penalties(
  { presencePenalty, frequencyPenalty }: Conversation,
  traits: ModelTraits,
  losses: Set<Loss>,
) {
  if (traits.penalties) return { presencePenalty, frequencyPenalty };
  if (presencePenalty !== undefined || frequencyPenalty !== undefined) losses.add('penalties');
  return {};
}

/** Older models refuse JSON answers in a request that has tools. */
function encodeOutput(
  { output, tools }: Conversation,
  traits: ModelTraits,
  quirks: readonly Quirk[],
  losses: Set<Loss>,
) {
  if (!output) return {};
  if (tools.length > 0 && !traits.jsonWithTools) {
    losses.add('json-output');
    return {};
  }
  const responseMimeType = 'application/json';
  if (output.kind === 'json') return { responseMimeType };
  const isOpenApi = quirks.includes('openapi-schemas');
  const { schema, lossy } = schemaFor(isOpenApi ? 'gemini' : 'gemini-json', output.schema);
  if (lossy) losses.add('schema');
  return { responseMimeType, [isOpenApi ? 'responseSchema' : 'responseJsonSchema']: new Verbatim(schema) };
}

function encodeThinking({ reasoning }: Conversation, traits: ModelTraits, losses: Set<Loss>): JsonOut {
  if (!reasoning) return undefined;
  const includeThoughts = reasoning.show === true && reasoning.mode !== 'off' ? true : undefined;
  if (traits.thinking === 'none') {
    if (reasoning.mode !== 'off' && (reasoning.effort ?? 'none') !== 'none') losses.add('effort');
    return undefined;
  }
  if (traits.thinking === 'level') {
    const wished = wishedEffort(reasoning);
    const level = wished === undefined ? undefined : nearestEffort(wished, traits.levels);
    if (level === undefined && includeThoughts === undefined) return undefined;
    return { includeThoughts, thinkingLevel: level?.toUpperCase() };
  }
  const wished = wishedBudget(reasoning);
  if (wished === undefined && includeThoughts === undefined && reasoning.mode !== 'on') return undefined;
  return { includeThoughts, thinkingBudget: budget(wished, reasoning.mode === 'on', traits) };
}

/** -1 is thought without a limit of its own. */
function budget(
  wished: number | undefined,
  isOn: boolean,
  { budget: { least, most, off } }: ModelTraits,
): number | undefined {
  if (wished === undefined) return isOn ? -1 : undefined;
  if (wished <= 0 && off) return 0;
  return Math.min(Math.max(wished, least), most);
}
