import type { FinishReason } from '../../core/answer.ts';
import { type Fault, fault } from '../../core/fault.ts';

/** What the words mean that hosts write into `finish_reason`; one that is not here means `other`. */
const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['stop', 'stop'],
  ['tool_calls', 'calls'],
  ['function_call', 'calls'],
  ['length', 'length'],
  ['content_filter', 'filter'],
  // Hosts that let the words of their own engine through: Hugging Face, Together, Anthropic's and Gemini's imitators.
  ['eos', 'stop'],
  ['eos_token', 'stop'],
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['STOP', 'stop'],
  ['tool_use', 'calls'],
  ['max_tokens', 'length'],
  ['MAX_TOKENS', 'length'],
  ['SAFETY', 'filter'],
  // z.ai: https://docs.z.ai/api-reference/llm/chat-completion
  ['sensitive', 'filter'],
  // Mistral: the window of the model is full.
  ['model_length', 'context'],
  ['model_context_window_exceeded', 'context'],
]);

/** Words with which a host says that its answer is none: OpenRouter, z.ai, DeepSeek. */
const FAILURES: ReadonlySet<string> = new Set(['error', 'network_error', 'insufficient_system_resource']);

/** The fault in a `finish_reason`, if it names one. */
export function failureIn(raw: string | undefined): Fault | undefined {
  if (raw === undefined || !FAILURES.has(raw)) return undefined;
  return fault('upstream_overloaded', `the provider gave up its answer: ${raw}`);
}

/**
 * Why the model stopped. A forced tool ends with `stop` at OpenAI, some hosts always say `stop`, others say `tool_calls`
 * without any: the calls themselves decide. An answer that was cut off or blocked stays so, its last call is not whole.
 */
export function readFinish(
  raw: string | undefined,
  seen: { readonly calls: boolean; readonly refused: boolean },
): FinishReason {
  // Snowflake writes none, though the answer is whole.
  const reason = raw === undefined ? 'stop' : (REASONS.get(raw) ?? 'other');
  if (reason !== 'stop' && reason !== 'calls' && reason !== 'other') return reason;
  if (seen.calls) return 'calls';
  if (seen.refused) return 'refusal';
  return reason === 'calls' ? 'stop' : reason;
}

const WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  calls: 'tool_calls',
  filter: 'content_filter',
  refusal: 'content_filter',
  pause: 'stop',
  context: 'length',
  other: 'stop',
};

/** The word a chat client knows. @param refused Whether the answer says its refusal, which OpenAI ends with `stop`. */
export function writeFinish(reason: FinishReason, refused: boolean): string {
  return reason === 'refusal' && refused ? 'stop' : WORDS[reason];
}
