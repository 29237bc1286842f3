import { createServer as createTcpServer, type AddressInfo } from 'node:net';

import { afterEach, describe, expect, test } from 'vitest';

import { chatRequest, closeGrounds, type Ground, NO_BREAKER, openGround, until } from './ground.ts';
import { RawCall, serialise } from './raw-client.ts';
import { chunk, closeRawServers, head, rawServer } from './raw-server.ts';
import { untilStill } from './until.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

/** Everything about an exchange whose caller hung up: nothing runs on, nobody else is asked, nobody is blamed. */
async function expectGone(ground: Ground, calls: number): Promise<void> {
  await until(() => ground.trails.length === 1, 'the exchange ended');
  const [trail] = ground.trails;
  const begun = trail?.attempts.some(({ firstContentMs }) => firstContentMs !== undefined);
  expect(trail).toMatchObject({ outcome: 'gone', status: begun ? 200 : 499, fault: 'client_gone' });
  expect(trail?.served).toBeUndefined();
  await until(
    () => ground.simulator('first').calls.every(({ end }) => end !== 'open'),
    'the upstream call was ended',
  );
  // What would be another attempt has every chance to begin.
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect([ground.calls('first'), ground.calls('second')]).toEqual([calls, 0]);
  for (const { breaker, cooldown } of ground.proxy.health()) {
    expect(breaker.is).toBe('closed');
    if (cooldown) expect(cooldown.reason).not.toBe('client_gone');
  }
}

// [promise:hang-up-aborts] [promise:hang-up-recorded]
describe('a caller that hangs up', () => {
  test.each([
    ['waiting for headers', 'stall@accept', false],
    ['waiting for headers of a stream', 'stall@accept', true],
    ['waiting for the first content', 'stall@headers', true],
    ['while opening frames are held', 'stall@event=1', true],
    ['in the middle of a whole answer', 'stall@byte=50', false],
    ['while it streams', 'tokens=500+slow-drip=10ms', true],
    ['in a stalled stream', 'stall@token=2', true],
  ] as const)('%s ends the upstream call, and no other is made', async (_, fault, stream) => {
    const ground = await openGround();
    const call = ground.open(chatRequest(`m!${fault}`, { stream }));
    await until(() => ground.calls('first') === 1, 'the provider was asked');
    if (stream && fault.includes('token')) await call.untilText('"content":"');
    else if (fault !== 'stall@accept')
      await until(() => ground.simulator('first').calls[0]?.status === 200, 'the answer began');
    call.hangUp();
    await expectGone(ground, 1);
    expect(ground.simulator('first').calls[0]?.end).toBe('aborted-by-caller');
    await until(() => ground.simulator('first').openSockets === 0, 'the upstream socket was closed');
  });

  test.each([
    ['backing off', '503', { backoffMs: 30_000, backoffCapMs: 30_000 }],
    ['waiting for the end of a rate limit', '429;message=slow;retry-after=2', {}],
  ] as const)('while gw is %s is not retried', async (_, fault, policy) => {
    const ground = await openGround({ policy });
    const call = ground.open(chatRequest(`m!${fault}`));
    await until(() => ground.attempts.length === 1, 'the first attempt failed');
    call.hangUp();
    await expectGone(ground, 1);
  });

  test('while gw connects ends the attempt', async () => {
    const tcp = createTcpServer((socket) => void socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await new Promise((resolve) => tcp.once('listening', resolve));
    const { port } = tcp.address() as AddressInfo;
    const ground = await openGround({
      providers: [{ name: 'hole', url: `https://127.0.0.1:${port}/v1` }, 'second'],
    });
    const call = ground.open(chatRequest('m'));
    await until(
      () => ground.started.length === 1 && (ground.started[0]?.attempts.length ?? 0) === 1,
      'gw connects',
    );
    call.hangUp();
    await until(() => ground.trails.length === 1, 'the exchange ended');
    tcp.close();
    expect(ground.trails[0]).toMatchObject({ outcome: 'gone', status: 499 });
    expect(ground.calls('second')).toBe(0);
  });

  test('while it sends its request reaches no provider', async () => {
    const ground = await openGround();
    const bytes = serialise(chatRequest('m', { padding: 'x'.repeat(100_000) }));
    const call = new RawCall(ground.port, bytes.subarray(0, 50_000));
    await until(() => ground.started.length === 1, 'the request began');
    call.hangUp();
    await expectGone(ground, 0);
  });

  test('during a failover ends it where it is', async () => {
    const ground = await openGround();
    ground.simulator('second').setFault('stall@accept');
    const call = ground.open(chatRequest('m!401'));
    await until(() => ground.calls('second') === 1, 'the second was asked');
    call.hangUp();
    await until(() => ground.trails.length === 1, 'the exchange ended');
    expect(ground.trails[0]).toMatchObject({
      outcome: 'gone',
      attempts: [{ fault: 'upstream_refused_key' }, { fault: 'client_gone' }],
    });
    await until(
      () => ground.simulator('second').calls[0]?.end === 'aborted-by-caller',
      'the upstream call was ended',
    );
  });

  test('right after the last byte was served', async () => {
    const ground = await openGround({ policy: NO_BREAKER });
    const call = ground.open(chatRequest('m!tokens=2', { stream: true }));
    await call.untilText('[DONE]');
    call.hangUp();
    await until(() => ground.trails.length === 1, 'the exchange ended');
    expect(ground.trails[0]?.outcome).toBe('served');
  });

  test('a hundred at once leave no socket behind', async () => {
    const ground = await openGround({ policy: NO_BREAKER });
    const calls = Array.from({ length: 100 }, (_, index) =>
      ground.open(
        chatRequest(['m!stall@accept', 'm!stall@event=1', 'm!stall@token=2'][index % 3] ?? 'm', {
          stream: true,
        }),
      ),
    );
    await until(() => ground.calls('first') === 100, 'all were asked');
    for (const call of calls) call.hangUp();
    await until(() => ground.trails.length === 100, 'all ended');
    await until(() => ground.simulator('first').openSockets === 0, 'all upstream sockets were closed');
    expect(new Set(ground.trails.map(({ outcome }) => outcome))).toEqual(new Set(['gone']));
  });
});

describe('a caller that reads slowly', () => {
  test.each(['text/event-stream', 'audio/mpeg'])(
    'slows the provider down, gets every byte in the end, and is not taken for a stall: %s [promise:backpressure]',
    async (type) => {
      const total = 64 * 1024 * 1024;
      const event = Buffer.from(chunk({ content: 'x'.repeat(64 * 1024) }));
      let sent = 0;
      const server = await rawServer((socket) => {
        socket.write(head(type, 'connection: close\r\n'));
        const more = (): void => {
          while (sent < total) {
            sent += event.length;
            if (!socket.write(event)) return;
          }
          socket.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
        };
        socket.on('drain', more);
        more();
      });
      const ground = await openGround({
        providers: [{ name: 'raw', url: server.url }],
        policy: { idleMs: 400 },
      });
      const path = type.startsWith('audio') ? '/v1/audio/speech' : '/v1/chat/completions';
      const call = ground.open({ path, body: '{"model":"m","stream":true,"input":"x"}' });
      await call.until((received) => received.length > 100_000);
      call.socket.pause();
      // The kernel's buffers between three processes' worth of sockets fill up, and then nothing moves any more.
      await untilStill(() => sent, 900, 'the provider had to wait');
      expect(sent).toBeLessThan(total / 2);
      expect(ground.trails).toEqual([]);
      let received = call.received.length;
      call.socket.removeAllListeners('data').on('data', (piece) => {
        received += piece.length;
      });
      call.socket.resume();
      await until(() => ground.trails.length === 1 && call.ended, 'the exchange ended', 15_000);
      expect(ground.trails[0]?.outcome).toBe('served');
      expect(received).toBeGreaterThan(total);
      expect(ground.trails[0]?.bytesOut).toBeGreaterThan(total);
    },
  );
});
