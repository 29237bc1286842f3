import { join } from 'node:path';

import { Child } from '../../bench/child.ts';
import { median } from '../../bench/figures.ts';
import type { LoadAnswer, LoadCommand } from '../../bench/load-protocol.ts';
import { rssMegabytes } from '../../bench/process-cost.ts';
import { ask, type Timed } from '../asking.ts';
import { Crowd } from '../crowd.ts';
import type { Gateway } from '../gateway.ts';
import { pause } from '../pause.ts';
import { type Finding, type MeasuredRow, notHere } from '../row.ts';
import type { Scene } from '../scene.ts';
import { duration, quantile, Tally } from '../tally.ts';
import { openPair, posts } from './outages.ts';

const BENCH = join(import.meta.dirname, '..', '..', 'bench');
const LOAD_LIMIT_MS = 240_000;

interface Track {
  readonly load: Child;
  readonly gateway: Gateway;
  readonly ports: { readonly direct: number; readonly bare: number; readonly gw: number };
  readonly barePid: number;
}

/** The benchmarks' own provider and load generator, which cost a tenth of what lies between them. */
async function openTrack(scene: Scene): Promise<Track> {
  const upstream = new Child(process.execPath, [join(BENCH, 'upstream.ts')]);
  scene.atEnd(() => upstream.end());
  const { port } = await upstream.next<{ port: number }>();
  const load = new Child(process.execPath, [join(BENCH, 'load.ts')]);
  scene.atEnd(() => load.end());
  const gateway = await scene.gateway({
    providers: { upstream: { origin: `http://127.0.0.1:${port}` } },
    routes: { main: { match: ['*'], targets: ['upstream'] } },
  });
  const { bare } = await scene.yardsticks(port);
  return {
    load,
    gateway,
    ports: { direct: port, bare: bare.port, gw: gateway.port },
    barePid: bare.pid ?? 0,
  };
}

async function drive(load: Child, command: LoadCommand): Promise<LoadAnswer> {
  load.send(command);
  const warm = await load.next<LoadAnswer>(LOAD_LIMIT_MS);
  if (warm.type === 'failed') throw new Error(warm.message);
  load.send('go');
  const answer = await load.next<LoadAnswer>(LOAD_LIMIT_MS);
  if (answer.type === 'failed') throw new Error(answer.message);
  return answer;
}

const latency: MeasuredRow = {
  id: 'added-latency',
  family: 'load',
  promise: 'With its log on, gw answers at most 0.3 ms (p50) and 2 ms (p99) later than a bare proxy.',
  how: 'one request of 1 KB at a time in rounds: direct, bare, gw, direct, …; the median of the rounds',
  pace: 'alone',
  async run(scene) {
    const { load, ports } = await openTrack(scene);
    const found: Record<keyof typeof ports, { p50: number[]; p99: number[] }> = {
      direct: { p50: [], p99: [] },
      bare: { p50: [], p99: [] },
      gw: { p50: [], p99: [] },
    };
    const rounds = scene.pick(3, 9);
    const count = scene.pick(1000, 3000);
    for (let round = 0; round < rounds; round++) {
      for (const name of ['direct', 'bare', 'gw'] as const) {
        const warmup = round === 0 ? 3000 : 10;
        const command = {
          type: 'requests',
          port: ports[name],
          model: 'json',
          concurrency: 1,
          warmup,
          count,
        } as const;
        const answer = await drive(load, command);
        if (answer.type !== 'requests') continue;
        found[name].p50.push(answer.p50Ms);
        found[name].p99.push(answer.p99Ms);
      }
    }
    const of = (name: keyof typeof ports): string =>
      `p50 ${duration(median(found[name].p50))}, p99 ${duration(median(found[name].p99))}`;
    const over = (share: 'p50' | 'p99'): number => median(found.gw[share]) - median(found.bare[share]);
    const tally = new Tally();
    // Percentiles of a busy computer say nothing of gw: the short form only notices what is far off.
    tally.require(over('p50') <= scene.pick(5, 0.3), `p50 ${duration(over('p50'))} over the bare proxy`);
    tally.require(over('p99') <= scene.pick(50, 2), `p99 ${duration(over('p99'))} over the bare proxy`);
    return {
      n: rounds * count,
      failures: tally.causes.length,
      figure: of('gw'),
      yardstick: `direct: ${of('direct')}; bare: ${of('bare')}`,
      causes: tally.causes,
    };
  },
};

const pacing: MeasuredRow = {
  id: 'event-delay',
  family: 'protocol',
  promise: 'Events leave at most 5 ms (p99) after they arrived.',
  how: '32 streams with an event every 20 ms; the time of sending is in each event',
  pace: 'alone',
  async run(scene) {
    const { load, ports } = await openTrack(scene);
    const command = { type: 'streams', streams: 32, events: scene.pick(100, 400), paceMs: 20 } as const;
    const found: Record<string, LoadAnswer & { type: 'streams' }> = {};
    for (const [name, port] of Object.entries(ports)) {
      // The first of each compiles what it runs through.
      await drive(load, { ...command, events: 100, port });
      const answer = await drive(load, { ...command, port });
      if (answer.type === 'streams') found[name] = answer;
    }
    const { gw } = found;
    if (!gw) throw new Error('no figure');
    const told = (name: string): string =>
      `p50 ${duration(found[name]?.p50Ms ?? 0)}, p99 ${duration(found[name]?.p99Ms ?? 0)}, max ${duration(found[name]?.maxMs ?? 0)}`;
    const lost = command.streams * command.events - gw.events;
    const tally = new Tally();
    tally.require(lost === 0, `${lost} events lost`);
    tally.require(gw.p99Ms <= scene.bar(5), `p99 ${duration(gw.p99Ms)}`);
    return {
      n: gw.events,
      failures: lost,
      figure: told('gw'),
      yardstick: `direct: ${told('direct')}; bare: ${told('bare')}`,
      causes: tally.causes,
    };
  },
};

const MANY_STREAMS = 9000;

const manyStreams: MeasuredRow = {
  id: 'many-streams',
  family: 'load',
  promise:
    '9,000 streams at once lose no event and take at most twice the memory a bare proxy takes for them.',
  how: 'all held open with an event a second, memory before and with them; then 9,000 streams read to their end',
  pace: 'alone',
  form: 'long',
  async run(scene) {
    if (process.platform !== 'linux') return notHere('needs descriptors for 18,000 sockets in one process');
    const { load, gateway, ports, barePid } = await openTrack(scene);
    const grown = async (port: number, pid: number): Promise<number> => {
      const before = rssMegabytes(pid);
      load.send({
        type: 'hold',
        port,
        streams: MANY_STREAMS,
        events: 1000,
        paceMs: 1000,
      } satisfies LoadCommand);
      const warm = await load.next<LoadAnswer>(LOAD_LIMIT_MS);
      if (warm.type === 'failed') throw new Error(warm.message);
      await pause(5000);
      const after = rssMegabytes(pid);
      load.send('go');
      await load.next<LoadAnswer>(LOAD_LIMIT_MS);
      return ((after - before) * 1024) / MANY_STREAMS;
    };
    const bare = await grown(ports.bare, barePid);
    const own = await grown(ports.gw, gateway.pid);
    const command = {
      type: 'streams',
      port: ports.gw,
      streams: MANY_STREAMS,
      events: 5,
      paceMs: 4000,
    } as const;
    const answer = await drive(load, command);
    const lost = answer.type === 'streams' ? MANY_STREAMS * command.events - answer.events : Number.NaN;
    const tally = new Tally();
    tally.require(lost === 0, `${lost} events lost`);
    tally.require(own <= 2 * bare, `${(own / bare).toFixed(2)} × the bare proxy`);
    return {
      n: MANY_STREAMS * command.events,
      failures: lost,
      figure: `${own.toFixed(0)} KB per stream, ${lost} events lost`,
      yardstick: `bare: ${bare.toFixed(0)} KB per stream`,
      causes: tally.causes,
    };
  },
};

const starved: MeasuredRow = {
  id: 'starved',
  family: 'load',
  promise:
    'When gw itself gets no processor while the providers are well, no breaker opens and nobody is passed over.',
  how: 'SIGSTOP for 600 ms, SIGCONT for 200 ms, again and again under 8 callers; a second provider that would stand in',
  pace: 'waits',
  async run(scene): Promise<Finding> {
    const { first, second, gateway } = await openPair(scene);
    const tally = new Tally();
    let passedOver = 0;
    const callers = new Crowd(8, async (index) => {
      const answer = await ask(gateway.port, { stream: index % 2 === 0 });
      if (answer.by === 'second') passedOver += 1;
      tally.add(answer.status === 200 ? undefined : `${answer.status}`);
      await pause(10);
    });
    first.simulator.setFault('first-token=50ms');
    const rounds = scene.pick(8, 40);
    for (let round = 0; round < rounds; round++) {
      gateway.signal('SIGSTOP');
      await pause(600);
      gateway.signal('SIGCONT');
      await pause(200);
    }
    await callers.leave();
    const open = await gateway.openBreakers();
    tally.require(open.length === 0, `open: ${open.join()}`);
    tally.require(passedOver === 0, `${passedOver} passed over`);
    tally.require(posts(second).length === 0, 'the second was asked');
    return tally.finding(`${open.length} breakers open, ${passedOver} passed over, in ${rounds} stops`);
  },
};

const ROOM = 16;
const HELD_MS = 100;

/** Requests at a fixed rate, whatever becomes of them, as callers send them. */
async function offer(
  port: number,
  perSecond: number,
  seconds: number,
): Promise<{ served: number; refusals: Timed[]; others: number }> {
  const from = performance.now();
  const asked: Promise<Timed>[] = [];
  for (let sent = 0; performance.now() - from < seconds * 1000; await pause(5)) {
    const due = Math.floor(((performance.now() - from) / 1000) * perSecond);
    for (; sent < due; sent++) asked.push(ask(port));
  }
  const answers = await Promise.all(asked);
  const served = answers.filter(({ status }) => status === 200).length;
  const refusals = answers.filter(({ status }) => status === 503 || status === 429);
  return { served, refusals, others: answers.length - served - refusals.length };
}

const overload: MeasuredRow = {
  id: 'overload',
  family: 'load',
  promise:
    'Offered three times what it may have under way, gw serves at least 80 % of its best and refuses the rest within 10 ms, with retry-after.',
  how: `a provider held to ${ROOM} requests of ${HELD_MS} ms at a time and as many places to wait; requests at a fixed rate, once and three times what that serves`,
  pace: 'alone',
  async run(scene) {
    const first = await scene.upstream({ fault: `first-token=${HELD_MS}ms`, keepCalls: 0 });
    const gateway = await scene.gateway({
      providers: { first: { origin: first.origin, more: { concurrency: ROOM } } },
      policy: { maxQueued: ROOM },
    });
    const capacity = (ROOM * 1000) / HELD_MS;
    const seconds = scene.pick(3, 10);
    const best = await offer(gateway.port, capacity, seconds);
    await pause(500);
    const thrice = await offer(gateway.port, capacity * 3, seconds);
    const share = thrice.served / best.served;
    const p99 = quantile(
      thrice.refusals.map(({ ms }) => ms),
      0.99,
    );
    const silent = thrice.refusals.filter(({ headers }) => headers['retry-after'] === undefined).length;
    const tally = new Tally();
    tally.require(share >= scene.pick(0.6, 0.8), `${(share * 100).toFixed(0)} % of the best`);
    tally.require(p99 <= scene.bar(10), `refused after ${duration(p99)} (p99)`);
    tally.require(silent === 0, `${silent} refusals without retry-after`);
    tally.require(thrice.refusals.length > 0, 'nobody was refused: nothing was shown');
    return {
      n: thrice.served + thrice.refusals.length + thrice.others,
      failures: thrice.others,
      figure: `${(share * 100).toFixed(0)} % of the best; refused after p99 ${duration(p99)}`,
      causes: tally.causes,
    };
  },
};

/** What much of everything does. */
export const LOAD_ROWS: readonly MeasuredRow[] = [latency, manyStreams, overload, starved];
export const PACING_ROW = pacing;
