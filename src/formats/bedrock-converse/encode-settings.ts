import type { Conversation, Loss, Turn } from '../../core/conversation.ts';
import type { TranslationTarget } from '../../core/format.ts';
import type { JsonOut } from '../../lib/json-write.ts';
import { encodeThinking, isThoughtless } from '../hub/claude-thinking.ts';
import { nearestEffort, wishedEffort } from '../hub/effort.ts';
import type { Block } from './encode-media.ts';
import type { BedrockModel } from './models.ts';

/** `inferenceConfig` and the fields that only some models know. */
export interface EncodedSettings {
  readonly inferenceConfig: JsonOut;
  readonly additionalModelRequestFields: JsonOut;
}

/** How the answer is to be made. */
export function encodeSettings(
  conversation: Conversation,
  parts: {
    readonly model: BedrockModel;
    readonly target: TranslationTarget;
    readonly turns: readonly Turn[];
    readonly isForced: boolean;
    readonly losses: Set<Loss>;
  },
): EncodedSettings {
  const { model, target, losses } = parts;
  const thought =
    model.thinking === 'claude'
      ? claudeThought(conversation, parts)
      : otherThought(conversation, model, losses);
  const limit = conversation.maxOutput ?? thought.maxTokens;
  const config = {
    maxTokens:
      limit === undefined || target.maxOutput === undefined ? limit : Math.min(limit, target.maxOutput),
    ...encodeSampling(conversation, model, thought.isOn, losses),
    stopSequences: encodeStop(conversation, losses),
  };
  const fields = { ...thought.fields, ...encodeTopK(conversation, model, thought.isOn, losses) };
  return {
    inferenceConfig: isSaid(config) ? config : undefined,
    additionalModelRequestFields: isSaid(fields) ? fields : undefined,
  };
}

interface Thought {
  readonly fields: Block;
  /** The model thinks for sure, which rules sampling out with Claude's. */
  readonly isOn: boolean;
  /** A limit that goes with it, when the caller says none. */
  readonly maxTokens?: number;
}

/** Anthropic's own fields (userguide/claude-messages-extended-thinking.html). */
function claudeThought(
  { reasoning, maxOutput }: Conversation,
  parts: {
    readonly model: BedrockModel;
    readonly target: TranslationTarget;
    readonly turns: readonly Turn[];
    readonly isForced: boolean;
    readonly losses: Set<Loss>;
  },
): Thought {
  const { claude, prefill } = parts.model;
  const maxTokens = maxOutput ?? parts.target.maxOutput ?? claude.usualMaxTokens;
  const { thinking, effort, isOn } = encodeThinking(
    reasoning,
    claude,
    {
      maxTokens,
      isForced: parts.isForced,
      isPrefilled: prefill && parts.turns.at(-1)?.role === 'assistant',
      isThoughtless: isThoughtless(parts.turns),
    },
    parts.losses,
  );
  // Known with `adaptive` only; before it, nobody has seen it taken here.
  const isEffort = effort !== undefined && claude.thinking === 'adaptive';
  return {
    fields: { thinking, output_config: isEffort ? { effort } : undefined },
    isOn,
    ...(isOn && claude.thinking === 'budget' && { maxTokens }),
  };
}

const EFFORTS = {
  openai: ['low', 'medium', 'high'],
  nova: ['low', 'medium', 'high'],
  qwen: ['low', 'high'],
} as const;

function otherThought({ reasoning }: Conversation, { thinking }: BedrockModel, losses: Set<Loss>): Thought {
  const wished = wishedEffort(reasoning);
  if (wished === undefined) return { fields: {}, isOn: false };
  // Nova's think only when asked; the others cannot be kept from it.
  if (wished === 'none' && thinking === 'nova') return { fields: {}, isOn: false };
  const told =
    thinking === 'claude' || thinking === 'none' || wished === 'none'
      ? undefined
      : nearestEffort(wished, EFFORTS[thinking]);
  if (told !== wished) losses.add('effort');
  if (told === undefined) return { fields: {}, isOn: false };
  if (thinking === 'openai') return { fields: { reasoning_effort: told }, isOn: true };
  if (thinking === 'qwen') return { fields: { reasoning_config: told }, isOn: true };
  return { fields: { reasoningConfig: { type: 'enabled', maxReasoningEffort: told } }, isOn: true };
}

/** Both go from 0 to 1 here, whatever the model (API_runtime_InferenceConfiguration). */
function encodeSampling(
  { temperature, topP }: Conversation,
  { claude }: BedrockModel,
  isThinking: boolean,
  losses: Set<Loss>,
): Block {
  const isFree = claude.sampling && !(claude.isClaude && isThinking);
  const heat = isFree ? temperature : undefined;
  const share = isFree && !(claude.isClaude && heat !== undefined) ? topP : undefined;
  if (temperature !== undefined && (heat === undefined || heat > 1)) losses.add('temperature');
  if (topP !== undefined && share === undefined) losses.add('top-p');
  return { temperature: heat === undefined ? undefined : Math.min(heat, 1), topP: share };
}

function encodeTopK(
  { topK }: Conversation,
  model: BedrockModel,
  isThinking: boolean,
  losses: Set<Loss>,
): Block {
  if (topK === undefined) return {};
  const isFree = model.claude.sampling && !(model.claude.isClaude && isThinking);
  if (model.topK === 'none' || !isFree) {
    losses.add('top-k');
    return {};
  }
  return model.topK === 'flat' ? { top_k: topK } : { inferenceConfig: { topK } };
}

/** Blank ones are refused. */
function encodeStop({ stop }: Conversation, losses: Set<Loss>): JsonOut {
  const kept = stop?.filter((sequence) => sequence.trim() !== '');
  if (kept?.length !== stop?.length) losses.add('stop');
  return kept && kept.length > 0 ? kept : undefined;
}

function isSaid(fields: Block): boolean {
  return Object.values(fields).some((value) => value !== undefined);
}
