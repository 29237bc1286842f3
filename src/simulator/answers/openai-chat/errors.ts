import { isString } from '../../../lib/expect.ts';
import type { Script } from '../../script.ts';
import { type ErrorShape, type ResetOption, type Trouble, type TroubleWords, object } from '../../trouble.ts';

function words(
  status: number,
  message: string,
  type: string | null,
  code: string | null,
  param: string | null = null,
): TroubleWords {
  return { status, message, type, code, param };
}

const INVALID = 'invalid_request_error';

// Texts and fields as the providers send them (OpenAI unless said otherwise), because gateways classify by them.
const OVERLOADED = words(
  503,
  'That model is currently overloaded with other requests. You can retry your request.',
  'server_error',
  null,
);

const CREDIT = words(
  429,
  'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.',
  'insufficient_quota',
  'insufficient_quota',
);

const POLICY = words(
  400,
  'Your request was rejected as a result of our safety system.',
  INVALID,
  'content_policy_violation',
);

/** How OpenAI refuses, and the many hosts that took over its words. */
export const OPENAI_ERRORS: ErrorShape = {
  words: {
    'bad-request': words(
      400,
      "Invalid type for 'temperature': expected a decimal, but got a string instead.",
      INVALID,
      'invalid_type',
      'temperature',
    ),
    key: words(
      401,
      'Incorrect API key provided: sk-sim*****0000. You can find your API key at https://platform.openai.com/account/api-keys.',
      INVALID,
      'invalid_api_key',
    ),
    credit: CREDIT,
    permission: words(
      403,
      'Country, region, or territory not supported',
      'request_forbidden',
      'unsupported_country_region_territory',
    ),
    model: words(
      404,
      'The model `$model` does not exist or you do not have access to it.',
      INVALID,
      'model_not_found',
    ),
    timeout: words(408, 'Request timed out.', 'timeout', null),
    'too-large': words(413, 'Request too large.', INVALID, null),
    rate: words(
      429,
      'Rate limit reached for $model in organization org-sim on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.',
      'requests',
      'rate_limit_exceeded',
    ),
    context: words(
      400,
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 10011 tokens. Please reduce the length of the messages.",
      INVALID,
      'context_length_exceeded',
      'messages',
    ),
    policy: POLICY,
    server: words(
      500,
      'The server had an error while processing your request. Sorry about that!',
      'server_error',
      null,
    ),
    gateway: words(502, 'Bad gateway.', 'server_error', null),
    overloaded: OVERLOADED,
  },
  byStatus: {
    // DeepSeek's words.
    402: words(402, 'Insufficient Balance', 'unknown_error', INVALID),
    504: words(504, 'Gateway timeout.', 'server_error', null),
    // Anthropic's status and word.
    529: words(529, 'Overloaded', 'overloaded_error', null),
  },
  byCode: {
    content_filter: words(
      400,
      "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
      INVALID,
      'content_filter',
      'prompt',
    ),
  },
  body: (trouble) => ({ error: openaiError(trouble) }),
  events: (trouble) => [{ part: 'noise', value: { error: openaiError(trouble) } }],
  resetHeader: openaiResetHeader,
};

/** The error object of OpenAI. */
export function openaiError({ message, words: own, asked }: Trouble): object {
  return {
    message,
    type: asked.type ?? own.type ?? null,
    param: asked.param ?? own.param ?? null,
    code: asked.code ?? own.code ?? null,
  };
}

const RESET_HEADERS: Readonly<Record<ResetOption, string>> = {
  'retry-after': 'retry-after',
  'retry-after-ms': 'retry-after-ms',
  'reset-requests': 'x-ratelimit-reset-requests',
  'reset-tokens': 'x-ratelimit-reset-tokens',
  'should-retry': 'x-should-retry',
};

/** Where OpenAI says when to come back. */
export function openaiResetHeader(option: ResetOption): string {
  return RESET_HEADERS[option];
}

/** A refusal in OpenAI's shape. */
export function refusal(
  status: number,
  message: string,
  code: string | null = null,
  param: string | null = null,
): Script {
  return object(OPENAI_ERRORS, { status, message, type: INVALID, code, param });
}

/** The refusal of a request that leaves out something. */
export function missing(param: string): Script {
  return refusal(400, `Missing required parameter: '${param}'.`, 'missing_required_parameter', param);
}

// Error bodies of other hosts that speak the same format otherwise.
export const FOREIGN_SHAPES: Readonly<Record<string, (trouble: Trouble) => unknown>> = {
  openai: (trouble) => ({ error: openaiError(trouble) }),
  azure: ({ message, status }) => ({ error: { code: String(status), message } }),
  google: ({ message, status }) => [{ error: { code: status, message, status: 'UNAVAILABLE' } }],
  detail: ({ message }) => ({ detail: message }),
  flat: (trouble) => ({ object: 'error', ...openaiError(trouble), param: null }),
  string: ({ message }) => ({ error: message }),
  message: ({ message }) => ({ message }),
};

/** The models a list of the request's own may hold: all of them texts. */
export function allTexts(list: unknown): list is readonly string[] {
  return Array.isArray(list) && list.every(isString);
}
