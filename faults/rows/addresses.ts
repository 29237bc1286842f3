import { createServer } from 'node:net';

import { DEFAULT_POLICY } from '../../src/core/policy.ts';
import { digBlackHole } from '../../test/flow/black-hole.ts';
import { ask, type Timed } from '../asking.ts';
import { NO_BREAKER, NOBODY, PROVIDER_KEY } from '../gateway.ts';
import { forEach, times } from '../pause.ts';
import type { MeasuredRow } from '../row.ts';
import { duration, largest, quantile, spread, Tally } from '../tally.ts';

/** Whoever answered, where it was not the second target. */
function notBySecond({ status, by }: Timed): string | undefined {
  return status === 200 && by === 'second' ? undefined : `${status} by ${by}`;
}

const refused: MeasuredRow = {
  id: 'refused',
  family: 'upstream',
  promise: 'A refused connection costs at most 50 ms (p99); the next target serves.',
  how: 'a port where nobody listens, in turns with a route without it; the breaker held closed, which would hide it',
  pace: 'alone',
  async run(scene) {
    const second = await scene.upstream();
    const gateway = await scene.gateway({
      providers: { first: { origin: NOBODY }, second },
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
      tally.add(notBySecond(answer));
      added.push(answer.ms - plain.ms);
    }
    const bar = scene.bar(50);
    tally.require(quantile(added, 0.99) <= bar, `p99 over ${bar} ms`);
    return tally.finding(`added ${spread(added)}`);
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
        tally.add(notBySecond(answer));
      },
    );
    const bar = DEFAULT_POLICY.connectMs + scene.bar(500);
    tally.require(largest(took) <= bar, `slowest over ${duration(bar)}`);
    return tally.finding(`slowest ${duration(largest(took))}`);
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
      tally.add(notBySecond(answer));
    }
    // How long a resolver takes to say no is its own affair; ours is that the connect limit holds there too.
    tally.require(largest(took) <= DEFAULT_POLICY.connectMs + 2000, 'over the connect limit');
    return tally.finding(`slowest ${duration(largest(took))}`);
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
    const port = await scene.listen(server);
    const second = await scene.upstream();
    const gateway = await scene.gateway({
      providers: { first: { origin: `https://127.0.0.1:${port}` }, second },
    });
    const tally = new Tally();
    for (let turn = 0; turn < 6; turn++) {
      const answer = await ask(gateway.port, { stream: turn % 2 === 0 });
      tally.add(notBySecond(answer));
    }
    const all = Buffer.concat(received);
    tally.require(all.length > 0, 'nobody knocked');
    tally.require(!all.includes(PROVIDER_KEY) && !all.includes('POST'), 'a request went out in the clear');
    return tally.finding(`${received.length} handshakes, 0 bytes of a key`);
  },
};

/** Addresses where nobody answers, or nobody one would speak to. */
export const ADDRESS_ROWS: readonly MeasuredRow[] = [refused, blackHole, noName, noTls];
