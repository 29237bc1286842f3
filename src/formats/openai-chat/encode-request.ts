import type { Conversation, Effort, Loss, OutputShape, Part, Turn } from '../../core/conversation.ts';
import type { TranslationTarget, WireRequest } from '../../core/format.ts';
import type { Quirk } from '../../core/profile.ts';
import { type JsonOut, Verbatim, writeJson } from '../../lib/json-write.ts';
import { nearestEffort, wishedEffort } from '../hub/effort.ts';
import { type Fitted, fitTurns } from '../hub/fit.ts';
import { CHAT_IDS, NINE_CHARACTER_IDS } from '../hub/ids.ts';
import type { Telling } from './encode-content.ts';
import { encodeSystem, encodeTurns, type Message } from './encode-messages.ts';
import { encodeTools } from './encode-tools.ts';

/** The request as a chat completion, for one target. */
export function encodeRequest(conversation: Conversation, target: TranslationTarget): WireRequest {
  const { quirks } = target;
  const turns = quirks.includes('no-developer-role') ? conversation.turns.map(asSystem) : conversation.turns;
  const fitted = fitTurns(turns, {
    format: 'openai-chat',
    provider: target.provider,
    ids: quirks.includes('ids-9') ? NINE_CHARACTER_IDS : CHAT_IDS,
    foreignReasoning: quirks.includes('reasoning-content-back') ? 'text' : 'drop',
    joinsTurns: true,
    lateSystem: 'native',
  });
  const telling: Telling = { quirks, losses: new Set(fitted.losses) };
  const request = {
    model: target.model,
    messages: markPrefill(encodeAll({ ...conversation, turns }, fitted, telling), quirks),
    ...encodeTools(conversation, telling),
    response_format: encodeOutput(conversation.output, telling),
    ...encodeLimits(conversation, telling),
    ...encodeSampling(conversation, target, telling),
    reasoning_effort: encodeEffort(conversation, target, telling.losses),
    ...encodeStreaming(conversation, telling),
  };
  noteLosses(conversation, fitted, telling);
  return {
    path: '/chat/completions',
    body: Buffer.from(writeJson(request)),
    losses: [...telling.losses],
  };
}

function asSystem(turn: Turn): Turn {
  return turn.role === 'developer' ? { ...turn, role: 'system' } : turn;
}

function encodeAll(conversation: Conversation, fitted: Fitted, telling: Telling): Message[] {
  const lead = conversation.turns.find(({ parts }) => parts.length > 0);
  const hint = outputHint(conversation, telling);
  const system: readonly Part[] =
    hint === undefined ? fitted.system : [...fitted.system, { kind: 'text', text: hint }];
  return [
    ...encodeSystem(system, lead?.role === 'developer' ? 'developer' : 'system', telling),
    ...encodeTurns(fitted.turns, telling),
  ];
}

/** A last message of the assistant is to be continued; some hosts must be told so. */
function markPrefill(messages: readonly Message[], quirks: readonly Quirk[]): JsonOut {
  const last = messages.at(-1);
  const mark = prefillMark(quirks);
  if (last?.['role'] !== 'assistant' || mark === undefined || last['tool_calls'] !== undefined)
    return messages;
  return [...messages.slice(0, -1), { ...last, [mark]: true }];
}

function prefillMark(quirks: readonly Quirk[]): string | undefined {
  if (quirks.includes('prefill-prefix')) return 'prefix';
  return quirks.includes('prefill-partial') ? 'partial' : undefined;
}

/** Hosts refuse JSON mode when the prompt does not speak of JSON; and one without schemas has them in the prompt. */
function outputHint({ output, turns }: Conversation, { quirks }: Telling): string | undefined {
  if (output?.kind === 'schema')
    return quirks.includes('json-object-only')
      ? `Answer with a JSON object that follows this JSON schema:\n${output.schema}`
      : undefined;
  const isTold = turns.some(({ parts }) =>
    parts.some((part) => part.kind === 'text' && /json/i.test(part.text)),
  );
  return output && !isTold ? 'Answer with a JSON object.' : undefined;
}

function encodeOutput(output: OutputShape | undefined, { quirks, losses }: Telling): JsonOut {
  if (!output) return undefined;
  if (output.kind === 'json') return { type: 'json_object' };
  if (quirks.includes('json-object-only')) {
    losses.add('schema');
    return { type: 'json_object' };
  }
  const { description, schema, strict } = output;
  // The name is demanded, and may have 64 of these characters.
  const name = (output.name ?? 'answer').replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64);
  return {
    type: 'json_schema',
    json_schema: { name: name === '' ? 'answer' : name, description, schema: new Verbatim(schema), strict },
  };
}

/** OpenAI takes four. */
const MOST_STOPS = 4;

function encodeLimits(
  { maxOutput, stop }: Conversation,
  { quirks, losses }: Telling,
): { readonly [name: string]: JsonOut } {
  if (stop && stop.length > MOST_STOPS) losses.add('stop');
  const limit = quirks.includes('max-tokens-old') ? 'max_tokens' : 'max_completion_tokens';
  return { [limit]: maxOutput, stop: stop?.slice(0, MOST_STOPS) };
}

function encodeSampling(
  conversation: Conversation,
  { samples }: TranslationTarget,
  { quirks, losses }: Telling,
): { readonly [name: string]: JsonOut } {
  const { temperature, topP, seed, presencePenalty, frequencyPenalty } = conversation;
  const seeded = { [quirks.includes('random-seed') ? 'random_seed' : 'seed']: seed };
  if (samples !== false)
    return {
      temperature,
      top_p: topP,
      ...seeded,
      presence_penalty: presencePenalty,
      frequency_penalty: frequencyPenalty,
    };
  if (temperature !== undefined) losses.add('temperature');
  if (topP !== undefined) losses.add('top-p');
  if (presencePenalty !== undefined || frequencyPenalty !== undefined) losses.add('penalties');
  return seeded;
}

/** What every host knows that knows the field at all; the others come and go with the model. */
const EFFORTS: readonly Effort[] = ['low', 'medium', 'high'];

function encodeEffort(
  { reasoning }: Conversation,
  { reasons }: TranslationTarget,
  losses: Set<Loss>,
): string | undefined {
  const wished = wishedEffort(reasoning);
  if (wished === undefined) return undefined;
  if (wished === 'none') {
    if (reasons !== false) losses.add('effort');
    return undefined;
  }
  const told = reasons === false ? undefined : nearestEffort(wished, EFFORTS);
  if (told !== wished) losses.add('effort');
  return told;
}

/** Usage is asked for whether the caller wants it or not: gw counts it. */
function encodeStreaming(
  { stream }: Conversation,
  { quirks }: Telling,
): { readonly [name: string]: JsonOut } {
  if (!stream) return { stream: false };
  return {
    stream,
    stream_options: quirks.includes('no-stream-options') ? undefined : { include_usage: true },
  };
}

/**
 * What is not told, though the format has a word for some of it: who the user is concerns the caller's own vendor, token
 * ids mean something else elsewhere, an answer's alternatives and probabilities have no way back, and the rest is known
 * to OpenAI only and refused by others.
 */
function noteLosses(conversation: Conversation, { turns }: Fitted, { quirks, losses }: Telling): void {
  const told: readonly (readonly [Loss, boolean])[] = [
    ['candidates', (conversation.candidates ?? 1) > 1],
    ['logprobs', conversation.logprobs !== undefined],
    ['logit-bias', conversation.logitBias !== undefined],
    ['top-k', conversation.topK !== undefined],
    ['user', conversation.user !== undefined],
    ['metadata', conversation.metadata !== undefined],
    ['tier', !USUAL_TIERS.has(conversation.tier ?? 'auto')],
    ['verbosity', conversation.verbosity !== undefined],
    ['prefill', turns.at(-1)?.role === 'assistant' && prefillMark(quirks) === undefined],
  ];
  for (const [loss, isLost] of told) if (isLost) losses.add(loss);
}

const USUAL_TIERS: ReadonlySet<string> = new Set(['auto', 'default', 'standard_only']);
