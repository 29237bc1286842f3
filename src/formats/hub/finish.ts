import type { FinishReason } from '../../core/answer.ts';

/**
 * Why the model stopped, when its answer calls a tool of the caller. Providers say `stop` as often as anything else, so
 * the calls decide; but an answer that was cut off or blocked stays so: its last call is not whole, and must not be
 * carried out.
 */
export function withCalls(reason: FinishReason, called: boolean): FinishReason {
  if (!called) return reason === 'calls' ? 'stop' : reason;
  return reason === 'stop' || reason === 'other' ? 'calls' : reason;
}
