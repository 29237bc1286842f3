import type { Socket } from 'node:net';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { closeGrounds, type Ground, until } from './ground.ts';
import { breakers, closeServers, events, FakeNetwork, openFar, serveAt, SleepyClock } from './network.ts';

let network: FakeNetwork;
let clock: SleepyClock;

beforeEach(() => {
  network = new FakeNetwork();
  clock = new SleepyClock();
});

afterEach(async () => {
  await closeGrounds();
  await closeServers();
});

/** A proxy over one far provider, and the provider. */
async function open(keepsConnections = false): Promise<[Ground, Awaited<ReturnType<typeof serveAt>>]> {
  const host = await serveAt('alpha.test', keepsConnections);
  return [await openFar([host], [], { clock, network }), host];
}

describe('a computer that slept', () => {
  test.each([10_000, 600_000, 8 * 3_600_000])(
    'for %d ms sends its first request over a new connection [promise:sleep]',
    async (ms) => {
      const [ground, host] = await open(true);
      for (let turn = 0; turn < 3; turn++) await ground.chat();
      expect(host.connections).toBe(1);
      clock.sleep(ms);
      const answer = await ground.chat();
      expect([answer.status, host.connections, host.asked]).toEqual([200, 2, 4]);
      expect(events(ground, /^process-/)).toEqual(['process-resumed']);
      expect(breakers(ground)).toEqual(['closed']);
    },
  );

  test('while requests ran holds their failures against nobody [promise:sleep]', async () => {
    const [ground, host] = await open();
    const { answer } = host;
    const running: Socket[] = [];
    host.answer = ({ socket }) => void running.push(socket);
    const calls = Promise.all(Array.from({ length: 5 }, () => ground.chat()));
    await until(() => running.length === 5, 'all arrived');
    clock.sleep(600_000);
    host.answer = answer;
    for (const socket of running) socket.destroy();
    expect((await calls).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(breakers(ground)).toEqual(['closed']);
  });

  test('waits a moment for its network instead of refusing the first request [promise:sleep]', async () => {
    const [ground] = await open();
    await ground.chat();
    clock.sleep(600_000);
    network.up = false;
    const call = ground.chat();
    let done = false;
    void call.finally(() => (done = true));
    await until(() => ground.proxy.offline() !== undefined, 'it is offline');
    network.up = true;
    await until(() => {
      clock.advance(100);
      return done;
    }, 'the network was seen');
    expect((await call).headers['x-gw-provider']).toBe('alpha');
  });
});
