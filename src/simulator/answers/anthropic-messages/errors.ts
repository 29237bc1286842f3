import {
  type ErrorShape,
  type Trouble,
  type TroubleKind,
  type TroubleWords,
  isKnownCode,
} from '../../trouble.ts';

// https://docs.claude.com/en/api/errors
const TYPE_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  408: 'timeout_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  503: 'overloaded_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

function words(status: number, message: string): TroubleWords {
  return { status, message };
}

const WORDS: Readonly<Record<TroubleKind, TroubleWords>> = {
  'bad-request': words(400, 'messages.0: Input does not match the expected shape.'),
  key: words(401, 'invalid x-api-key'),
  credit: words(
    400,
    'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
  ),
  permission: words(403, 'Your API key does not have permission to use the specified resource.'),
  model: words(404, 'model: $model'),
  timeout: words(504, 'Request timed out.'),
  'too-large': words(413, 'Request exceeds the maximum size'),
  rate: words(
    429,
    'This request would exceed your organization’s rate limit of 50 requests per minute. For details, refer to: https://docs.claude.com/en/api/rate-limits.',
  ),
  context: words(400, 'prompt is too long: 205031 tokens > 200000 maximum'),
  policy: words(400, 'Output blocked by content filtering policy'),
  server: words(500, 'Internal server error'),
  gateway: words(502, 'Bad gateway'),
  overloaded: words(529, 'Overloaded'),
};

/** How Anthropic refuses. */
export const ANTHROPIC_ERRORS: ErrorShape = {
  words: WORDS,
  body: errorBody,
  headers: ({ status }) => (status === 529 || status === 429 ? { 'x-should-retry': 'true' } : {}),
  events: (trouble) => [{ part: 'noise', name: 'error', value: errorBody(trouble) }],
  resetHeader: (option) =>
    option === 'reset-requests' || option === 'reset-tokens'
      ? `anthropic-ratelimit-${option.slice('reset-'.length)}-reset`
      : option === 'should-retry'
        ? 'x-should-retry'
        : option,
};

function errorBody({ status, message, asked, words: own }: Trouble): unknown {
  const typed = isKnownCode(asked.type) ? undefined : asked.type;
  const type =
    typed ?? own.type ?? TYPE_OF_STATUS[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
  return { type: 'error', error: { type, message }, request_id: 'req_sim_error' };
}
