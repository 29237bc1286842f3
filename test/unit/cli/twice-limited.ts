import { failedAttempt, failoverTrail, GROQ, OPENAI, servedAttempt } from '../../sample-trail.ts';

const limited = failedAttempt({
  status: 429,
  fault: 'upstream_rate_limited',
  message: 'openai answered 429: slow down',
});
/** A target that limits the rate twice, one that is left alone, and one that serves. */
export const twiceLimited = failoverTrail({
  plan: [
    { target: OPENAI },
    { target: { ...OPENAI, provider: 'mistral' }, skipped: 'cooling down for another 12s' },
    { target: GROQ },
  ],
  attempts: [
    { ...limited, remedy: 'retry', retryAfterMs: 400 },
    {
      ...limited,
      startMs: 490,
      waitedMs: 400,
      sentMs: 495,
      headersMs: 698,
      endMs: 700,
      retryAfterMs: 20_000,
      remedy: 'next',
      requestId: 'req_2',
    },
    servedAttempt({
      target: GROQ,
      startMs: 702,
      sentMs: 760,
      headersMs: 2000,
      firstContentMs: 2100,
      endMs: 2940,
    }),
  ],
  totalMs: 2940,
  usage: { input: 120, output: 80, cacheRead: 100 },
  costUsd: 0.00042,
});
