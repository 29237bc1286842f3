import type { ErrorShape, Trouble, TroubleWords } from '../../trouble.ts';

// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors
const EXCEPTIONS: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  401: 'UnrecognizedClientException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  408: 'ModelTimeoutException',
  413: 'RequestEntityTooLargeException',
  424: 'ModelErrorException',
  429: 'ThrottlingException',
  500: 'InternalServerException',
  503: 'ServiceUnavailableException',
};

function words(status: number, message: string, type?: string): TroubleWords {
  return { status, message, ...(type === undefined ? {} : { type }) };
}

/** How Amazon Bedrock refuses: the name of the exception is in a header, the body has only a message. */
export const BEDROCK_ERRORS: ErrorShape = {
  words: {
    'bad-request': words(
      400,
      'The model returned the following errors: Malformed input request, please reformat your input and try again.',
    ),
    key: words(403, 'The security token included in the request is invalid.', 'UnrecognizedClientException'),
    credit: words(
      403,
      'Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided. Your AWS Marketplace subscription for this model cannot be completed at this time.',
    ),
    permission: words(403, "You don't have access to the model with the specified model ID."),
    model: words(400, 'The provided model identifier is invalid.'),
    timeout: words(408, 'Model has timed out in processing the request. Try your request again.'),
    'too-large': words(413, 'The request exceeds the size limit.'),
    rate: words(429, 'Too many requests, please wait before trying again.'),
    context: words(400, 'The model returned the following errors: Input is too long for requested model.'),
    policy: words(400, 'The model returned the following errors: Output blocked by content filtering policy'),
    server: words(
      500,
      'The system encountered an unexpected error during processing. Try your request again.',
    ),
    gateway: words(502, 'Bad gateway'),
    overloaded: words(503, 'Bedrock is unable to process your request.'),
  },
  body: ({ message }) => ({ message }),
  headers: (trouble) => ({
    'x-amzn-errortype': `${exceptionOf(trouble)}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
  }),
  events: (trouble) => [
    { part: 'noise', name: streamException(trouble), exception: true, value: { message: trouble.message } },
  ],
  resetHeader: (option) => (option === 'should-retry' ? 'x-should-retry' : option),
};

function exceptionOf({ status, words: own }: Trouble): string {
  if (own.type && own.status === status) return own.type;
  return EXCEPTIONS[status] ?? (status < 500 ? 'ValidationException' : 'InternalServerException');
}

/** The five that a stream may end in. */
function streamException({ status }: Trouble): string {
  if (status === 429) return 'throttlingException';
  if (status === 503 || status === 529) return 'serviceUnavailableException';
  if (status === 424) return 'modelStreamErrorException';
  return status < 500 ? 'validationException' : 'internalServerException';
}
