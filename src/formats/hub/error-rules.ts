import { type Fault, type FaultCode, fault, type UpstreamAnswer } from '../../core/fault.ts';
import { field, isObject, isString, parseJson, stringField } from '../../lib/expect.ts';
import { refusalSentence } from './error-sentences.ts';

/** What an error body says, whatever its shape. */
export interface ErrorWords {
  readonly message: string | undefined;
  /** `code` and `type`, lower-cased and joined: hosts put the same words in either. */
  readonly code: string;
}

/** One rule of a format's classification; the first that matches decides. */
export interface ErrorRule {
  readonly fault: FaultCode;
  readonly status?: readonly number[];
  readonly code?: RegExp;
  readonly text?: RegExp;
}

/**
 * Every format's own words for a signature or an encrypted thought that the provider does not know: `Invalid signature in
 * thinking block` and `Expected thinking or redacted_thinking` (Anthropic), `invalid_encrypted_content` (OpenAI), `Thought
 * signature is not valid` and `missing a thought_signature` (Google). `Item 'rs_…' of type 'reasoning' was provided
 * without its required following item` (OpenAI) is another: Codex asks again with the thought alone when a stream broke
 * after it. First of all rules.
 */
const STATE_RULES: readonly ErrorRule[] = [
  { fault: 'state_refused', code: /invalid_encrypted_content/ },
  {
    fault: 'state_refused',
    status: [400],
    text: /signature.{0,40}thinking|thought[ _]?signature|encrypted[_ ]content|expected .{0,10}(redacted_)?thinking|thinking.{0,10} blocks? .{0,60}(modified|remain)|'reasoning' was provided without its required|without its required 'reasoning' item/i,
  },
];

/**
 * What one model refuses another may take: `'max_tokens' is not supported with this model`, `This model doesn't support
 * the video content block`, `This model does not support effort level`. Last of all rules.
 */
const MODEL_RULES: readonly ErrorRule[] = [
  {
    fault: 'untranslatable',
    status: [400, 422],
    text: /(with|by|for|on) this model\b|this model (does not|doesn't|cannot|can't) (support|accept|use)/i,
  },
];

/** Which fault the rules make of an answer other than 2xx; `read` finds the words in its body. */
export function classifyBy(
  rules: readonly ErrorRule[],
  answer: UpstreamAnswer,
  read: (body: unknown) => ErrorWords = readErrorWords,
): Fault {
  const { status } = answer;
  if (status >= 300 && status < 400) {
    const message = `the provider answered with a redirect (${status}); gw never follows one`;
    return fault('upstream_garbled', message, { upstream: answer });
  }
  const words = read(parseJson(answer.body.toString('utf8')));
  return fault(faultOf(rules, status, words), refusalSentence(status, words.message), { upstream: answer });
}

/** Which fault the rules make of an error. */
export function faultOf(rules: readonly ErrorRule[], status: number, words: ErrorWords): FaultCode {
  for (const rule of [...STATE_RULES, ...rules, ...MODEL_RULES]) {
    if (rule.status && !rule.status.includes(status)) continue;
    if (rule.code && !rule.code.test(words.code)) continue;
    if (rule.text && !rule.text.test(words.message ?? '')) continue;
    return rule.fault;
  }
  return status >= 500 ? 'upstream_overloaded' : 'upstream_rejected';
}

/**
 * The shapes seen in the wild: `{error: {message, type, code}}`, `{error: "text"}`, `{message}`, `{detail: "text"}`,
 * `{detail: [{msg}]}` and any of them inside an array.
 */
export function readErrorWords(body: unknown): ErrorWords {
  const whole: unknown = Array.isArray(body) ? body[0] : body;
  const error = field(whole, 'error');
  const inner = isObject(error) ? error : whole;
  const detail = field(whole, 'detail');
  const first: unknown = Array.isArray(detail) ? detail[0] : detail;
  const message =
    stringField(inner, 'message') ??
    (typeof error === 'string' ? error : undefined) ??
    (typeof first === 'string' ? first : stringField(first, 'msg')) ??
    stringField(whole, 'message');
  const raw = stringField(field(inner, 'metadata'), 'raw');
  return {
    message: raw === undefined ? message : `${message ?? ''}: ${raw}`,
    code: [field(inner, 'code'), field(inner, 'type'), field(inner, 'status')]
      .filter(isString)
      .join(' ')
      .toLowerCase(),
  };
}
