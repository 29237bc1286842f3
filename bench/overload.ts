// What gw does under three times what may be under way: the share of peak goodput it keeps, and how quickly it refuses
// the rest. Requests are sent at a fixed rate whatever becomes of them, as callers do. `node bench/overload.ts`, about 40 s.
import { Agent, request } from 'node:http';
import { join } from 'node:path';

import { Child } from './child.ts';
import { type Bounds, gateway } from './contestants.ts';
import { renderTable } from './figures.ts';

/** Streams that may be under way, and how long each takes at the upstream: a capacity of some 150 requests a second. */
const ROOM = 16;
const MODEL = 'events-10-10';
const SECONDS = 4;
const LOADS = [0.5, 1, 2, 3];

/** What the two bars say, from the list of faults that gw must survive. */
const LEAST_GOODPUT = 0.8;
const MOST_REFUSAL_MS = 10;

const BODY = JSON.stringify({ model: MODEL, stream: true, messages: [{ role: 'user', content: 'hello' }] });

interface Outcome {
  readonly status: number;
  readonly ms: number;
  readonly retryAfter: boolean;
}

interface Point {
  readonly load: number;
  readonly offered: number;
  readonly served: number;
  readonly refusals: readonly Outcome[];
  readonly others: number;
}

const BOUNDS: Readonly<Record<string, Bounds>> = {
  "a provider's concurrency": { provider: { concurrency: ROOM }, policy: { maxQueued: ROOM } },
  "gw's own maxInFlight": { policy: { maxInFlight: ROOM, maxQueued: ROOM } },
};

const upstream = new Child(process.execPath, [join(import.meta.dirname, 'upstream.ts')]);
try {
  const { port } = await upstream.next<{ port: number }>();
  for (const [name, bounds] of Object.entries(BOUNDS)) await measure(name, bounds, port);
} finally {
  await upstream.end();
}

async function measure(name: string, bounds: Bounds, upstreamPort: number): Promise<void> {
  const running = await gateway([], undefined, bounds).start(upstreamPort);
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  try {
    const capacity = await findCapacity(running.port, agent);
    const points: Point[] = [];
    for (const load of LOADS) points.push(await offer(running.port, agent, load, capacity));
    report(name, capacity, points);
  } finally {
    agent.destroy();
    await running.end();
  }
}

/** Requests a second when exactly as many are under way as may be. */
async function findCapacity(port: number, agent: Agent): Promise<number> {
  const until = performance.now() + 2000;
  let served = 0;
  const work = async (): Promise<void> => {
    while (performance.now() < until) if ((await ask(port, agent)).status === 200) served++;
  };
  const from = performance.now();
  await Promise.all(Array.from({ length: ROOM }, work));
  return (served * 1000) / (performance.now() - from);
}

async function offer(port: number, agent: Agent, load: number, capacity: number): Promise<Point> {
  const rate = capacity * load;
  const asked: Promise<Outcome>[] = [];
  const from = performance.now();
  for (let elapsed = 0; elapsed < SECONDS * 1000; elapsed = performance.now() - from) {
    while (asked.length < (elapsed * rate) / 1000) asked.push(ask(port, agent));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const inTime = performance.now() - from;
  const outcomes = await Promise.all(asked);
  const served = outcomes.filter(({ status }) => status === 200).length;
  const refusals = outcomes.filter(({ status }) => status === 503);
  return {
    load,
    offered: (outcomes.length * 1000) / inTime,
    served: (served * 1000) / (performance.now() - from),
    refusals,
    others: outcomes.length - served - refusals.length,
  };
}

function ask(port: number, agent: Agent): Promise<Outcome> {
  return new Promise((resolve) => {
    const from = performance.now();
    const asked = request(
      {
        port,
        host: '127.0.0.1',
        agent,
        method: 'POST',
        path: '/v1/chat/completions',
        headers: { 'content-type': 'application/json', 'content-length': BODY.length },
      },
      (answer) => {
        answer.resume();
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            ms: performance.now() - from,
            retryAfter: answer.headers['retry-after'] !== undefined,
          }),
        );
      },
    );
    asked.on('error', () => resolve({ status: 0, ms: performance.now() - from, retryAfter: false }));
    asked.end(BODY);
  });
}

function report(name: string, capacity: number, points: readonly Point[]): void {
  const rows = points.map(({ load, offered, served, refusals, others }) => [
    `${load} ×`,
    offered.toFixed(0),
    served.toFixed(0),
    String(refusals.length),
    quantile(refusals, 0.5).toFixed(1),
    quantile(refusals, 0.99).toFixed(1),
    String(refusals.filter(({ retryAfter }) => !retryAfter).length),
    String(others),
  ]);
  const head = [
    'load',
    'offered/s',
    'served/s',
    'refused',
    'p50 ms',
    'p99 ms',
    'without retry-after',
    'other',
  ];
  const peak = Math.max(...points.map(({ served }) => served));
  const last = points.at(-1);
  const kept = (last?.served ?? 0) / peak;
  const slowest = quantile(last?.refusals ?? [], 0.99);
  process.stdout.write(
    `\nheld to ${ROOM} by ${name}; capacity ${capacity.toFixed(0)}/s\n${renderTable([head, ...rows])}\n` +
      `at ${last?.load ?? 0} ×: ${(kept * 100).toFixed(0)} % of peak (bar ${LEAST_GOODPUT * 100} %), ` +
      `refusals p99 ${slowest.toFixed(1)} ms (bar ${MOST_REFUSAL_MS} ms)\n`,
  );
  if (kept < LEAST_GOODPUT || slowest > MOST_REFUSAL_MS) process.exitCode = 1;
}

function quantile(outcomes: readonly Outcome[], q: number): number {
  const sorted = outcomes.map(({ ms }) => ms).sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
}
