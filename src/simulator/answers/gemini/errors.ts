import type { ErrorShape, Trouble, TroubleKind, TroubleWords } from '../../trouble.ts';

// https://ai.google.dev/gemini-api/docs/troubleshooting
const STATUS_WORDS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  402: 'FAILED_PRECONDITION',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'DEADLINE_EXCEEDED',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

function words(status: number, message: string): TroubleWords {
  return { status, message };
}

const WORDS: Readonly<Record<TroubleKind, TroubleWords>> = {
  'bad-request': words(400, 'Request contains an invalid argument.'),
  key: words(400, 'API key not valid. Please pass a valid API key.'),
  credit: words(
    429,
    'Your prepayment credits are depleted. Please go to AI Studio at https://ai.studio/projects to manage your project and billing.',
  ),
  permission: words(403, 'The caller does not have permission'),
  model: words(
    404,
    'models/$model is not found for API version v1beta, or is not supported for generateContent. Call ModelService.ListModels to see the list of available models and their supported methods.',
  ),
  timeout: words(504, 'Deadline expired before operation could complete.'),
  'too-large': words(413, 'Request payload size exceeds the limit: 20971520 bytes.'),
  rate: words(
    429,
    'You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.',
  ),
  context: words(
    400,
    'The input token count (1048790) exceeds the maximum number of tokens allowed (1048576).',
  ),
  policy: words(400, 'The request was blocked by the safety policy.'),
  server: words(
    500,
    'An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting',
  ),
  gateway: words(502, 'Bad gateway'),
  overloaded: words(503, 'The model is overloaded. Please try again later.'),
};

/** How Google refuses. */
export const GEMINI_ERRORS: ErrorShape = {
  words: WORDS,
  body: errorBody,
  events: (trouble) => [{ part: 'noise', value: errorBody(trouble) }],
  // A number of seconds stands in the body, as RetryInfo; anything else could not.
  resetHeader: (option, value) => {
    if (option === 'retry-after') return isSeconds(value) ? undefined : option;
    return option === 'should-retry' ? 'x-should-retry' : option;
  },
};

function errorBody(trouble: Trouble): unknown {
  const { status, message } = trouble;
  const word = STATUS_WORDS[status] ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL');
  const details = detailsOf(trouble);
  const more = details.length === 0 ? {} : { details };
  return { error: { code: status, message, status: word, ...more } };
}

const RPC = 'type.googleapis.com/google.rpc.';

function detailsOf({ status, kind, retryAfter }: Trouble): readonly unknown[] {
  if (kind === 'key' && status === 400) {
    const metadata = { service: 'generativelanguage.googleapis.com' };
    return [{ '@type': `${RPC}ErrorInfo`, reason: 'API_KEY_INVALID', domain: 'googleapis.com', metadata }];
  }
  const details: unknown[] = [];
  if (kind === 'rate') {
    const violations = [{ quotaId: 'GenerateRequestsPerMinutePerProjectPerModel' }];
    details.push({ '@type': `${RPC}QuotaFailure`, violations });
  }
  if (retryAfter !== undefined && isSeconds(retryAfter)) {
    details.push({ '@type': `${RPC}RetryInfo`, retryDelay: `${retryAfter}s` });
  }
  return details;
}

function isSeconds(text: string): boolean {
  return /^\d+(?:\.\d+)?$/.test(text);
}
