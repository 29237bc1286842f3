import { connect, type Socket } from 'node:net';

import { rssMegabytes } from '../../bench/process-cost.ts';
import { RawCall } from '../../test/flow/raw-client.ts';
import { ask, bytesFor, CALLER_FORMATS, open, requestFor } from '../asking.ts';
import { Crowd } from '../crowd.ts';
import { openFormats } from '../pairs.ts';
import { comesTrue, forEach, pause, times } from '../pause.ts';
import type { MeasuredRow } from '../row.ts';
import type { Scene } from '../scene.ts';
import { duration, largest, quantile, spread, Tally } from '../tally.ts';

const PHASES = [
  { fault: 'stall@accept', says: 'before the headers', stream: true },
  { fault: 'stall@accept', says: 'before the headers', stream: false },
  { fault: 'stall@headers', says: 'after the headers', stream: true },
  { fault: 'tokens=50+slow-drip=1s', says: 'after content', stream: true },
  { fault: 'stall@byte=20', says: 'in the middle of the body', stream: false },
];

const hangUps: MeasuredRow = {
  id: 'hang-up',
  family: 'client',
  promise:
    'When a caller hangs up, in whatever phase, the provider is let go within 100 ms (p99), nobody else is asked, and it is recorded as the caller’s doing.',
  how: 'four formats, streamed and not: before the headers, after them, after content, in the middle of a body',
  pace: 'alone',
  async run(scene) {
    const { first, second, gateway } = await openFormats(scene);
    await comesTrue(() => first.simulator.received > 0 && second.simulator.received > 0, 3000);
    await pause(300);
    const before = second.simulator.received;
    const tally = new Tally();
    const took: number[] = [];
    const cases = CALLER_FORMATS.flatMap((format) => PHASES.map((phase) => ({ format, phase })));
    const rounds = scene.pick(2, 25);
    await forEach(times(rounds, () => cases).flat(), 4, async ({ format, phase }) => {
      const model = `${format}!${phase.fault}`;
      const tag = Math.random().toString(36).slice(2);
      const headers = { 'user-agent': `faults/${tag}` };
      const call = open(gateway.port, { format, model, stream: phase.stream, headers });
      const mine = () =>
        first.simulator.calls.find((entry) => entry.headers['user-agent'] === `faults/${tag}`);
      const begun = await comesTrue(() => mine() !== undefined, 5000, 2);
      if (phase.says === 'after content') await call.until((received) => received.length > 400);
      else await pause(30);
      const at = Date.now();
      call.hangUp();
      await comesTrue(() => mine()?.end !== 'open', 3000, 2);
      const { end, endedAt = Infinity } = mine() ?? {};
      took.push(endedAt - at);
      const cause = begun
        ? `${end ?? 'nothing'} after ${duration(endedAt - at)}`
        : 'the provider was never asked';
      tally.add(end === 'aborted-by-caller' ? undefined : `${format} ${phase.says}: ${cause}`);
    });
    const isOver = await comesTrue(async () => (await gateway.status()).counters.live === 0, 5000);
    const { counters } = await gateway.status();
    tally.require(isOver, `${counters.live} exchanges are still running`);
    tally.require(counters.gone === tally.n, `${counters.gone} of ${tally.n} recorded as gone`);
    tally.require(second.simulator.received === before, 'somebody else was asked');
    tally.require((await gateway.openBreakers()).length === 0, 'a breaker opened');
    const p99 = quantile(took, 0.99);
    tally.require(p99 <= scene.bar(100), `p99 ${duration(p99)}`);
    return tally.finding(`let go after ${spread(took)}`);
  },
};

const slowReaders: MeasuredRow = {
  id: 'slow-readers',
  family: 'client',
  promise:
    'Callers that stop reading cost at most 1 MiB each, slow the provider down, and keep nobody else waiting.',
  how: 'after ten callers that read, a hundred streams without end that nobody reads, and 200 more; memory before and with them; somebody else asks all the while, as fast as it gets answers',
  pace: 'alone',
  async run(scene) {
    const first = await scene.upstreamOutside();
    const gateway = await scene.gateway({
      providers: { first },
      routes: { main: { match: ['*'], targets: ['first'] } },
    });
    const { bare } = await scene.yardsticks(first.port);
    const own = await holdUnread(scene, gateway.port, () => gateway.rssMb());
    const beside = await holdUnread(scene, bare.port, () => rssMegabytes(bare.pid ?? 0));
    const { tally } = own;
    tally.require(own.mb <= READERS, `${READERS} take ${own.mb.toFixed(0)} MiB`);
    tally.require(own.moreMbEach <= 1, `${own.moreMbEach.toFixed(2)} MiB for each further one`);
    // While a hundred sources send as fast as they can, the provider itself is late: the bare proxy says how much.
    tally.require(
      own.slowestMs <= scene.bar(Math.max(1000, 3 * beside.slowestMs)),
      `somebody waited ${duration(own.slowestMs)}`,
    );
    return tally.finding(told(own), `bare: ${told(beside)}`);
  },
};

const READERS = 100;

interface Unread {
  /** Memory that the first hundred took together, and each of two hundred more. */
  readonly mb: number;
  readonly moreMbEach: number;
  readonly slowestMs: number;
  readonly tally: Tally;
}

function told({ mb, moreMbEach, slowestMs }: Unread): string {
  return `${READERS} take ${mb.toFixed(0)} MiB, each further one ${moreMbEach.toFixed(2)}; others wait ${duration(slowestMs)} at most`;
}

/** What a process takes once it is at work is no caller's doing: its code compiled, its heap grown. */
async function warmUp(port: number): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await ask(port, { stream: true });
  const readers = times(10, () => endlessStream(port).resume());
  await pause(4000);
  for (const socket of readers) socket.destroy();
  await pause(500);
}

function endlessStream(port: number): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  socket.write(bytesFor({ model: 'm!endless-body=events', stream: true }));
  return socket;
}

async function holdUnread(scene: Scene, port: number, rss: () => number): Promise<Unread> {
  const tally = new Tally();
  await warmUp(port);
  const took: number[] = [];
  const others = new Crowd(1, async () => {
    const answer = await ask(port, { stream: true });
    took.push(answer.ms);
    tally.add(answer.status === 200 ? undefined : `${answer.status}`);
    await pause(10);
  });
  const readers: Socket[] = [];
  const hold = async (count: number): Promise<void> => {
    for (let at = 0; at < count; at++) readers.push(endlessStream(port));
    await pause(scene.pick(3000, 8000));
  };
  const before = rss();
  await hold(READERS);
  const first = rss();
  const more = 2 * READERS;
  await hold(more);
  const moreMbEach = (rss() - first) / more;
  await others.leave();
  for (const socket of readers) socket.destroy();
  await pause(200);
  return { mb: first - before, moreMbEach, slowestMs: largest(took), tally };
}

const DEEP = `{"model":"m","messages":${'['.repeat(500_000)}${']'.repeat(500_000)}}`;

const hostileBodies: MeasuredRow = {
  id: 'hostile-bodies',
  family: 'client',
  promise:
    'Half requests, endless heads, bodies over the limit and a million brackets get their 4xx or wait; nobody else is held up for more than 50 ms.',
  how: '200 half requests, then huge and deep bodies one after another, while somebody asks every 10 ms',
  pace: 'alone',
  async run(scene) {
    const first = await scene.upstream();
    const gateway = await scene.gateway({ providers: { first } });
    const tally = new Tally();
    const half = times(
      200,
      (index) => new RawCall(gateway.port, bytesFor({}).subarray(0, 20 + (index % 100))),
    );
    const waits: number[] = [];
    const others = new Crowd(1, async () => {
      const answer = await ask(gateway.port);
      waits.push(answer.ms);
      tally.add(answer.status === 200 ? undefined : `somebody else got ${answer.status}`);
      await pause(10);
    });
    for (let round = 0; round < scene.pick(2, 10); round++) {
      const deep = await new RawCall(gateway.port, { ...requestFor({}), body: DEEP }).answer();
      tally.add([200, 400].includes(deep.status) ? undefined : `deep: ${deep.status}`);
      const length = String(10 ** 12);
      const huge = await new RawCall(gateway.port, {
        ...requestFor({}),
        headers: { 'content-length': length },
      }).answer();
      tally.add(huge.status === 413 ? undefined : `huge: ${huge.status}`);
      const head = `GET /v1/models HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(200_000)}`;
      const endless = await new RawCall(gateway.port, head).answer();
      tally.add(endless.status === 431 ? undefined : `endless head: ${endless.status}`);
      const wrong = await new RawCall(gateway.port, {
        ...requestFor({}),
        body: '{"model": "m", oops',
      }).answer();
      tally.add(
        wrong.status === 400 && /position|column|offset|line/i.test(wrong.text)
          ? undefined
          : `no JSON: ${wrong.status}`,
      );
    }
    await others.leave();
    for (const call of half) {
      tally.add(call.ended ? 'a half request was not waited for' : undefined);
      call.hangUp();
    }
    const p99 = quantile(waits, 0.99);
    tally.require(largest(waits) <= scene.bar(50), `somebody waited ${duration(largest(waits))}`);
    return tally.finding(`others wait p99 ${duration(p99)}, max ${duration(largest(waits))}`);
  },
};

const STRANGERS: readonly (readonly [what: string, bytes: Buffer | string, answer: RegExp])[] = [
  ['a TLS hello', Buffer.from('16030100c8010000c40303', 'hex'), /^HTTP\/1\.1 4\d\d/],
  ['an HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^HTTP\/1\.1 4\d\d/],
  [
    'a WebSocket',
    'GET /v1/realtime HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: eA==\r\n\r\n',
    /^HTTP\/1\.1 4\d\d/,
  ],
  ['a tunnel', 'CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n', /^HTTP\/1\.1 4\d\d/],
  ['SSH', 'SSH-2.0-OpenSSH_9.6\r\n', /^HTTP\/1\.1 4\d\d/],
];

const strangers: MeasuredRow = {
  id: 'strangers',
  family: 'client',
  promise:
    'Other protocols on the port get a 4xx in words and a closed connection; no descriptor is left behind.',
  how: 'TLS, HTTP/2, WebSocket, CONNECT and SSH, again and again; descriptors before and after',
  pace: 'works',
  async run(scene) {
    const first = await scene.upstream();
    const gateway = await scene.gateway({ providers: { first } });
    await comesTrue(() => first.simulator.received > 0, 3000);
    await pause(500);
    const before = gateway.descriptors();
    const tally = new Tally();
    await forEach(times(scene.pick(10, 200), () => STRANGERS).flat(), 8, async ([what, bytes, expected]) => {
      const call = new RawCall(gateway.port, bytes);
      const ended = await Promise.race([call.answer(), pause(5000)]);
      const said = call.received.toString('latin1');
      tally.add(
        ended && expected.test(said) ? undefined : `${what}: ${ended ? said.slice(0, 60) : 'left open'}`,
      );
      call.hangUp();
    });
    const isBack = await comesTrue(() => (gateway.descriptors() ?? 0) <= (before ?? 0) + 2, 5000);
    const left = (gateway.descriptors() ?? 0) - (before ?? 0);
    tally.require(isBack, `${left} descriptors left behind`);
    return tally.finding(
      before === undefined ? 'descriptors are not told here' : `${Math.max(0, left)} descriptors left behind`,
    );
  },
};

/** Callers that leave, dawdle, or never meant to speak HTTP. */
export const CALLER_ROWS: readonly MeasuredRow[] = [hangUps, slowReaders, hostileBodies, strangers];
