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

/** A gateway of which everything is in use, and whose collector is gone. */
export function busyGateway(): Snapshot {
  const calm = healthy();
  const problem = 'connect ECONNREFUSED 127.0.0.1:4318';
  const local = { inFlight: 4, limit: 4, queued: 3, refused: 0 };
  return {
    ...calm,
    status: {
      ...calm.status,
      socket: '/run/user/1000/gw.sock',
      load: { inFlight: 180, limit: 200, queued: 3, refused: 12 },
      providers: [...calm.status.providers, provider('local', [], { load: local })],
      cache: {
        hits: 31,
        misses: 89,
        coalesced: 4,
        stale: 2,
        savedUsd: 0.124,
        kept: { entries: 18, bytes: 340_000 },
      },
      capture: 'errors',
      recordings: [
        { name: 'checkout', route: 'chat', marked: false, startedAt: NOON - 12_000, taken: 4, leftOut: 1 },
      ],
      telemetry: { traces: 'http://127.0.0.1:4318', metrics: 'http://127.0.0.1:4318', dropped: 7, problem },
      problems: [
        {
          message: `the OpenTelemetry collector does not take all (${problem}); 7 requests were not told of`,
          fix: 'start the collector, or: gw config set otel.enabled false',
        },
      ],
    },
  };
}
