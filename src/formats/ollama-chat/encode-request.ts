import type { Conversation, Loss, OutputShape } from '../../core/conversation.ts';
import type { TranslationTarget, WireRequest } from '../../core/format.ts';
import { type JsonOut, Verbatim, writeJson } from '../../lib/json-write.ts';
import { nearestEffort, wishedEffort } from '../hub/effort.ts';
import { fitTurns } from '../hub/fit.ts';
import { functionTool } from '../hub/function-tool.ts';
import { PLAIN_IDS } from '../hub/ids.ts';
import { noteUnsaid } from '../hub/unsaid.ts';
import { encodeMessages } from './encode-messages.ts';

/** The request for one target. Fields: ollama/ollama, api/types.go, `ChatRequest` and `Options`. */
export function encodeRequest(conversation: Conversation, target: TranslationTarget): WireRequest {
  const fitted = fitTurns(conversation.turns, {
    format: 'ollama-chat',
    provider: target.provider,
    ids: PLAIN_IDS,
    foreignReasoning: 'text',
    joinsTurns: true,
    lateSystem: 'native',
  });
  const losses = new Set<Loss>(fitted.losses);
  const body = {
    model: target.model,
    messages: encodeMessages(fitted.system, fitted.turns, losses),
    tools: encodeTools(conversation, losses),
    stream: conversation.stream,
    format: encodeOutput(conversation.output),
    think: encodeThinking(conversation, target, losses),
    options: encodeOptions(conversation),
    // Else the beginning of a long conversation is left out without a word; another target may have room for it.
    truncate: false,
    shift: false,
  };
  noteUnsaid(conversation, losses, UNKNOWN);
  return { path: '/api/chat', body: Buffer.from(writeJson(body)), losses: [...losses].sort() };
}

const UNKNOWN = [
  'candidates',
  'logprobs',
  'logit-bias',
  'user',
  'metadata',
  'tier',
  'verbosity',
  'parallel-calls',
] as const;

/** There is no choice among tools: what may not be called is not offered, and none can be forced. */
function encodeTools({ tools, toolChoice }: Conversation, losses: Set<Loss>): JsonOut {
  const { mode, names } = toolChoice ?? { mode: 'auto' };
  if (tools.length === 0 || mode === 'none') return undefined;
  if (mode === 'required') losses.add('tool-choice');
  const offered = names ? tools.filter(({ name }) => names.includes(name)) : tools;
  return offered.length === 0
    ? undefined
    : offered.map((tool) => ({ type: 'function', function: { ...functionTool(tool, losses) } }));
}

function encodeOutput(output: OutputShape | undefined): JsonOut {
  if (!output) return undefined;
  return output.kind === 'json' ? 'json' : new Verbatim(output.schema);
}

/** `ThinkValue` knows these words, `true` and `false`. */
const EFFORTS = ['low', 'medium', 'high', 'max'] as const;

/**
 * A model that can think does so unasked, and one that cannot refuses to be asked (`does not support thinking`): how hard
 * is said only to models known to think. `false` is understood by all.
 */
function encodeThinking(
  { reasoning }: Conversation,
  { reasons }: TranslationTarget,
  losses: Set<Loss>,
): JsonOut {
  const wished = wishedEffort(reasoning);
  if (wished === 'none') return false;
  if (reasoning?.mode === 'on' && reasons === true && wished === undefined) return true;
  if (wished === undefined) return undefined;
  const told = reasons === true ? nearestEffort(wished, EFFORTS) : undefined;
  if (told !== wished) losses.add('effort');
  return told;
}

function encodeOptions(conversation: Conversation): JsonOut {
  const options = {
    num_predict: conversation.maxOutput,
    temperature: conversation.temperature,
    top_p: conversation.topP,
    top_k: conversation.topK,
    seed: conversation.seed,
    presence_penalty: conversation.presencePenalty,
    frequency_penalty: conversation.frequencyPenalty,
    stop: conversation.stop,
  };
  return Object.values(options).some((value) => value !== undefined) ? options : undefined;
}
