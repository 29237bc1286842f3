import type { ErrorShape, Trouble, TroubleWords } from '../../trouble.ts';

function words(status: number, message: string): TroubleWords {
  return { status, message };
}

/** How Cohere refuses; texts from https://docs.cohere.com/reference/errors where it lists one. */
export const COHERE_ERRORS: ErrorShape = {
  words: {
    'bad-request': words(400, 'invalid request: temperature must be between 0 and 1.0 inclusive.'),
    key: words(401, 'invalid api token'),
    credit: words(
      402,
      'Please add or update your payment method at https://dashboard.cohere.com/billing?tab=payment to continue',
    ),
    permission: words(403, 'user is not allowed to perform this action'),
    model: words(
      404,
      "model '$model' not found, make sure the correct model ID was used and that you have access to the model.",
    ),
    timeout: words(504, 'upstream request timeout'),
    'too-large': words(413, 'request too large'),
    rate: words(
      429,
      "You are using a Trial key, which is limited to 20 API calls / minute. You can continue to use the Trial key for free or upgrade to a Production key with higher rate limits at 'https://dashboard.cohere.com/api-keys'.",
    ),
    context: words(
      400,
      'too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 4292. Try using a shorter prompt, or enabling prompt truncating. See https://docs.cohere.com/reference/generate for more details.',
    ),
    policy: words(400, 'blocked output: please try again with another prompt, or consult our terms of use.'),
    server: words(500, 'internal server error, this has been reported to our developers.'),
    gateway: words(502, 'bad gateway'),
    overloaded: words(503, 'service unavailable, please try again later.'),
  },
  body: errorBody,
  // Its streams end with a message that says why, or with a bare error.
  events: (trouble) => [
    {
      part: 'noise',
      name: 'message-end',
      value: {
        type: 'message-end',
        delta: { error: trouble.message, finish_reason: 'ERROR', usage: {} },
      },
    },
  ],
  resetHeader: (option) => (option === 'should-retry' ? 'x-should-retry' : option),
};

function errorBody({ message }: Trouble): unknown {
  return { id: '00000000-0000-4000-8000-000000000000', message };
}
