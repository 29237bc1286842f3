import type { Snapshot } from '../../src/control/index.ts';
import type { Trail } from '../../src/core/trail.ts';
import { health, healthy, NOON, OPENAI, provider, served } from './scenes.ts';

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
