import type { AnswerEvent, FinishReason } from '../../core/answer.ts';
import { field, stringField } from '../../lib/expect.ts';

/** What an answer turned out to hold, which its status does not say. */
export interface Contents {
  readonly calls: boolean;
  readonly refusal: boolean;
}

/** Why an answer is incomplete → why the model stopped. */
const INCOMPLETE: ReadonlyMap<string, FinishReason> = new Map([
  ['max_output_tokens', 'length'],
  ['max_tokens', 'length'],
  ['content_filter', 'filter'],
]);

/** Why the model stopped, from a whole response. An answer that was cut off is that first, even in a call's midst. */
export function readFinish(response: unknown, { calls, refusal }: Contents): AnswerEvent {
  const status = stringField(response, 'status');
  const why = stringField(field(response, 'incomplete_details'), 'reason');
  if (status === 'incomplete') {
    const raw = why ?? status;
    return { is: 'finish', reason: INCOMPLETE.get(raw) ?? 'other', raw };
  }
  const reason = calls ? 'calls' : refusal ? 'refusal' : 'stop';
  return { is: 'finish', reason, ...(status !== undefined && { raw: status }) };
}

/** Why the model stopped → why an answer is incomplete; undefined for one that is complete. */
export function incompleteReason(reason: FinishReason): string | undefined {
  if (reason === 'length' || reason === 'context') return 'max_output_tokens';
  return reason === 'filter' ? 'content_filter' : undefined;
}
