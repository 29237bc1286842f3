import { type FaultCode, FAULTS } from '../../core/fault.ts';
import type { ErrorReport } from '../../core/format.ts';
import { field, isObject, parseJson } from '../../lib/expect.ts';
import { withTrail } from './error-sentences.ts';

/** `error.type` and `error.code` as the OpenAI API spells them for the same situation. */
const WORDS: Partial<Record<FaultCode, { readonly type: string; readonly code: string }>> = {
  unauthorized: { type: 'invalid_request_error', code: 'invalid_api_key' },
  model_unknown: { type: 'invalid_request_error', code: 'model_not_found' },
  upstream_model_missing: { type: 'invalid_request_error', code: 'model_not_found' },
  upstream_rate_limited: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  upstream_out_of_credit: { type: 'insufficient_quota', code: 'insufficient_quota' },
  over_budget: { type: 'insufficient_quota', code: 'insufficient_quota' },
  too_many_requests: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  upstream_refused_key: { type: 'invalid_request_error', code: 'invalid_api_key' },
  context_overflow: { type: 'invalid_request_error', code: 'context_length_exceeded' },
  content_blocked: { type: 'invalid_request_error', code: 'content_policy_violation' },
};

/** An error as the OpenAI API words it, for chat completions and responses alike. */
export interface OpenaiError {
  readonly message: string;
  readonly type: unknown;
  readonly param: unknown;
  readonly code: unknown;
  /** What gw knows about it; clients ignore it. */
  readonly gw: unknown;
}

/**
 * What an error answer of the OpenAI API has as its `error`. What the provider itself said is kept (its message, type,
 * code and param); what gw did about it stands beside it under `gw`, and in words at the end of the message.
 */
export function openaiError({ fault, status, id, tried }: ErrorReport): OpenaiError {
  const said = upstreamError(fault.upstream?.body);
  const words = WORDS[fault.code];
  const type = words?.type ?? (status >= 500 ? 'server_error' : 'invalid_request_error');
  return {
    message: withTrail(said?.message ?? fault.message, id, tried),
    type: said?.type ?? type,
    param: said?.param ?? null,
    code: said?.code ?? words?.code ?? fault.code,
    gw: { fault: fault.code, meaning: FAULTS[fault.code].sentence, request_id: id, tried },
  };
}

interface SaidByProvider {
  readonly message: string | undefined;
  readonly type: unknown;
  readonly param: unknown;
  readonly code: unknown;
}

function upstreamError(body: Buffer | undefined): SaidByProvider | undefined {
  const error = body && field(parseJson(body.toString('utf8')), 'error');
  if (!isObject(error)) return undefined;
  const { message, type, param, code } = error;
  return { message: typeof message === 'string' ? message : undefined, type, param, code };
}
