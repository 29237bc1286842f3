import type { AnswerEvent, FinishReason } from '../../core/answer.ts';
import { withCalls } from '../hub/finish.ts';

/** Bedrock's words for why the model stopped (API_runtime_Converse, `stopReason`). */
const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  tool_use: 'stop',
  max_tokens: 'length',
  guardrail_intervened: 'filter',
  content_filtered: 'filter',
  refusal: 'refusal',
  pause_turn: 'pause',
  model_context_window_exceeded: 'context',
};

/** The end of an answer. @param called Whether a tool of the caller was called. */
export function finishOf(
  raw: string | undefined,
  stopSequence: string | undefined,
  called: boolean,
): AnswerEvent {
  const known = raw !== undefined && Object.hasOwn(REASONS, raw) ? REASONS[raw] : undefined;
  return {
    is: 'finish',
    reason: withCalls(known ?? 'other', called),
    ...(raw !== undefined && { raw }),
    ...(raw === 'stop_sequence' && stopSequence !== undefined && { stopSequence }),
  };
}
