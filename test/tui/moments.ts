import type { Snapshot } from '../../src/control/index.ts';
import type { Trail } from '../../src/core/trail.ts';
import {
  failedOver,
  GROQ,
  health,
  healthy,
  incident,
  NOON,
  OPENAI,
  provider,
  running,
  served,
  status,
} from './scenes.ts';

/** The first target is limited for a minute; the second stands in. */
export function rateLimited(): Snapshot {
  const calm = healthy();
  const limit = {
    until: NOON + 41_000,
    reason: 'upstream_rate_limited',
    message: 'Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000.',
  } as const;
  const [, groq, mistral] = calm.status.providers;
  const limited = provider('openai', [health(OPENAI, { cooldown: limit, live: 0 })]);
  return {
    ...calm,
    status: status({
      providers: [limited, ...(groq ? [groq] : []), ...(mistral ? [mistral] : [])],
      routes: calm.status.routes.map((route) => ({ ...route, serving: { target: GROQ, at: NOON } })),
    }),
    live: [running(59, { attempts: [{ target: GROQ, startMs: 1, waitedMs: 0, sentMs: 20 }] })],
    recent: [failedOver(58), failedOver(57), failedOver(56), ...calm.recent.slice(3)],
    incidents: [incident(9, { over: false, rescued: 3, from: NOON - 19_000 }), ...calm.incidents],
  };
}

/** Everybody serves, and the first provider tells of its limits. */
export function limitsTold(): Snapshot {
  const calm = healthy();
  const at = NOON - 1_000;
  const limits = [
    { name: 'requests', limit: 10_000, remaining: 9_999, at },
    { name: 'tokens', limit: 30_000, remaining: 4_200, at, resetAt: NOON + 22_000 },
  ];
  const [, ...others] = calm.status.providers;
  const openai = provider('openai', [health(OPENAI, { live: 1, limits })]);
  return { ...calm, status: { ...calm.status, providers: [openai, ...others] } };
}

/** An answer that broke off after its first part had reached the caller. */
export function cutTrail(number: number): Trail {
  const { usage: _, ...whole } = served(number);
  return {
    ...whole,
    attempts: [
      {
        target: OPENAI,
        startMs: 1,
        waitedMs: 0,
        sentMs: 42,
        headersMs: 290,
        firstContentMs: 305,
        endMs: 2_410,
        status: 200,
        fault: 'stream_broken',
        message: 'the connection was reset after 1.1 kB of the answer',
        remedy: 'fail',
        requestId: 'req_c7',
        bytes: 1_120,
      },
    ],
    outcome: 'cut',
    status: 200,
    fault: 'stream_broken',
    message: 'the connection was reset after 1.1 kB of the answer',
    totalMs: 2_412,
    bytesOut: 1_120,
  };
}
