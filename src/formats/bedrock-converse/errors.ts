import { type Fault, fault, type UpstreamAnswer } from '../../core/fault.ts';
import { field, isString, parseJson, stringField } from '../../lib/expect.ts';
import { classifyBy, type ErrorRule, type ErrorWords, faultOf } from '../hub/error-rules.ts';

/**
 * Errors are `{"message": "…"}`; their class stands in a header, and in the body (`__type`) only at times, so words and
 * status decide. https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html
 */
const RULES: readonly ErrorRule[] = [
  {
    fault: 'context_overflow',
    status: [400, 413],
    text: /(input|prompt) is too long|too many (input )?tokens|maximum (context|number of (input )?tokens)|context (length|window)|exceeds? .{0,40}(token|context|length) limit|expected maxLength/i,
  },
  {
    fault: 'content_blocked',
    status: [400],
    text: /content (filter|polic)|guardrail .{0,40}(blocked|intervened)|blocked by/i,
  },
  // The model is not sold here, not switched on for this account, or only to be had by an inference profile.
  {
    fault: 'upstream_model_missing',
    status: [400, 403, 404],
    text: /model identifier is invalid|access to the model|on-demand throughput|end of its life|marked .{0,20}legacy|could not (resolve|find) .{0,30}(model|foundation)|model .{0,80}(not found|does not exist|is not supported in this region)|no .{0,20}inference profile|model use case details/i,
  },
  // The model is there, but takes no tools, pictures, files or thoughts.
  {
    fault: 'untranslatable',
    status: [400],
    text: /model doesn.t support|model does not support|extraneous key/i,
  },
  {
    fault: 'upstream_out_of_credit',
    status: [400, 402, 403],
    text: /payment (instrument|method)|billing|account .{0,30}(suspended|not authorized to invoke)/i,
  },
  { fault: 'upstream_rate_limited', status: [429] },
  { fault: 'upstream_rate_limited', code: /throttling|toomanyrequests|servicequotaexceeded|modelnotready/ },
  {
    fault: 'upstream_refused_key',
    code: /accessdenied|expiredtoken|unrecognizedclient|invalidsignature|invalidclienttoken|missingauthentication|incompletesignature|notauthorized|optinrequired/,
  },
  {
    fault: 'upstream_refused_key',
    status: [400],
    text: /security token|signature .{0,60}(does not match|expired|not yet current)|api key/i,
  },
  { fault: 'upstream_model_missing', status: [404] },
  { fault: 'upstream_refused_key', status: [401, 403, 407] },
  { fault: 'upstream_out_of_credit', status: [402] },
  { fault: 'upstream_timeout', status: [408, 504] },
  { fault: 'loop_detected', status: [508] },
  { fault: 'context_overflow', status: [413] },
  // 424: the model itself failed.
  { fault: 'upstream_overloaded', status: [409, 424, 425] },
];

/** The statuses of exceptions inside a stream (API_runtime_ConverseStream, `Errors`). */
const STATUS_OF: Readonly<Record<string, number>> = {
  validationException: 400,
  accessDeniedException: 403,
  resourceNotFoundException: 404,
  modelTimeoutException: 408,
  modelStreamErrorException: 424,
  throttlingException: 429,
  modelNotReadyException: 429,
  internalServerException: 500,
  serviceUnavailableException: 503,
};

/** Which fault an answer other than 2xx means. The caller adds what headers say about waiting. */
export function classify(answer: UpstreamAnswer): Fault {
  return classifyBy(RULES, answer, readWords);
}

/** True for the name of an event that is an error. */
export function isException(name: string): boolean {
  return /exception$/i.test(name) || /error$/i.test(name);
}

/** Which fault an exception inside a stream means. */
export function classifyException(name: string, data: string): Fault {
  const plain = name.charAt(0).toLowerCase() + name.slice(1);
  const status = Object.hasOwn(STATUS_OF, plain) ? (STATUS_OF[plain] ?? 500) : 500;
  const words = readWords(parseJson(data));
  const code = faultOf(RULES, status, { ...words, code: `${words.code} ${name}`.toLowerCase() });
  return fault(code, `the provider reported an error inside its answer: ${name}: ${words.message ?? ''}`);
}

function readWords(body: unknown): ErrorWords {
  const message = stringField(body, 'message') ?? stringField(body, 'Message');
  const code = [field(body, '__type'), field(body, 'code'), field(body, 'originalMessage')];
  return { message, code: code.filter(isString).join(' ').toLowerCase() };
}
