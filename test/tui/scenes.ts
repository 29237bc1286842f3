import type { LogEntry, ProviderStatus, Snapshot, Status } from '../../src/control/index.ts';
import type { FaultCode } from '../../src/core/fault.ts';
import type { Incident, TargetHealth } from '../../src/core/health.ts';
import type { Target } from '../../src/core/target.ts';
import type { Attempt, Trail } from '../../src/core/trail.ts';

/** The moment all scenes play at: 12:00:00 on the machine's own clock, so that times read the same everywhere. */
export const NOON = new Date(2026, 5, 1, 12, 0, 0).getTime();

export const OPENAI: Target = { provider: 'openai', model: 'gpt-4o', key: 'env:OPENAI_API_KEY' };
export const GROQ: Target = { provider: 'groq', model: 'llama-3.3-70b-versatile', key: 'env:GROQ_API_KEY' };
export const MISTRAL: Target = {
  provider: 'mistral',
  model: 'mistral-large-latest',
  key: 'env:MISTRAL_API_KEY',
};

export function health(target: Target, more: Partial<TargetHealth> = {}): TargetHealth {
  return {
    target,
    breaker: { is: 'closed' },
    attempts: 1240,
    failures: 3,
    served: 1204,
    live: 0,
    recent: { attempts: 200, failures: 1, p50: 612, p95: 1900, firstContentP50: 305, firstContentP95: 880 },
    ...more,
  };
}

export function provider(
  name: string,
  targets: readonly TargetHealth[],
  more: Partial<ProviderStatus> = {},
): ProviderStatus {
  const keys = [{ label: `env:${name.toUpperCase()}_API_KEY`, resolved: true }];
  return { name, url: `https://api.${name}.test/v1`, enabled: true, keys, targets, ...more };
}

export function status(more: Partial<Status> = {}): Status {
  return {
    instance: 'i1',
    version: '0.1.0',
    pid: 4242,
    address: 'http://127.0.0.1:4499',
    startedAt: NOON - 8_040_000,
    now: NOON,
    profile: 'default',
    configPath: '/home/ada/.config/gw/config.json',
    logPath: '/home/ada/.local/state/gw/gw.log',
    draining: false,
    rssBytes: 71_000_000,
    counters: { live: 2, total: 4810, served: 4790, failed: 6, cut: 2, gone: 10, failovers: 31, dropped: 0 },
    latency: { p50: 640, p95: 2100, firstContentP50: 310, firstContentP95: 905, perMinute: 42.3 },
    providers: [
      provider('openai', [health(OPENAI, { live: 1 })]),
      provider('groq', [
        health(GROQ, {
          served: 31,
          recent: {
            attempts: 12,
            failures: 0,
            p50: 210,
            p95: 480,
            firstContentP50: 120,
            firstContentP95: 190,
          },
        }),
      ]),
      provider('mistral', [
        health(MISTRAL, { attempts: 0, failures: 0, served: 0, recent: { attempts: 0, failures: 0 } }),
      ]),
    ],
    routes: [
      {
        name: 'default',
        match: ['*'],
        targets: ['openai/gpt-4o', 'groq/llama-3.3-70b-versatile', 'mistral/mistral-large-latest'],
        serving: { target: OPENAI, at: NOON - 1_000 },
      },
    ],
    problems: [],
    ...more,
  };
}

/** An exchange served by its first target; `number` makes id and time. */
export function served(number: number, more: Partial<Trail> = {}): Trail {
  const attempt: Attempt = {
    target: OPENAI,
    startMs: 1,
    waitedMs: 0,
    sentMs: 42,
    headersMs: 290,
    firstContentMs: 305,
    endMs: 640,
    status: 200,
    requestId: `req_${number}`,
    bytes: 1840,
  };
  return {
    id: `01jz${String(number).padStart(12, '0')}`,
    at: NOON - 60_000 + number * 1000,
    operation: 'chat',
    format: 'openai-chat',
    method: 'POST',
    path: '/v1/chat/completions',
    stream: true,
    asked: 'gpt-4o',
    route: 'default',
    client: { name: 'claude-code' },
    plan: [{ target: OPENAI }, { target: GROQ }, { target: MISTRAL }],
    attempts: [attempt],
    outcome: 'served',
    status: 200,
    served: OPENAI,
    failover: false,
    firstContentMs: 305,
    totalMs: 641,
    bytesIn: 5120,
    bytesOut: 1840,
    usage: { input: 1240, output: 340, cacheRead: 1024 },
    ...more,
  };
}

/** An exchange that the second target served, because the first one failed twice. */
export function failedOver(
  number: number,
  reason: FaultCode = 'upstream_rate_limited',
  more: Partial<Trail> = {},
): Trail {
  return served(number, {
    attempts: [
      {
        target: OPENAI,
        startMs: 1,
        waitedMs: 0,
        sentMs: 40,
        headersMs: 180,
        endMs: 182,
        status: 429,
        fault: reason,
        message:
          'Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Used 29800.',
        remedy: 'retry',
        retryAfterMs: 400,
        requestId: 'req_a1',
      },
      {
        target: OPENAI,
        startMs: 590,
        waitedMs: 400,
        sentMs: 600,
        headersMs: 760,
        endMs: 765,
        status: 429,
        fault: reason,
        message: 'Rate limit reached for gpt-4o.',
        remedy: 'next',
        requestId: 'req_a2',
      },
      {
        target: GROQ,
        startMs: 767,
        waitedMs: 0,
        sentMs: 800,
        headersMs: 905,
        firstContentMs: 930,
        endMs: 1840,
        status: 200,
        requestId: 'req_b1',
        bytes: 2200,
      },
    ],
    plan: [{ target: OPENAI }, { target: MISTRAL, skipped: 'its breaker is open for 12s' }, { target: GROQ }],
    failover: true,
    served: GROQ,
    firstContentMs: 930,
    totalMs: 1842,
    ...more,
  });
}

export function running(number: number, more: Partial<Trail> = {}): Trail {
  const { totalMs: _, usage: __, served: ___, ...started } = served(number);
  return {
    ...started,
    outcome: 'pending',
    status: 0,
    attempts: [{ target: OPENAI, startMs: 1, waitedMs: 0, sentMs: 42, headersMs: 290, firstContentMs: 305 }],
    ...more,
  };
}

export function incident(number: number, more: Partial<Incident> = {}): Incident {
  return {
    id: `inc${number}`,
    target: OPENAI,
    reason: 'upstream_rate_limited',
    message: 'Rate limit reached for gpt-4o.',
    from: NOON - 600_000 + number * 60_000,
    last: NOON - 580_000 + number * 60_000,
    over: true,
    rescued: 12,
    lost: 0,
    to: { 'groq/llama-3.3-70b-versatile': 12 },
    addedMs: 340,
    ...more,
  };
}

export function logged(second: number, more: Partial<LogEntry> = {}): LogEntry {
  const at = NOON - 60_000 + second * 1_000;
  return { at, level: 'info', event: 'daemon-started', fields: { port: 4499, pid: 4242 }, ...more };
}

/** Everybody serves. */
export function healthy(): Snapshot {
  const recent = Array.from({ length: 40 }, (_, index) =>
    index % 9 === 4
      ? failedOver(58 - index)
      : served(58 - index, index % 7 === 3 ? { asked: 'gpt-4o-mini', client: { name: 'opencode' } } : {}),
  );
  return {
    log: [logged(1), logged(2, { level: 'warn', event: 'reload-refused' }), logged(3)],
    status: status(),
    live: [running(57), running(59, { asked: 'gpt-4o-mini', client: { name: 'opencode' } })],
    recent,
    incidents: [incident(2), incident(1, { reason: 'upstream_timeout', lost: 1 })],
  };
}

/** The first target is down, the second cools off, the third is being probed; nobody else is left. */
export function outage(): Snapshot {
  const calm = healthy();
  return {
    ...calm,
    status: status({
      providers: [
        provider('openai', [
          health(OPENAI, {
            breaker: {
              is: 'open',
              until: NOON + 11_400,
              reason: 'upstream_overloaded',
              message: '503 The server is overloaded or not ready yet.',
            },
            recent: {
              attempts: 40,
              failures: 22,
              p50: 1900,
              p95: 9800,
              firstContentP50: 1200,
              firstContentP95: 8000,
            },
          }),
        ]),
        provider('groq', [
          health(GROQ, {
            cooldown: {
              until: NOON + 47_000,
              reason: 'upstream_rate_limited',
              message: 'Rate limit reached',
            },
          }),
        ]),
        provider('mistral', [
          health(MISTRAL, { breaker: { is: 'half-open', probing: true, reason: 'upstream_timeout' } }),
        ]),
      ],
      problems: [
        { message: 'the profile on disk has an error, the old one keeps serving', fix: 'gw config validate' },
      ],
    }),
    live: [
      running(59, {
        attempts: [
          {
            target: OPENAI,
            startMs: 1,
            waitedMs: 0,
            sentMs: 30,
            headersMs: 60,
            endMs: 62,
            status: 503,
            fault: 'upstream_overloaded',
            message: 'overloaded',
            remedy: 'next',
          },
          { target: GROQ, startMs: 63, waitedMs: 0, sentMs: 90 },
        ],
      }),
    ],
    incidents: [incident(9, { reason: 'upstream_overloaded', over: false, lost: 2 }), ...calm.incidents],
  };
}
