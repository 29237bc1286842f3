import type { ErrorShape, TroubleWords } from '../../trouble.ts';

function words(status: number, message: string): TroubleWords {
  return { status, message };
}

/** How Ollama refuses: one string. The middle kinds are those of ollama.com, which has keys and limits. */
export const OLLAMA_ERRORS: ErrorShape = {
  words: {
    'bad-request': words(400, 'invalid option: temperature must be of type float32'),
    key: words(401, 'unauthorized'),
    credit: words(402, 'you have reached your usage limit, please upgrade to continue'),
    permission: words(403, 'forbidden'),
    model: words(404, "model '$model' not found"),
    timeout: words(504, 'timed out waiting for llama runner to start'),
    'too-large': words(413, 'http: request body too large'),
    rate: words(429, 'too many concurrent requests'),
    context: words(400, 'input length exceeds maximum context length'),
    policy: words(400, 'the request was refused'),
    server: words(500, 'llama runner process has terminated: signal: killed'),
    gateway: words(502, 'bad gateway'),
    overloaded: words(503, 'server busy, please try again.  maximum pending requests exceeded'),
  },
  body: ({ message }) => ({ error: message }),
  events: ({ message }) => [{ part: 'noise', value: { error: message } }],
  resetHeader: (option) => (option === 'should-retry' ? 'x-should-retry' : option),
};
