import type { Attempt, Trail } from '../src/core/trail.ts';
import { idMaker } from '../src/lib/id.ts';

export const OPENAI = { provider: 'openai', model: 'gpt-4o', key: 'env:OPENAI_API_KEY' };
export const GROQ = { provider: 'groq', model: 'llama-3.3-70b', key: 'env:GROQ_API_KEY' };

/** 2026-06-01T01:25:03Z. */
export const NIGHT = Date.UTC(2026, 5, 1, 1, 25, 3);

/** An exchange that went well at the first target, at the given time; `change` says what is different. */
export function sampleTrail(change: Partial<Trail> = {}): Trail {
  const at = change.at ?? NIGHT;
  return {
    id: idMaker(() => at)(),
    at,
    operation: 'chat',
    format: 'openai-chat',
    method: 'POST',
    path: '/v1/chat/completions',
    stream: true,
    asked: 'gpt-4o',
    route: 'main',
    client: { name: 'openai-node' },
    plan: [{ target: OPENAI }, { target: GROQ }],
    attempts: [servedAttempt({ target: OPENAI })],
    outcome: 'served',
    status: 200,
    served: OPENAI,
    failover: false,
    firstContentMs: 410,
    totalMs: 1240,
    bytesIn: 900,
    bytesOut: 4200,
    usage: { input: 120, output: 80 },
    ...change,
  };
}

/** An attempt that served, from 1 ms to 1240 ms. */
export function servedAttempt(change: Partial<Attempt> = {}): Attempt {
  return {
    target: OPENAI,
    startMs: 1,
    waitedMs: 0,
    sentMs: 30,
    headersMs: 390,
    firstContentMs: 410,
    endMs: 1240,
    status: 200,
    requestId: 'req_served',
    bytes: 4200,
    ...change,
  };
}

/** An attempt that was answered with a 503, from 1 ms to 90 ms. */
export function failedAttempt(change: Partial<Attempt> = {}): Attempt {
  return {
    target: OPENAI,
    startMs: 1,
    waitedMs: 0,
    sentMs: 20,
    headersMs: 88,
    endMs: 90,
    status: 503,
    requestId: 'req_failed',
    fault: 'upstream_overloaded',
    message: 'openai answered 503: the server is overloaded',
    remedy: 'next',
    ...change,
  };
}

/** OpenAI fails with a 503 and Groq serves. */
export function failoverTrail(change: Partial<Trail> = {}): Trail {
  return sampleTrail({
    attempts: [failedAttempt(), servedAttempt({ target: GROQ, startMs: 91, sentMs: 110 })],
    served: GROQ,
    failover: true,
    ...change,
  });
}
