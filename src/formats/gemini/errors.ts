import { type Fault, fault, type UpstreamAnswer } from '../../core/fault.ts';
import { field, isString, numberField, stringField } from '../../lib/expect.ts';
import { classifyBy, type ErrorRule, type ErrorWords, faultOf, readErrorWords } from '../hub/error-rules.ts';

/**
 * A bad key is 400 here, a prompt that is too long too, and every limit of the rate says that the "quota" was exceeded
 * and mentions billing, so words come before the bare status.
 * https://ai.google.dev/gemini-api/docs/troubleshooting, https://cloud.google.com/apis/design/errors
 */
const RULES: readonly ErrorRule[] = [
  {
    fault: 'context_overflow',
    status: [400, 413],
    text: /token count.{0,60}exceeds|exceeds? the (maximum|max|limit|model).{0,60}tokens|(input|prompt|request).{0,40}too (long|many tokens)/i,
  },
  {
    fault: 'content_blocked',
    status: [400, 403],
    text: /(blocked|rejected) (by|due to|because of).{0,60}(safety|polic|filter)|violat\w* .{0,40}(polic|practices)|prohibited content/i,
  },
  { fault: 'upstream_out_of_credit', code: /billing_(disabled|not_active)/ },
  {
    fault: 'upstream_out_of_credit',
    status: [400, 402, 403, 429],
    text: /credits? (is|are|has|have) .{0,20}(depleted|exhausted)|(requires?|enable) billing|billing (account )?.{0,20}(disabled|closed|not (enabled|active))/i,
  },
  { fault: 'upstream_rate_limited', status: [429] },
  {
    fault: 'upstream_refused_key',
    code: /api_key_|access_token_|credentials_missing|consumer_(invalid|suspended)|account_state_invalid|service_disabled|unauthenticated/,
  },
  { fault: 'upstream_refused_key', status: [400], code: /user location is not supported/ },
  {
    fault: 'upstream_refused_key',
    status: [400, 401, 403],
    text: /api key (is )?(not (valid|found)|invalid|expired|missing|was reported)|(location|country|region) is not supported|not available in your (location|country|region)/i,
  },
  // What the request itself refers to, kept at the provider under another key, model or region.
  {
    fault: 'upstream_rejected',
    status: [403, 404],
    text: /cached? ?content|\bfiles?\/|the file /i,
  },
  { fault: 'upstream_model_missing', status: [404] },
  {
    fault: 'upstream_model_missing',
    status: [400, 403],
    text: /\bmodel.{0,120}(not found|does not exist|is not available|not supported for|was retired|deprecated)/i,
  },
  { fault: 'upstream_refused_key', status: [401, 403, 407] },
  { fault: 'upstream_timeout', status: [408, 504] },
  { fault: 'upstream_timeout', code: /deadline_exceeded/ },
  { fault: 'loop_detected', status: [508] },
  { fault: 'context_overflow', status: [413] },
  { fault: 'upstream_overloaded', status: [409, 425, 499] },
];

/** HTTP statuses of Google's canonical codes (google/rpc/code.proto), for errors inside a 200. */
const STATUS_OF: ReadonlyMap<string, number> = new Map([
  ['INVALID_ARGUMENT', 400],
  ['FAILED_PRECONDITION', 400],
  ['OUT_OF_RANGE', 400],
  ['UNAUTHENTICATED', 401],
  ['PERMISSION_DENIED', 403],
  ['NOT_FOUND', 404],
  ['ABORTED', 409],
  ['ALREADY_EXISTS', 409],
  ['RESOURCE_EXHAUSTED', 429],
  ['CANCELLED', 499],
  ['UNIMPLEMENTED', 501],
  ['UNAVAILABLE', 503],
  ['DEADLINE_EXCEEDED', 504],
]);

/** Which fault an answer other than 2xx means. The caller adds what headers and details say about waiting. */
export function classify(answer: UpstreamAnswer): Fault {
  return classifyBy(RULES, answer, readWords);
}

/** Which fault an error object inside a 200 means. */
export function classifyInside(error: unknown): Fault {
  const words = readWords({ error });
  const code = numberField(error, 'code');
  const status =
    code !== undefined && code >= 400 && code < 600
      ? code
      : (STATUS_OF.get(stringField(error, 'status') ?? '') ?? 502);
  const told = words.message ?? words.code;
  return fault(faultOf(RULES, status, words), `the provider reported an error inside its answer: ${told}`);
}

/** A 200 that says no more than that the prompt was blocked; undefined for anything else. */
export function blockedPrompt(answer: unknown): Fault | undefined {
  const feedback = field(answer, 'promptFeedback');
  const reason = field(feedback, 'blockReason');
  if (reason === undefined || reason === null || reason === '' || reason === 0) return undefined;
  if (typeof reason !== 'string' && typeof reason !== 'number') return undefined;
  if (String(reason).endsWith('_UNSPECIFIED')) return undefined;
  const why = stringField(feedback, 'blockReasonMessage');
  return fault('content_blocked', `the prompt was blocked: ${reason}${why === undefined ? '' : ` (${why})`}`);
}

/** The error object of a body, which may have an array around it. */
export function errorIn(body: unknown): unknown {
  const whole: unknown = Array.isArray(body) ? body[0] : body;
  const error = field(whole, 'error');
  return error ?? whole;
}

/**
 * Beside the usual words the reasons in `details` (`API_KEY_INVALID`) and the debugging text, which may quote the key and
 * so is never shown.
 */
function readWords(body: unknown): ErrorWords {
  const plain = readErrorWords(body);
  const listed = field(errorIn(body), 'details');
  const details: readonly unknown[] = Array.isArray(listed) ? listed : [];
  const said = details.flatMap((detail) => [stringField(detail, 'reason'), stringField(detail, 'detail')]);
  return { ...plain, code: [plain.code, ...said].filter(isString).join(' ').toLowerCase() };
}
