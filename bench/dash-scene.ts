import type { Delta, Snapshot } from '../src/control/index.ts';
import type { Attempt, Trail } from '../src/core/trail.ts';

/** How many exchanges the viewer holds. */
const BUFFERED = 2_000;
/** How many end with each delta: ten deltas a second make fifty events a second. */
const PER_DELTA = 5;
const PROVIDERS = ['openai', 'groq', 'mistral', 'local'] as const;

/** What a viewer begins with: as many exchanges as it keeps, of four targets. */
export function snapshotOf(now: number): Snapshot {
  return {
    status: statusAt(now, 0),
    live: [trailOf(BUFFERED, now, 'pending')],
    recent: Array.from({ length: BUFFERED }, (_, index) => trailOf(BUFFERED - index, now - index * 200)),
    incidents: [],
    log: [],
  };
}

/** What changed by the `index`-th tenth of a second. */
export function deltaAt(index: number, at: number): Delta {
  const first = BUFFERED + 1 + index * PER_DELTA;
  return {
    at,
    live: [trailOf(first + PER_DELTA, at, 'pending'), trailOf(first + PER_DELTA + 1, at, 'pending')],
    ended: Array.from({ length: PER_DELTA }, (_, place) => trailOf(first + place, at - 900)),
    ...(index % 10 === 0 ? { status: statusAt(at, index) } : {}),
  };
}

/** What a daemon tells about itself that nobody uses. */
export function statusAt(now: number, index: number): Snapshot['status'] {
  const total = BUFFERED + index * PER_DELTA;
  const counters = {
    live: 2,
    total,
    served: total - 3,
    failed: 2,
    cut: 1,
    gone: 0,
    failovers: 9,
    dropped: 0,
  };
  return {
    instance: 'bench',
    version: '0.0.0',
    pid: process.pid,
    address: 'http://127.0.0.1:4499',
    startedAt: now - 60_000,
    now,
    profile: 'bench',
    configPath: '/none',
    logPath: '/none',
    draining: false,
    rssBytes: 70_000_000,
    counters,
    latency: { p50: 640, p95: 2_100, firstContentP50: 310, firstContentP95: 900, perMinute: 3_000 },
    providers: PROVIDERS.map((name, place) => ({
      name,
      url: `https://${name}.invalid/v1`,
      enabled: true,
      keys: [{ label: `env:${name.toUpperCase()}_API_KEY`, resolved: true }],
      targets: [
        {
          target: targetOf(place),
          breaker: { is: 'closed' },
          attempts: total,
          failures: 3,
          served: total,
          live: 1,
          recent: { attempts: 200, failures: 1, p50: 612 + index, p95: 1_900, firstContentP50: 305 },
        },
      ],
    })),
    routes: [{ name: 'default', match: ['*'], targets: PROVIDERS.map((name) => `${name}/model-large`) }],
    problems: [],
  };
}

function trailOf(number: number, at: number, outcome: 'served' | 'pending' = 'served'): Trail {
  const target = targetOf(number % 7 === 0 ? 1 : 0);
  const totalMs = 300 + ((number * 37) % 900);
  const attempt: Attempt = {
    target,
    startMs: 1,
    waitedMs: 0,
    sentMs: 30,
    headersMs: 200,
    firstContentMs: 220,
  };
  const failed: Attempt = {
    target: targetOf(0),
    startMs: 1,
    waitedMs: 0,
    endMs: 80,
    status: 503,
    fault: 'upstream_overloaded',
    message: 'the server is overloaded',
    remedy: 'next',
  };
  return {
    id: number.toString(36).padStart(16, '0'),
    at,
    operation: 'chat',
    format: 'openai-chat',
    method: 'POST',
    path: '/v1/chat/completions',
    stream: true,
    asked: number % 3 === 0 ? 'gpt-4o-mini' : 'gpt-4o',
    route: 'default',
    client: {
      name: ['claude-code', 'aider', 'nightly-report'][number % 3] ?? '',
      session: `s${number % 20}`,
    },
    plan: PROVIDERS.map((_, place) => ({ target: targetOf(place) })),
    attempts: number % 7 === 0 ? [failed, attempt] : [attempt],
    outcome,
    status: outcome === 'served' ? 200 : 0,
    failover: number % 7 === 0,
    firstContentMs: 220,
    bytesIn: 5_000,
    bytesOut: 1_800,
    ...(outcome === 'served' ? { served: target, totalMs, usage: { input: 1_200, output: 340 } } : {}),
  };
}

function targetOf(place: number) {
  const provider = PROVIDERS[place] ?? PROVIDERS[0];
  return { provider, model: 'model-large', key: `env:${provider.toUpperCase()}_API_KEY` };
}
