import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';

import { afterEach, describe, expect, test } from 'vitest';

import { closeGrounds, NO_BREAKER, openGround, until } from './ground.ts';
import { get } from './raw-client.ts';
import { chunk, closeRawServers, head, rawServer, sendJson, sendStream } from './raw-server.ts';
import { ONLY_STREAMED, ONLY_WHOLE, type Row, ROWS } from './upstream-fault-table.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

const SHORT = { ...NO_BREAKER, firstContentMs: 300, answerMs: 300, idleMs: 300, connectMs: 300 };

async function check({ fault, is, calls = 1, told }: Row, stream: boolean): Promise<void> {
  const ground = await openGround({ policy: SHORT });
  ground.simulator('first').setFault(fault);
  const answer = await ground.chat('m', { stream });
  const trail = await ground.trailOf(answer);
  expect(trail.attempts[0]?.fault, `${trail.attempts[0]?.message}`).toBe(is);
  expect([answer.status, ground.calls('first'), ground.calls('second')]).toEqual(
    told === undefined ? [200, calls, 1] : [told, calls, 0],
  );
  if (told !== undefined) {
    expect(trail).toMatchObject({ outcome: 'failed', status: told, fault: is, failover: false });
    expect(get(answer.json, 'error.gw.fault')).toBe(is);
    return;
  }
  expect(trail).toMatchObject({
    outcome: 'served',
    failover: true,
    served: { provider: 'second', model: 'backup' },
  });
  expect(answer.headers['x-gw-failover']).toBe(`from=first/m; reason=${is}`);
  expect(answer.headers['x-gw-attempts']).toBe(String(calls + 1));
  // Not one byte of the failed target: every chunk is signed by the one that served.
  expect(answer.text).toContain('fp_second');
  expect(answer.text).not.toContain('fp_first');
  expect(answer.whole).toBe(true);
  await until(
    () => ground.simulator('first').calls.every((call) => call.end !== 'open'),
    'upstream calls ended',
  );
}

// [promise:held-opening] [promise:reset-before-content] [promise:garbled-next] [promise:model-missing-next]
// [promise:rejected-told] [promise:blocked-told] [promise:stall-cut] [promise:bomb-bounded]
describe('a fault of the first target', () => {
  test.each(ROWS)('$fault is $is: whole', (row) => check(row, false));
  test.each([...ROWS, ...ONLY_STREAMED])('$fault is $is: streamed', (row) => check(row, true));
  test.each(ONLY_WHOLE)('$fault is $is: only when whole', (row) => check(row, false));

  test.each(['framing=early-hints', 'framing=extra-response', 'idle-close=1ms;by=reset'])(
    '%s is none',
    async (fault) => {
      const ground = await openGround({ providers: ['first'], policy: NO_BREAKER });
      ground.simulator('first').setFault(fault);
      for (let turn = 0; turn < 5; turn++) {
        const answer = await ground.chat();
        expect([answer.status, answer.text.includes('forged')]).toEqual([200, false]);
      }
    },
  );
});

describe('a provider that cannot be reached', () => {
  test('because nothing listens is passed over at once [promise:refused-next]', async () => {
    const ground = await openGround({
      providers: [{ name: 'down', url: 'http://127.0.0.1:9/v1' }, 'second'],
    });
    const answer = await ground.chat();
    expect(answer.headers['x-gw-provider']).toBe('second');
    const { attempts } = await ground.trailOf(answer);
    expect(attempts.map(({ fault }) => fault)).toEqual(['upstream_unreachable', undefined]);
    expect(attempts[0]?.message).toContain('refused');
  });

  test('because its name does not resolve is passed over [promise:dns-next]', async () => {
    const ground = await openGround({
      providers: [{ name: 'gone', url: 'http://gone.invalid/v1' }, 'second'],
    });
    const answer = await ground.chat();
    expect(answer.headers['x-gw-provider']).toBe('second');
    expect((await ground.trailOf(answer)).attempts[0]?.message).toMatch(/resol/);
  });

  test('because it never accepts is given up at the connect limit [promise:black-hole-next]', async () => {
    const full = createTcpServer((socket) => void socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await new Promise((resolve) => full.once('listening', resolve));
    const { port } = full.address() as AddressInfo;
    // The connection is made and then nothing is said: for TLS that is where a black hole begins.
    const ground = await openGround({
      providers: [{ name: 'hole', url: `https://127.0.0.1:${port}/v1` }, 'second'],
      policy: { connectMs: 400 },
    });
    const answer = await ground.chat();
    full.close();
    expect(answer.headers['x-gw-provider']).toBe('second');
    const [first] = (await ground.trailOf(answer)).attempts;
    expect(first).toMatchObject({
      fault: 'upstream_unreachable',
      message: expect.stringContaining('connect limit'),
    });
  });

  test('because it does not speak TLS is passed over without a byte of the key [promise:tls-next]', async () => {
    const received: Buffer[] = [];
    const tcp = createTcpServer((socket) => {
      socket.on('data', (piece) => {
        received.push(piece);
        socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
      });
      socket.on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => tcp.once('listening', resolve));
    const { port } = tcp.address() as AddressInfo;
    const ground = await openGround({
      providers: [{ name: 'plain', url: `https://127.0.0.1:${port}/v1`, keys: ['sk-secret-key'] }, 'second'],
    });
    expect((await ground.chat()).headers['x-gw-provider']).toBe('second');
    tcp.close();
    expect(received.length).toBeGreaterThan(0);
    expect(Buffer.concat(received).toString('latin1')).not.toMatch(/sk-secret|POST|chat/);
  });
});

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])(
    '%i is never followed, and nothing reaches the second server [promise:redirect-not-followed]',
    async (status) => {
      const received: string[] = [];
      const other = createServer((request, response) => {
        received.push(request.url ?? '');
        response.end('{}');
      }).listen(0, '127.0.0.1');
      await new Promise((resolve) => other.once('listening', resolve));
      const { port } = other.address() as AddressInfo;
      const ground = await openGround({ providers: ['first'] });
      const answer = await ground.chat(
        `m!redirect=http://127.0.0.1:${port}/v1/chat/completions;status=${status}`,
      );
      other.close();
      expect(answer.status).toBe(502);
      expect(answer.headers['location']).toBeUndefined();
      expect(received).toEqual([]);
    },
  );
});

describe('what never ends', () => {
  test.each(['bomb=200MiB', 'endless-headers'])(
    'is given up in bounded memory: %s [promise:bomb-bounded]',
    async (fault) => {
      const ground = await openGround({ providers: ['first'], policy: { ...NO_BREAKER, retriesLast: 0 } });
      const before = process.memoryUsage().rss;
      const answer = await ground.chat(`m!${fault}`);
      expect(answer.status).toBe(502);
      expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(64);
      await until(() => ground.simulator('first').calls[0]?.end !== 'open', 'the upstream call was ended');
    },
  );

  test('is given up when it says nothing: comments without end [promise:bomb-bounded]', async () => {
    const ground = await openGround();
    const answer = await ground.stream('m!endless-body=comments');
    expect(answer.headers['x-gw-provider']).toBe('second');
    expect((await ground.trailOf(answer)).attempts[0]).toMatchObject({ fault: 'upstream_garbled' });
  });

  test.each([
    [true, 'endless-body=events'],
    [true, 'endless-body=line'],
    [false, 'endless-body=line'],
  ])(
    'reaches a caller at its own pace, and ends with it (streamed: %s, %s) [promise:backpressure]',
    async (stream, fault) => {
      const ground = await openGround({ providers: ['first'], policy: { ...NO_BREAKER, retriesLast: 0 } });
      const call = ground.open({
        path: '/v1/chat/completions',
        body: JSON.stringify({ model: `m!${fault}`, stream, messages: [{ role: 'user', content: 'x' }] }),
      });
      await call.until((received) => received.length > 2_000_000);
      call.hangUp();
      await until(() => ground.simulator('first').calls[0]?.end !== 'open', 'the upstream call was ended');
      await until(() => ground.trails.length === 1, 'the exchange ended');
    },
  );
});

describe('an idle connection that the provider closed', () => {
  test('is replaced without the caller’s knowledge [promise:dead-socket-retry]', async () => {
    let served = 0;
    const server = await rawServer((socket) => {
      // Every connection serves once and is reset at its second request, as after a NAT forgot it.
      if (socket.bytesWritten > 0) {
        socket.resetAndDestroy();
        return;
      }
      served++;
      sendJson(socket, '{"choices":[{}]}');
    });
    const ground = await openGround({ providers: [{ name: 'raw', url: server.url }], policy: NO_BREAKER });
    for (let turn = 0; turn < 6; turn++) expect((await ground.chat()).status).toBe(200);
    expect(served).toBe(6);
    expect(ground.trails.map(({ attempts }) => attempts.length)).toEqual([1, 2, 2, 2, 2, 2]);
    expect(ground.trails.flatMap(({ attempts }) => attempts.map(({ waitedMs }) => waitedMs))).toEqual(
      Array(11).fill(0),
    );
  });
});

describe('a stall', () => {
  test.each(['stall@event=3', 'stall@finish'])(
    'between events (%s) ends at the idle limit with an error event [promise:stall-cut]',
    async (fault) => {
      const ground = await openGround({ policy: { idleMs: 100, onCut: 'error' } });
      const answer = await ground.stream(`m!tokens=8+${fault}`);
      expect(answer.whole).toBe(false);
      expect(get(JSON.parse(answer.events.at(-1) ?? ''), 'error.code')).toBe('stream_broken');
      expect(await ground.trailOf(answer)).toMatchObject({ outcome: 'cut', fault: 'stream_broken' });
      await until(
        () => ground.simulator('first').calls[0]?.end === 'aborted-by-caller',
        'the upstream socket was closed',
      );
      expect(ground.calls('second')).toBe(0);
    },
  );

  test('before the end mark, after the finish reason, is a success [promise:stall-cut]', async () => {
    const ground = await openGround({ policy: { idleMs: 100 } });
    const answer = await ground.stream('m!tokens=8+stall@end');
    expect(answer).toMatchObject({ whole: true, status: 200 });
    expect((await ground.trailOf(answer)).outcome).toBe('served');
  });

  test('is not what a provider does that sends comments while it thinks', async () => {
    const server = await rawServer((socket) => {
      socket.write(head('text/event-stream', 'connection: close\r\n'));
      socket.write(chunk({ content: 'a' }));
      let pings = 0;
      const timer = setInterval(() => {
        if (++pings < 25) socket.write(': ping\n\n');
        else {
          clearInterval(timer);
          socket.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
        }
      }, 40);
    });
    const patient = await openGround({
      providers: [{ name: 'raw', url: server.url }],
      policy: { idleMs: 600 },
    });
    expect(await patient.stream()).toMatchObject({ whole: true, content: 'a' });
  });
});

describe('an error inside a stream', () => {
  test('after content is passed on in the provider’s own words, and breaks the connection [promise:reset-after-content]', async () => {
    const ground = await openGround({ policy: { onCut: 'error' } });
    const answer = await ground.stream('m!tokens=8+error-in-200@token=4;message=Out of cheese.');
    expect(answer.whole).toBe(false);
    expect(get(JSON.parse(answer.events.at(-1) ?? ''), 'error.message')).toBe('Out of cheese.');
    expect(await ground.trailOf(answer)).toMatchObject({ outcome: 'cut', fault: 'stream_broken' });
    expect(ground.calls('second')).toBe(0);
  });

  test('comes in several spellings', async () => {
    for (const event of [
      'event: error\ndata: {"message":"no","code":"rate_limit_exceeded"}\n\n',
      'data: {"error":"no"}\n\n',
      'data: {"error":{"code":429,"message":"no"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}\n\n',
    ]) {
      const server = await rawServer((socket) => sendStream(socket, chunk({ role: 'assistant' }) + event));
      const ground = await openGround({ providers: [{ name: 'raw', url: server.url }, 'second'] });
      expect((await ground.stream()).headers['x-gw-provider']).toBe('second');
    }
  });
});
