import { type Fault, fault, type UpstreamAnswer } from '../../core/fault.ts';
import { classifyBy, type ErrorRule, faultOf } from '../hub/error-rules.ts';

/** Errors are `{"id": "…", "message": "…"}` (https://docs.cohere.com/v2/reference/errors). */
const RULES: readonly ErrorRule[] = [
  // More output than the model can give is the request's own fault.
  { fault: 'upstream_rejected', status: [400], text: /max[_ ]tokens must be less/i },
  {
    fault: 'context_overflow',
    status: [400, 413, 422],
    text: /too many tokens|(exceeds?|exceeded) .{0,40}(token|context)|context (length|window)/i,
  },
  { fault: 'content_blocked', status: [400, 422], text: /(safety|toxic|blocked|terms of use|usage polic)/i },
  {
    fault: 'upstream_out_of_credit',
    status: [402, 403, 429],
    text: /billing|payment|per month|\/ ?month|monthly|credit/i,
  },
  { fault: 'upstream_out_of_credit', status: [402] },
  { fault: 'upstream_rate_limited', status: [429] },
  {
    fault: 'upstream_model_missing',
    status: [400, 403, 404, 422],
    text: /model .{0,120}(not found|does not exist|was removed|deprecated|not supported)/i,
  },
  { fault: 'upstream_refused_key', status: [401, 407, 498] },
  {
    fault: 'upstream_refused_key',
    status: [400, 403],
    text: /(api (key|token)|token) .{0,30}(invalid|expired|missing)|invalid api/i,
  },
  { fault: 'upstream_model_missing', status: [404, 410] },
  { fault: 'upstream_refused_key', status: [403] },
  { fault: 'upstream_timeout', status: [408, 504] },
  { fault: 'loop_detected', status: [508] },
  { fault: 'context_overflow', status: [413] },
  { fault: 'upstream_overloaded', status: [409, 425, 499] },
];

/** Which fault an answer other than 2xx means. The caller adds what headers say about waiting. */
export function classify(answer: UpstreamAnswer): Fault {
  return classifyBy(RULES, answer);
}

/** Which fault an error inside a 200 means, by its words alone. */
export function classifyInside(message: string | undefined): Fault {
  const isLate = message === 'TIMEOUT';
  const code = isLate ? 'upstream_timeout' : faultOf(RULES, 500, { message, code: '' });
  return fault(code, `the provider reported an error inside its answer: ${message ?? 'it does not say why'}`);
}
