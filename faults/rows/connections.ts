import { createServer, type AddressInfo } from 'node:net';

import { DEFAULT_POLICY } from '../../src/core/policy.ts';
import { digBlackHole } from '../../test/flow/black-hole.ts';
import { ask, type Wish } from '../asking.ts';
import { PROVIDER_KEY } from '../gateway.ts';
import { comesTrue, forEach, pause, times } from '../pause.ts';
import type { Finding, MeasuredRow } from '../row.ts';
import type { Scene } from '../scene.ts';
import { duration, largest, messageOf, quantile, spread, Tally } from '../tally.ts';

/** So that a row can fail one target as often as it likes. */
export const NO_BREAKER = { breakerFailures: 1000, breakerMinimum: 1000 };

const refused: MeasuredRow = {
  id: 'refused',
  family: 'upstream',
  promise: 'A refused connection costs at most 50 ms (p99); the next target serves.',
  how: 'a port where nobody listens, in turns with a route without it; the breaker held closed, which would hide it',
  pace: 'alone',
  async run(scene) {
    const second = await scene.upstream();
    const gateway = await scene.gateway({
      providers: { first: { origin: `http://127.0.0.1:${await closedPort()}` }, second },
      routes: {
        healthy: { match: ['healthy'], targets: ['second/m'] },
        refused: { match: ['*'], targets: ['first/m', 'second/m'] },
      },
      policy: NO_BREAKER,
    });
    const tally = new Tally();
    const added: number[] = [];
    for (let turn = 0; turn < scene.pick(50, 500); turn++) {
      const plain = await ask(gateway.port, { model: 'healthy' });
      const answer = await ask(gateway.port);
      tally.add(
        answer.status === 200 && answer.by === 'second' ? undefined : `${answer.status} by ${answer.by}`,
      );
      added.push(answer.ms - plain.ms);
    }
    const bar = scene.bar(50);
    tally.require(quantile(added, 0.99) <= bar, `p99 over ${bar} ms`);
    return { n: tally.n, failures: tally.failures, figure: `added ${spread(added)}`, causes: tally.causes };
  },
};

const blackHole: MeasuredRow = {
  id: 'black-hole',
  family: 'upstream',
  promise:
    'An address that neither accepts nor refuses costs the connect limit and at most 0.5 s more; the next target serves.',
  how: 'a listener whose queue is full and never emptied',
  pace: 'waits',
  async run(scene) {
    const hole = await digBlackHole();
    scene.atEnd(() => hole.close());
    const second = await scene.upstream();
    const gateway = await scene.gateway({
      providers: { first: { origin: new URL(hole.url).origin }, second },
    });
    const tally = new Tally();
    const took: number[] = [];
    await forEach(
      times(scene.pick(6, 40), (index) => index % 2 === 0),
      100,
      async (stream) => {
        const answer = await ask(gateway.port, { stream });
        took.push(answer.ms);
        tally.add(
          answer.status === 200 && answer.by === 'second' ? undefined : `${answer.status} by ${answer.by}`,
        );
      },
    );
    const bar = DEFAULT_POLICY.connectMs + scene.bar(500);
    tally.require(largest(took) <= bar, `slowest over ${duration(bar)}`);
    return {
      n: tally.n,
      failures: tally.failures,
      figure: `slowest ${duration(largest(took))}`,
      causes: tally.causes,
    };
  },
};

const noName: MeasuredRow = {
  id: 'dns',
  family: 'upstream',
  promise: 'A name that does not resolve is passed over at once.',
  how: 'a host below .invalid, which no resolver may know',
  pace: 'waits',
  async run(scene) {
    const second = await scene.upstream();
    const gateway = await scene.gateway({
      providers: { first: { origin: 'http://gw-faults.invalid' }, second },
    });
    const tally = new Tally();
    const took: number[] = [];
    for (let turn = 0; turn < 6; turn++) {
      const answer = await ask(gateway.port, { stream: turn % 2 === 0 });
      took.push(answer.ms);
      tally.add(
        answer.status === 200 && answer.by === 'second' ? undefined : `${answer.status} by ${answer.by}`,
      );
    }
    // How long a resolver takes to say no is its own affair; ours is that the connect limit holds there too.
    tally.require(largest(took) <= DEFAULT_POLICY.connectMs + 2000, 'over the connect limit');
    return {
      n: tally.n,
      failures: tally.failures,
      figure: `slowest ${duration(largest(took))}`,
      causes: tally.causes,
    };
  },
};

const noTls: MeasuredRow = {
  id: 'tls',
  family: 'upstream',
  promise: 'A failed TLS handshake is passed over, and no byte of a key was sent before it.',
  how: 'an https address behind which a listener keeps every byte and answers with something else',
  pace: 'works',
  async run(scene) {
    const received: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        received.push(bytes);
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
      });
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    scene.atEnd(() => new Promise<void>((resolve) => void server.close(() => resolve())));
    const { port } = server.address() as AddressInfo;
    const second = await scene.upstream();
    const gateway = await scene.gateway({
      providers: { first: { origin: `https://127.0.0.1:${port}` }, second },
    });
    const tally = new Tally();
    for (let turn = 0; turn < 6; turn++) {
      const answer = await ask(gateway.port, { stream: turn % 2 === 0 });
      tally.add(
        answer.status === 200 && answer.by === 'second' ? undefined : `${answer.status} by ${answer.by}`,
      );
    }
    const all = Buffer.concat(received);
    tally.require(all.length > 0, 'nobody knocked');
    tally.require(!all.includes(PROVIDER_KEY) && !all.includes('POST'), 'a request went out in the clear');
    return {
      n: tally.n,
      failures: tally.failures,
      figure: `${received.length} handshakes, 0 bytes of a key`,
      causes: tally.causes,
    };
  },
};

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
    const first = await scene.upstream();
    const second = await scene.upstream();
    const gateway = await scene.gateway({
      providers: { first, second },
      routes: { main: { match: ['*'], targets: ['first', 'second/m'] } },
      policy: NO_BREAKER,
    });
    const { firstContentMs, idleMs } = DEFAULT_POLICY;
    const cases = [
      { fault: 'stall@accept', limitMs: firstContentMs },
      { fault: 'stall@headers', limitMs: firstContentMs },
      ...scene.pick([], [{ fault: 'stall@event=3', limitMs: idleMs }]),
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
    return {
      n: tally.n,
      failures: tally.failures,
      figure: `cut at most ${(worst * 100).toFixed(1)} % off the limit`,
      causes: tally.causes,
    };
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
  await new Promise<void>((resolve) => void thief.listen(0, '127.0.0.1', resolve));
  scene.atEnd(() => new Promise<void>((resolve) => void thief.close(() => resolve())));
  const { port } = thief.address() as AddressInfo;
  const first = await scene.upstream();
  const second = await scene.upstream();
  const gateway = await scene.gateway({
    providers: { first, second },
    routes: { main: { match: ['*'], targets: ['first', 'second/m'] } },
    policy: NO_BREAKER,
  });
  const tally = new Tally();
  for (const status of [301, 302, 303, 307, 308]) {
    for (const stream of [true, false]) {
      const model = `m!redirect=http://127.0.0.1:${port}/v1;status=${status}`;
      const answer = await ask(gateway.port, { model, stream });
      tally.add(answer.by === 'second' ? undefined : `${status}: ${answer.status} by ${answer.by}`);
    }
  }
  tally.require(connections === 0, `${connections} connections to the second server`);
  return {
    n: tally.n,
    failures: tally.failures,
    figure: `${connections} connections, ${bytes} bytes at the second server`,
    causes: tally.causes,
  };
}

/** A port that was free a moment ago. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  return port;
}

/** Connections that cannot be made, break, hang or lead elsewhere. */
export const CONNECTION_ROWS: readonly MeasuredRow[] = [
  refused,
  blackHole,
  noName,
  noTls,
  stalls,
  idle,
  redirects,
];
