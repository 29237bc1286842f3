import { type Fault, fault, type UpstreamAnswer } from '../../core/fault.ts';
import { field, isString, stringField } from '../../lib/expect.ts';
import { classifyBy, type ErrorRule, faultOf, readErrorWords } from '../hub/error-rules.ts';

/** The status that each `error.type` comes with (docs: api/errors, and the official SDK's error types). */
const STATUS_OF_TYPE: ReadonlyMap<string, number> = new Map([
  ['invalid_request_error', 400],
  ['authentication_error', 401],
  ['billing_error', 402],
  ['permission_error', 403],
  ['not_found_error', 404],
  ['conflict_error', 409],
  ['request_too_large', 413],
  ['rate_limit_error', 429],
  ['api_error', 500],
  ['timeout_error', 504],
  ['overloaded_error', 529],
]);

/**
 * Nearly everything wrong with a request or an account is a 400 `invalid_request_error` here, so the sentence decides.
 * Hosts that speak this format (Vertex, GLM, Kimi, gateways) have sentences of their own.
 */
const RULES: readonly ErrorRule[] = [
  {
    fault: 'context_overflow',
    status: [400, 413, 422],
    text: /prompt is too long|input length and .?max_tokens.? exceed|context (window|length|limit)|maximum context|too many (input )?tokens|(prompt|input|request).{0,40}exceeds?.{0,40}(tokens|context)/i,
  },
  {
    fault: 'content_blocked',
    status: [400, 403],
    text: /content filtering policy|violates? .{0,40}(usage )?polic|flagged (by|for|as)|content.{0,20}(policy|sensitive)|data_inspection/i,
  },
  { fault: 'upstream_out_of_credit', status: [402] },
  { fault: 'upstream_out_of_credit', code: /billing_error|insufficient_(quota|balance|credits?)/ },
  {
    fault: 'upstream_out_of_credit',
    status: [400, 403, 429],
    text: /credit balance|usage limits?\. you will regain access|spend(ing)? limit|insufficient (balance|credits?|funds|quota)|out of credits?|exceeded your current quota/i,
  },
  { fault: 'upstream_rate_limited', status: [429] },
  { fault: 'upstream_refused_key', status: [401] },
  {
    fault: 'upstream_refused_key',
    status: [400],
    text: /x-api-key|(invalid|missing|incorrect) api[ _-]?key|credential.{0,20}only authorized|organization has been disabled/i,
  },
  {
    fault: 'upstream_model_missing',
    status: [400, 403, 404, 410],
    text: /^model: |model.{0,80}(does not exist|not (be )?found|not available|no longer available|deprecated|retired|do not have access)|not a valid model|unknown model|no such model/i,
  },
  { fault: 'upstream_model_missing', status: [404, 410] },
  { fault: 'upstream_refused_key', status: [403, 407] },
  { fault: 'upstream_timeout', code: /timeout_error/ },
  { fault: 'upstream_timeout', status: [408, 504] },
  { fault: 'loop_detected', status: [508] },
  // 32 MB at Anthropic itself: another target may take more.
  { fault: 'context_overflow', status: [413] },
  { fault: 'upstream_overloaded', status: [409, 425] },
  { fault: 'upstream_overloaded', code: /overloaded_error/ },
];

/** Which fault an answer other than 2xx means. The caller adds what the headers say about waiting. */
export function classify(answer: UpstreamAnswer): Fault {
  return classifyBy(RULES, answer);
}

/** Which fault an `error` object inside a 200 means: of an `error` event, or in place of an answer. */
export function classifyInside(error: unknown): Fault {
  const words = readErrorWords({ error: isString(error) ? { message: error } : error });
  const code = field(error, 'code');
  const given = typeof code === 'number' && code >= 400 && code < 600 ? code : undefined;
  const status = given ?? STATUS_OF_TYPE.get(stringField(error, 'type') ?? '') ?? 502;
  return fault(
    faultOf(RULES, status, words),
    `the provider reported an error inside its answer: ${words.message ?? words.code}`,
  );
}

/** The error type that comes with a status. */
export function typeOfStatus(status: number): string {
  for (const [type, usual] of STATUS_OF_TYPE) if (usual === status) return type;
  if (status === 408) return 'timeout_error';
  if (status === 503) return 'overloaded_error';
  return status >= 500 ? 'api_error' : 'invalid_request_error';
}
