import { ask } from '../asking.ts';
import { Crowd } from '../crowd.ts';
import { type Gateway, type GatewayOptions, NOBODY } from '../gateway.ts';
import { comesTrue, pause, times } from '../pause.ts';
import type { Family, MeasuredRow } from '../row.ts';
import type { Scene, Upstream } from '../scene.ts';
import { duration, largest, Tally } from '../tally.ts';

const EVERY_MS = 250;
const BACK_LIMIT_MS = 30_000;
const MOST_CALLS = 6;

export interface Pair {
  readonly first: Upstream;
  readonly second: Upstream;
  readonly gateway: Gateway;
}

/** Two providers, and the built program in front of them. */
export async function openPair(scene: Scene, policy: GatewayOptions['policy'] = {}): Promise<Pair> {
  const first = await scene.upstream({ name: 'first' });
  const second = await scene.upstream({ name: 'second' });
  const gateway = await scene.gateway({ providers: { first, second }, policy });
  await comesTrue(() => first.simulator.received > 0 && second.simulator.received > 0, 3000);
  first.simulator.forgetCalls();
  return { first, second, gateway };
}

/** Requests of callers: not the lists of models the daemon reads. */
export function posts({ simulator }: Upstream): typeof simulator.calls {
  return simulator.calls.filter(({ method }) => method === 'POST');
}

/** An outage under steady traffic: everyone is served, the dead target is let be, and is back in use soon after. */
function outage(
  id: string,
  family: Family,
  fault: string,
  says: string,
  seconds: readonly [number, number],
): MeasuredRow {
  return {
    id,
    family,
    promise: `${says}: all served, at most 6 calls of the dead target, and back on it within 30 s of its recovery.`,
    how: `four requests a second, streamed and not in turns (short form: ${seconds[0]} s)`,
    pace: 'waits',
    async run(scene) {
      const { first, gateway } = await openPair(scene);
      const tally = new Tally();
      const askOne = async (turn: number): Promise<string | undefined> => {
        const answer = await ask(gateway.port, { stream: turn % 2 === 0 });
        tally.add(answer.status === 200 && answer.content !== '' ? undefined : `${answer.status}`);
        return answer.by;
      };
      for (let turn = 0; turn < 4; turn++) await askOne(turn);
      first.simulator.forgetCalls();
      first.simulator.setFault(fault);
      const until = performance.now() + scene.pick(...seconds) * 1000;
      for (let turn = 0; performance.now() < until; turn++) {
        await askOne(turn);
        await pause(EVERY_MS);
      }
      const calls = posts(first).length;
      first.simulator.setFault(undefined);
      const from = performance.now();
      for (let turn = 0; (await askOne(turn)) !== 'first'; turn++) {
        if (performance.now() - from > BACK_LIMIT_MS + 5000) break;
        await pause(EVERY_MS);
      }
      const back = performance.now() - from;
      tally.require(calls <= MOST_CALLS, `${calls} calls of the dead target`);
      tally.require(back <= BACK_LIMIT_MS, `back after ${duration(back)}`);
      return tally.finding(`${calls} calls of the dead target; back ${duration(back)} after its recovery`);
    },
  };
}

const storm: MeasuredRow = {
  id: 'storm',
  family: 'upstream',
  promise:
    'A storm of 5xx is not answered with a storm: at most 1.2 calls per request (and the floor of one retry a second), at most 3 on one target.',
  how: '16 callers without a pause against a provider that answers 503 and one that serves, for a minute (short form: 10 s)',
  pace: 'works',
  async run(scene) {
    const { first, second, gateway } = await openPair(scene);
    first.simulator.setFault('503');
    const received = (): number => first.simulator.received + second.simulator.received;
    const before = received();
    const tally = new Tally();
    const attempts: number[] = [];
    const seconds = scene.pick(10, 60);
    const until = performance.now() + seconds * 1000;
    await Promise.all(
      times(16, async () => {
        while (performance.now() < until) {
          const answer = await ask(gateway.port);
          attempts.push(Number(answer.headers['x-gw-attempts']));
          tally.add(answer.status === 200 ? undefined : `${answer.status}`);
          await pause(20);
        }
      }),
    );
    const calls = received() - before;
    const share = calls / tally.n;
    tally.require(calls <= tally.n * 1.2 + seconds + 3, `${share.toFixed(3)} calls per request`);
    tally.require(largest(attempts) <= 4, `${largest(attempts)} attempts of one request`);
    return tally.finding(
      `${share.toFixed(3)} calls per request; at most ${largest(attempts)} attempts of one`,
    );
  },
};

/** How a provider says for how long, and what is to be made of it; undefined: nothing. */
const LIMITS: readonly { readonly says: string; readonly forMs: number | undefined }[] = [
  { says: '429;retry-after=5', forMs: 5000 },
  { says: '429;retry-after=date:+6s', forMs: 5000 },
  { says: '429;retry-after-ms=5000', forMs: 5000 },
  { says: '429;retry-after=-3', forMs: undefined },
  { says: '429;retry-after=soon', forMs: undefined },
];

const rateLimits: MeasuredRow = {
  id: 'retry-after',
  family: 'upstream',
  promise:
    'A rate limit is obeyed as seconds, date or milliseconds: not one call before its end; a negative or senseless one harms nobody.',
  how: 'a provider that says 429 once, ten requests a second meanwhile, a second provider that serves',
  pace: 'waits',
  async run(scene) {
    const tally = new Tally();
    let early = 0;
    for (const { says, forMs } of LIMITS) {
      const { first, gateway } = await openPair(scene);
      first.simulator.setFault(`${says};once`);
      const until = performance.now() + 4500;
      while (performance.now() < until) {
        const answer = await ask(gateway.port);
        tally.add(answer.status === 200 ? undefined : `${says}: ${answer.status}`);
        await pause(100);
      }
      if (forMs === undefined) continue;
      const [limited, ...later] = posts(first);
      const soon = later.filter(({ at }) => at < (limited?.at ?? 0) + forMs).length;
      early += soon;
      tally.require(limited !== undefined, `${says}: was never met`);
      tally.require(soon === 0, `${says}: ${soon} calls before its end`);
    }
    return tally.finding(`${early} early calls`);
  },
};

const breakerLife: MeasuredRow = {
  id: 'breaker-life',
  family: 'upstream',
  promise:
    'With 200 callers at once a breaker opens, lets one trial through at a time, and closes at most 1 s after the time it was open when the target is back.',
  how: 'a provider that answers 503 after 200 ms, then recovers; every call it got, with its times',
  pace: 'works',
  async run(scene) {
    const { first, gateway } = await openPair(scene);
    first.simulator.setFault('503+slow-headers=200ms');
    const tally = new Tally();
    const callers = new Crowd(200, async (index, turn) => {
      if (turn === 0) await pause(index * 2);
      const answer = await ask(gateway.port);
      tally.add(answer.status === 200 ? undefined : `${answer.status}`);
      await pause(400);
    });
    await pause(9000);
    // Those that had begun when the third failed.
    const began = posts(first)[0]?.at ?? 0;
    const trials = posts(first).filter(({ at }) => at > began + 2500);
    const atOnce = overlap(trials);
    first.simulator.setFault(undefined);
    const recovered = Date.now();
    const recoveredIn = async (): Promise<boolean> => (await gateway.openBreakers()).length === 0;
    // Open for 5 s, then for 10: the recovery falls into one of them, wherever that stands.
    const closed = await comesTrue(recoveredIn, 25_000, 50);
    const seconds = (Date.now() - recovered) / 1000;
    await callers.leave();
    tally.require(trials.length > 0, 'no trial was seen');
    tally.require(atOnce <= 1, `${atOnce} trials at once`);
    tally.require(closed && seconds <= 10 + scene.bar(1000) / 1000, `closed after ${seconds.toFixed(1)} s`);
    return tally.finding(`${atOnce} trial at a time; closed ${seconds.toFixed(1)} s after the recovery`);
  },
};

/** The most that were under way at the same time. */
function overlap(calls: readonly { readonly at: number; readonly endedAt: number | undefined }[]): number {
  return largest(
    calls.map(({ at }) => calls.filter((other) => other.at <= at && at < (other.endedAt ?? Infinity)).length),
  );
}

const allDown: MeasuredRow = {
  id: 'all-down',
  family: 'upstream',
  promise: 'When every target was down and one is back, the first success comes within one request or 2 s.',
  how: 'one provider that refuses connections and one that resets them for 15 s (short form: 5 s), then serves',
  pace: 'waits',
  async run(scene) {
    const second = await scene.upstream();
    const wire = await scene.tcpProxy(second.port, { down: true });
    const gateway = await scene.gateway({
      providers: { first: { origin: NOBODY }, second: { origin: wire.origin } },
    });
    const tally = new Tally();
    const until = performance.now() + scene.pick(5000, 15_000);
    while (performance.now() < until) {
      const answer = await ask(gateway.port);
      tally.add(answer.status >= 500 ? undefined : `${answer.status} although nobody serves`);
      await pause(200);
    }
    wire.faults = {};
    const from = performance.now();
    let requests = 0;
    let status = 0;
    while (status !== 200 && performance.now() - from < 40_000) {
      requests += 1;
      status = (await ask(gateway.port)).status;
      if (status !== 200) await pause(100);
    }
    const ms = performance.now() - from;
    tally.require(
      status === 200 && (requests === 1 || ms <= scene.bar(2000)),
      `first success after ${duration(ms)}`,
    );
    return tally.finding(`first success with request ${requests} after ${duration(ms)}`);
  },
};

/** A target that is down for a while, and what happens meanwhile and afterwards. */
export const STEADY_ROWS: readonly MeasuredRow[] = [
  outage('sixteen-outage', 'sixteen', '503', 'An outage of 60 s under steady traffic', [20, 60]),
  outage('sixteen-503-permanent', 'sixteen', '503;shape=string', 'A 503 that stays for a minute', [12, 60]),
];
export const OUTAGE_ROWS: readonly MeasuredRow[] = [
  storm,
  rateLimits,
  breakerLife,
  outage(
    'outage-reset',
    'upstream',
    'reset@accept',
    'Connections reset for 60 s under steady traffic',
    [10, 60],
  ),
  allDown,
];
