import { afterEach, describe, expect, test } from 'vitest';

import { closeGrounds, NO_BREAKER, openGround, until } from './ground.ts';
import { get } from './raw-client.ts';
import { closeRawServers, head, rawServer } from './raw-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

const ASKED = { 'x-gw-timeout': '200ms' };
/** For what must have begun by then, also on a machine with other things to do. */
const ASKED_LATER = { 'x-gw-timeout': '800ms' };
/** Reached by nothing in these tests: what ends an exchange is the deadline, or what the test sets. */
const FAR = { firstContentMs: 15_000, answerMs: 15_000, answerLastMs: 15_000, idleMs: 15_000 };

describe('the deadline of an exchange', () => {
  test('is over once the answer has begun: a stream may take longer', async () => {
    const ground = await openGround({ policy: FAR });
    const answer = await ground.stream('m!tokens=50+slow-drip=20ms', {}, ASKED_LATER);
    expect(answer).toMatchObject({ status: 200, whole: true });
    const trail = await ground.trailOf(answer);
    expect(trail).toMatchObject({ outcome: 'served', failover: false });
    expect(trail.totalMs).toBeGreaterThan(800);
  });

  test('leaves a stream that stalls after content to the idle limit', async () => {
    const ground = await openGround({ policy: { ...FAR, idleMs: 1000 } });
    const answer = await ground.stream('m!tokens=8+stall@token=2', {}, ASKED_LATER);
    expect(answer.whole).toBe(false);
    expect(get(JSON.parse(answer.events.at(-1) ?? ''), 'error.code')).toBe('stream_broken');
    const { attempts } = await ground.trailOf(answer);
    expect(attempts[0]?.message).toBe('nothing came for 1.00s');
  });

  test.each(['stall@event=1', 'stall@headers'])('ends a stream without content: %s', async (fault) => {
    const ground = await openGround({ providers: ['first'], policy: FAR });
    const answer = await ground.stream(`m!${fault}`, {}, ASKED);
    expect([answer.status, get(answer.json, 'error.gw.fault')]).toEqual([504, 'upstream_timeout']);
  });

  test('ends a whole answer that stopped in the middle', async () => {
    const ground = await openGround({ providers: ['first'], policy: FAR });
    const answer = await ground.chat('m!stall@byte=10', {}, ASKED);
    expect([answer.status, get(answer.json, 'error.gw.fault')]).toEqual([504, 'upstream_timeout']);
    expect((await ground.trailOf(answer)).attempts[0]?.message).toMatch(/^no whole answer within/);
    await until(() => ground.simulator('first').calls[0]?.end !== 'open', 'the upstream call was ended');
  });

  test('ends a whole answer that trickles, however alive it seems', async () => {
    const server = await rawServer((socket) => {
      socket.write(head('application/json', 'content-length: 5000\r\n'));
      const timer = setInterval(() => socket.write(' '), 20);
      socket.on('close', () => clearInterval(timer));
    });
    const ground = await openGround({ providers: [{ name: 'raw', url: server.url }], policy: FAR });
    const answer = await ground.chat('m', {}, ASKED);
    expect([answer.status, get(answer.json, 'error.gw.fault')]).toEqual([504, 'upstream_timeout']);
    await until(() => server.sockets.size === 0, 'the connection was closed');
  });

  test('is shared by the whole chain', async () => {
    const ground = await openGround({
      providers: ['first', 'second', 'third'],
      policy: { ...FAR, answerMs: 120 },
    });
    for (const name of ['first', 'second', 'third']) ground.simulator(name).setFault('stall@accept');
    const answer = await ground.chat('m', {}, ASKED);
    expect(answer.status).toBe(504);
    const trail = await ground.trailOf(answer);
    expect(trail.totalMs).toBeGreaterThan(190);
    expect(trail.totalMs).toBeLessThan(10_000);
    expect(ground.calls('third')).toBe(0);
  });
});

describe('a failure whose words do not come', () => {
  test.each(['', '{"error":{"message":"over'])(
    'is known by its status, and the next target serves: %j',
    async (words) => {
      const server = await rawServer((socket) => {
        socket.write(
          `HTTP/1.1 503 No\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n${words}`,
        );
      });
      const ground = await openGround({
        providers: [{ name: 'raw', url: server.url }, 'second'],
        policy: { ...FAR, ...NO_BREAKER, retries: 0 },
      });
      const answer = await ground.chat();
      expect(answer.headers['x-gw-provider']).toBe('second');
      const [first] = (await ground.trailOf(answer)).attempts;
      expect(first).toMatchObject({ fault: 'upstream_overloaded', status: 503 });
      await until(() => server.sockets.size === 0, 'the connection was closed');
    },
  );
});
