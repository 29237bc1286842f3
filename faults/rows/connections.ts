import { createServer } from 'node:net';

import { DEFAULT_POLICY } from '../../src/core/policy.ts';
import { ask, read, type Wish } from '../asking.ts';
import { openPair } from '../pairs.ts';
import { comesTrue, forEach, pause, times } from '../pause.ts';
import type { Finding, MeasuredRow } from '../row.ts';
import type { Scene } from '../scene.ts';
import { duration, largest, messageOf, Tally } from '../tally.ts';
import type { TcpFaults } from '../tcp-proxy.ts';

const idle: MeasuredRow = {
  id: 'idle-sockets',
  family: 'upstream',
  promise:
    'Idle connections that the peer closed or a firewall forgot reach a caller as an error in at most 1 of 10,000 requests.',
  how: 'bursts over kept connections through a proxy that forgets them after 60 ms, or a provider that closes them after 60 ms',
  pace: 'works',
  async run(scene) {
    const provider = await scene.upstream();
    const closing = await scene.upstream({ fault: 'idle-close=60ms;by=reset' });
    const wire = await scene.tcpProxy(provider.port, { forgetAfterMs: 60 });
    const gateway = await scene.gateway({
      providers: { forgetful: { origin: wire.origin }, closing },
      routes: {
        forgetful: { match: ['forgetful'], targets: ['forgetful/m'] },
        closing: { match: ['closing'], targets: ['closing/m'] },
      },
    });
    const { bare } = await scene.yardsticks(wire.port);
    const n = scene.pick(200, 10_000);
    const own = [await bursts(gateway.origin, 'forgetful', n), await bursts(gateway.origin, 'closing', n)];
    const beside = scene.pick(200, 1000);
    const direct = await bursts(wire.origin, 'm', beside);
    const through = await bursts(`http://127.0.0.1:${bare.port}`, 'm', beside);
    const failures = own.reduce((sum, { failed }) => sum + failed, 0);
    const tally = new Tally();
    tally.require(wire.resets > 0, 'no connection was forgotten: nothing was shown');
    tally.require(failures <= (2 * n) / 10_000, own.map(({ why }) => why).join());
    return {
      n: 2 * n,
      failures,
      figure: `${failures} errors of ${2 * n}; ${wire.resets} resets met on the way`,
      yardstick: `direct fetch: ${direct.failed} of ${beside}; bare: ${through.failed} of ${beside}`,
      causes: tally.causes,
    };
  },
};

const BURST = 20;

/** Bursts with idle time between them, over connections that are kept. */
async function bursts(origin: string, model: string, n: number): Promise<{ failed: number; why: string }> {
  let failed = 0;
  let why = '';
  for (let sent = 0; sent < n; sent += BURST) {
    await Promise.all(
      times(BURST, async () => {
        const cause = await fetchOnce(origin, { model });
        if (cause === undefined) return;
        failed += 1;
        why = cause;
      }),
    );
    await pause(75);
  }
  return { failed, why };
}

async function fetchOnce(origin: string, { model = 'm' }: Wish): Promise<string | undefined> {
  try {
    const answer = await fetch(`${origin}/v1/chat/completions`, {
      method: 'POST',
      signal: AbortSignal.timeout(10_000),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
    });
    await answer.arrayBuffer();
    return answer.status === 200 ? undefined : String(answer.status);
  } catch (error) {
    return messageOf(error);
  }
}

const stalls: MeasuredRow = {
  id: 'stalls',
  family: 'upstream',
  promise: 'A silent provider is given up at its limit, 10 % more or less, and its socket is closed.',
  how: 'streams that stall after the accept, after the headers and (long form) after the third event; the limits are the defaults',
  pace: 'waits',
  async run(scene) {
    const { first, gateway } = await openPair(scene);
    const { firstContentMs, idleTakeoverMs } = DEFAULT_POLICY;
    const cases = [
      { fault: 'stall@accept', limitMs: firstContentMs },
      { fault: 'stall@headers', limitMs: firstContentMs },
      ...scene.pick([], [{ fault: 'stall@event=3', limitMs: idleTakeoverMs }]),
    ];
    const tally = new Tally();
    const off: number[] = [];
    await forEach(
      cases.flatMap((one) => times(4, () => one)),
      100,
      async ({ fault, limitMs }) => {
        const from = Date.now();
        await ask(gateway.port, { model: `m!${fault}`, stream: true });
        const mine = first.simulator.calls.filter((call) => call.fault === fault);
        await comesTrue(() => mine.every(({ end }) => end !== 'open'), 2000);
        tally.add(
          mine.every(({ end }) => end === 'aborted-by-caller')
            ? undefined
            : `${fault}: the socket stayed open`,
        );
        const ends = mine.map(({ endedAt = Infinity }) => endedAt - from);
        off.push(...ends.map((ms) => ms / limitMs - 1));
      },
    );
    const worst = off.reduce((most, share) => (Math.abs(share) > Math.abs(most) ? share : most), 0);
    tally.require(
      Math.abs(worst) <= scene.pick(0.25, 0.1),
      `cut ${(worst * 100).toFixed(1)} % off the limit`,
    );
    return tally.finding(`cut at most ${(worst * 100).toFixed(1)} % off the limit`);
  },
};

const redirects: MeasuredRow = {
  id: 'redirects',
  family: 'upstream',
  promise: 'A redirect is never followed: no key and no body reaches the second server.',
  how: 'every redirect status, from a provider to a listener that keeps what it gets',
  pace: 'works',
  run: (scene) => runRedirects(scene),
};

async function runRedirects(scene: Scene): Promise<Finding> {
  let bytes = 0;
  let connections = 0;
  const thief = createServer((socket) => {
    connections += 1;
    socket.on('data', (piece) => (bytes += piece.length)).on('error', () => undefined);
  });
  const port = await scene.listen(thief);
  const { gateway } = await openPair(scene);
  const tally = new Tally();
  for (const status of [301, 302, 303, 307, 308]) {
    for (const stream of [true, false]) {
      const model = `m!redirect=http://127.0.0.1:${port}/v1;status=${status}`;
      const answer = await ask(gateway.port, { model, stream });
      tally.add(answer.by === 'second' ? undefined : `${status}: ${answer.status} by ${answer.by}`);
    }
  }
  tally.require(connections === 0, `${connections} connections to the second server`);
  return tally.finding(`${connections} connections, ${bytes} bytes at the second server`);
}

const WIRES: readonly {
  readonly says: string;
  readonly faults: TcpFaults;
  readonly by: 'first' | 'second';
}[] = [
  { says: '200 ms of latency', faults: { latencyMs: 200 }, by: 'first' },
  { says: '20 kB a second', faults: { bytesPerSecond: 20_000 }, by: 'first' },
  { says: 'a reset after 5 bytes', faults: { resetAfterBytes: 5 }, by: 'second' },
  { says: 'a reset within the headers', faults: { resetAfterBytes: 200 }, by: 'second' },
  { says: 'a half-closed connection', faults: { halfCloseAfterBytes: 100 }, by: 'second' },
  { says: 'a connection that is accepted and ignored', faults: { blackHole: true }, by: 'second' },
];

const badWires: MeasuredRow = {
  id: 'bad-wire',
  family: 'upstream',
  promise:
    'A slow or thin wire costs nothing but its time, and one that breaks or swallows everything before the answer is passed over.',
  how: 'streams through the TCP proxy, each with another fault of the wire; a second provider behind a good one',
  pace: 'waits',
  async run(scene) {
    const first = await scene.upstream();
    const second = await scene.upstream();
    const tally = new Tally();
    const took: number[] = [];
    await forEach(WIRES, 2, async ({ says, faults, by }) => {
      const wire = await scene.tcpProxy(first.port, faults);
      const gateway = await scene.gateway({ providers: { first: { origin: wire.origin }, second } });
      for (let turn = 0; turn < scene.pick(2, 5); turn++) {
        const wish: Wish = { stream: true };
        const answer = await ask(gateway.port, wish);
        took.push(answer.ms);
        const isGood = read(answer, wish).is === 'whole' && answer.by === by;
        tally.add(isGood ? undefined : `${says}: ${answer.status} by ${answer.by}`);
      }
    });
    tally.require(
      largest(took) <= DEFAULT_POLICY.firstContentMs + 2000,
      `slowest ${duration(largest(took))}`,
    );
    return tally.finding(`slowest ${duration(largest(took))}`);
  },
};

/** Connections that hang, die while idle, or lead elsewhere. */
export const CONNECTION_ROWS: readonly MeasuredRow[] = [stalls, badWires, idle, redirects];
