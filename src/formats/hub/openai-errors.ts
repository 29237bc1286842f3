import { type Fault, fault, type UpstreamAnswer } from '../../core/fault.ts';
import { field } from '../../lib/expect.ts';
import { classifyBy, type ErrorRule, faultOf, readErrorWords } from './error-rules.ts';

/**
 * Status does not give the class: a bad key is 400 at some hosts, an unknown model 400 or 404, a context overflow is
 * 400 with a different sentence everywhere. Words therefore come first, the bare status last.
 */
const RULES: readonly ErrorRule[] = [
  { fault: 'context_overflow', code: /context_length_exceeded|context_window|string_above_max_length/ },
  {
    fault: 'context_overflow',
    status: [400, 413, 422],
    text: /context (length|window|size)|maximum context|too many (input )?tokens|prompt is too long|input is too long|(prompt|input|request).{0,40}exceeds?.{0,40}(tokens|context|limit)|reduce the length of/i,
  },
  { fault: 'content_blocked', code: /content_policy|content_filter|moderation_blocked|content_blocked/ },
  {
    fault: 'content_blocked',
    status: [400, 403, 451],
    text: /content (management )?policy|safety system|flagged (by|for|as)|requires moderation|violates? (our|the) (usage )?polic/i,
  },
  { fault: 'upstream_out_of_credit', status: [402] },
  {
    fault: 'upstream_out_of_credit',
    code: /insufficient_quota|billing|insufficient_(funds|balance|credits?)|payment_required|credit_balance/,
  },
  {
    fault: 'upstream_out_of_credit',
    status: [400, 403, 429],
    text: /exceeded your current quota|credit balance|insufficient (balance|credits?|funds|quota)|out of credits?|spending limit|billing (hard )?limit/i,
  },
  { fault: 'upstream_rate_limited', status: [429] },
  { fault: 'upstream_refused_key', status: [401] },
  { fault: 'upstream_refused_key', code: /invalid_api_key|api_key_invalid|invalid_authentication/ },
  {
    fault: 'upstream_refused_key',
    status: [400],
    text: /(incorrect|invalid|missing) api[ _-]?key|api[ _-]?key (is )?(not valid|invalid|expired)/i,
  },
  {
    fault: 'upstream_model_missing',
    code: /model_not_found|model_not_available|model_decommissioned|unknown_model|not_found_error|model_not_supported/,
  },
  {
    fault: 'upstream_model_missing',
    status: [400, 403, 404, 410],
    text: /model.{0,80}(does not exist|not (be )?found|not supported|not available|decommissioned|deprecated|retired)|not a valid model|no such model|unknown model|(sample|embeddings) from this model|is a chat model|not a chat model|no endpoints found/i,
  },
  { fault: 'upstream_model_missing', status: [404, 410] },
  { fault: 'upstream_refused_key', status: [403, 407] },
  { fault: 'upstream_timeout', status: [408] },
  { fault: 'loop_detected', status: [508] },
  { fault: 'context_overflow', status: [413] },
  { fault: 'upstream_overloaded', status: [409, 425] },
];

/** Which fault an answer other than 2xx means. The caller adds what the headers say about waiting. */
export function classify(answer: UpstreamAnswer): Fault {
  return classifyBy(RULES, answer);
}

/** Which fault an error object inside a 200 means. */
export function classifyInside(error: unknown): Fault {
  const words = readErrorWords({ error });
  const code = field(error, 'code');
  const status = typeof code === 'number' && code >= 400 && code < 600 ? code : statusOfWords(words.code);
  const decided = faultOf(RULES, status, words);
  return fault(decided, `the provider reported an error inside its answer: ${words.message ?? words.code}`);
}

/** An error object in a 200 often has words where the status would have been. */
function statusOfWords(code: string): number {
  if (/rate_limit|too_many_requests/.test(code)) return 429;
  if (/invalid_(request|value|prompt|image|base64)|bad_request|tool_use_failed/.test(code)) return 400;
  if (/authentication|permission/.test(code)) return 401;
  return 502;
}
