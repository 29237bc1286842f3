import { afterEach, describe, expect, test } from 'vitest';

import { type BlackHole, digBlackHole } from './black-hole.ts';
import { forEach } from './for-each.ts';
import { chatRequest, closeGrounds, NO_BREAKER, openGround, until } from './ground.ts';
import { closeRawServers, rawServer, sendJson } from './raw-server.ts';

const holes: BlackHole[] = [];

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
  await Promise.all(holes.splice(0).map((hole) => hole.close()));
});

async function blackHole(): Promise<string> {
  const hole = await digBlackHole();
  holes.push(hole);
  return hole.url;
}

const WHOLE =
  '{"choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}';

describe('an address that answers no knock', () => {
  test.each([true, false])(
    'is given up at the connect limit, and the next target serves (streamed: %s) [promise:black-hole-next]',
    async (stream) => {
      const ground = await openGround({
        providers: [{ name: 'hole', url: await blackHole() }, 'second'],
        policy: { connectMs: 400 },
      });
      const answer = await ground.chat('m', { stream });
      expect(answer.headers['x-gw-provider']).toBe('second');
      const { attempts } = await ground.trailOf(answer);
      // At the connect limit and not at the one for an answer, which is a hundred times as far.
      expect(attempts[0]).toMatchObject({
        fault: 'upstream_unreachable',
        message: 'no connection within the connect limit',
        remedy: 'next',
      });
      expect(attempts[0]?.sentMs).toBeUndefined();
      expect(attempts).toHaveLength(2);
    },
  );

  test('is left alone after three callers waited for it', async () => {
    const ground = await openGround({
      providers: [{ name: 'hole', url: await blackHole() }, 'second'],
      policy: { connectMs: 300 },
    });
    for (let turn = 0; turn < 5; turn++) expect((await ground.chat()).status).toBe(200);
    expect(ground.trails.map(({ attempts }) => attempts.length)).toEqual([2, 2, 2, 1, 1]);
  });

  test('with nobody else is told as unreachable, and a caller that hangs up leaves nothing behind', async () => {
    const ground = await openGround({
      providers: [{ name: 'hole', url: await blackHole() }],
      policy: { ...NO_BREAKER, connectMs: 300, retriesLast: 0 },
    });
    expect((await ground.chat()).status).toBe(502);
    const call = ground.open(chatRequest('m'));
    await until(() => ground.started.length === 2, 'gw connects');
    call.hangUp();
    await until(() => ground.trails.length === 2, 'the exchange ended');
    expect(ground.trails[1]?.outcome).toBe('gone');
  });
});

describe('kept-alive connections that the provider closes between requests', () => {
  test.each(['idle-close=1ms', 'idle-close=1ms;by=reset', 'idle-close=3ms;by=reset'])(
    'cost none of 300 callers anything: %s [promise:dead-socket-retry]',
    async (fault) => {
      const ground = await openGround({ providers: ['first'] });
      ground.simulator('first').setFault(fault);
      await forEach(Array.from({ length: 300 }).map(String), 6, async () => {
        expect((await ground.chat()).status).toBe(200);
      });
      expect(new Set(ground.trails.map(({ outcome }) => outcome))).toEqual(new Set(['served']));
    },
  );

  // A firewall or NAT in between forgets a connection without a word; the next packet on it meets a reset.
  test.each([1, 40])(
    'and forgotten all at once cost no caller anything: %i kept [promise:dead-socket-retry]',
    async (kept) => {
      let forgotten = new Set<unknown>();
      let waiting: (() => void)[] = [];
      const server = await rawServer((socket) => {
        if (forgotten.has(socket)) {
          socket.resetAndDestroy();
          return;
        }
        waiting.push(() => sendJson(socket, WHOLE));
        // All at once, so that each takes a connection of its own.
        if (waiting.length < kept) return;
        for (const answer of waiting) answer();
        waiting = [];
      });
      const ground = await openGround({ providers: [{ name: 'raw', url: server.url }] });
      for (let round = 0; round < 5; round++) {
        const answers = await Promise.all(Array.from({ length: kept }, () => ground.chat()));
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
        forgotten = new Set(server.sockets);
        expect(forgotten.size).toBeGreaterThanOrEqual(kept);
      }
      expect(Math.max(...ground.trails.map(({ attempts }) => attempts.length))).toBe(2);
      const waits = ground.trails.flatMap(({ attempts }) => attempts.map(({ waitedMs }) => waitedMs));
      expect(new Set(waits)).toEqual(new Set([0]));
      expect(ground.proxy.health()[0]?.breaker.is).toBe('closed');
    },
  );

  test('and forgotten cost a single caller one more call, however many there are', async () => {
    let forgotten = new Set<unknown>();
    let waiting: (() => void)[] = [];
    let together = 20;
    const server = await rawServer((socket) => {
      if (forgotten.has(socket)) {
        socket.resetAndDestroy();
        return;
      }
      waiting.push(() => sendJson(socket, WHOLE));
      if (waiting.length < together) return;
      for (const answer of waiting) answer();
      waiting = [];
    });
    const ground = await openGround({ providers: [{ name: 'raw', url: server.url }] });
    await Promise.all(Array.from({ length: together }, () => ground.chat()));
    forgotten = new Set(server.sockets);
    together = 1;
    const answer = await ground.chat();
    expect([answer.status, answer.headers['x-gw-attempts']]).toEqual([200, '2']);
  });
});
