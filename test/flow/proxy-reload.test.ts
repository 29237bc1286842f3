import { afterEach, describe, expect, test } from 'vitest';

import type { Profile } from '../../src/core/profile.ts';
import { createSimulator } from '../../src/simulator/index.ts';
import {
  chatRequest,
  closeGrounds,
  type Ground,
  openGround,
  providerOf,
  routeOver,
  until,
} from './ground.ts';
import { get } from './raw-client.ts';

afterEach(closeGrounds);

function apply(ground: Ground, profile: Partial<Profile>): void {
  ground.proxy.apply({
    settings: ground.settings,
    keys: ground.keys,
    profile: { ...ground.profile, ...profile },
  });
}

// [promise:reload-keeps]
describe('a reload', () => {
  test('again and again under load fails no request', async () => {
    const ground = await openGround();
    const [first, second] = ground.profile.providers;
    if (!first || !second) return expect.unreachable();
    const profiles: Partial<Profile>[] = [
      {},
      { providers: [second], routes: [routeOver(['second'])] },
      { providers: [{ ...first, headers: { 'x-new': '1' } }, second] },
      { providers: [second, first], routes: [routeOver(['second', 'first'])] },
    ];
    const left = Array.from({ length: 300 }, (_, index) => index);
    const worker = async (stream: boolean): Promise<void> => {
      while (left.pop() !== undefined) {
        const answer = await ground.chat('m!tokens=3', { stream });
        expect([answer.status, answer.whole]).toEqual([200, true]);
      }
    };
    const workers = Promise.all([false, true, false, true].map(worker));
    for (let turn = 0; left.length > 0; turn++) {
      apply(ground, profiles[turn % profiles.length] ?? {});
      await new Promise((resolve) => setImmediate(resolve));
    }
    await workers;
    expect(new Set(ground.trails.map(({ outcome }) => outcome))).toEqual(new Set(['served']));
    expect(ground.calls('first')).toBeGreaterThan(0);
    expect(ground.calls('second')).toBeGreaterThan(0);
  });

  test('lets a running stream finish on the profile it began with, and sends the next request elsewhere', async () => {
    const ground = await openGround();
    const call = ground.open(chatRequest('m!tokens=40+slow-drip=5ms', { stream: true }));
    await call.untilText('"content":"');
    apply(ground, { providers: ground.profile.providers.slice(1), routes: [routeOver(['second'])] });
    expect((await ground.chat()).headers['x-gw-provider']).toBe('second');
    const answer = await call.answer();
    expect([answer.whole, answer.events.at(-1)]).toEqual([true, '[DONE]']);
    await until(() => ground.simulator('first').openSockets === 0, 'connections nobody needs are closed');
  });

  test('leaves a running request all the targets it began with', async () => {
    const other = createSimulator({ name: 'other' });
    const { url } = await other.listen();
    const ground = await openGround();
    const [first] = ground.profile.providers;
    if (!first) return expect.unreachable();
    const call = ground.open(chatRequest('m!slow-headers=100ms+503;retry-after=60'));
    await until(() => ground.calls('first') === 1, 'the first was asked');
    apply(ground, { providers: [first, providerOf({ name: 'second' }, url)] });
    apply(ground, { providers: [first], routes: [routeOver(['first'])] });
    const answer = await call.answer();
    expect([answer.status, answer.headers['x-gw-provider'], other.received]).toEqual([200, 'second', 0]);
    await until(() => ground.simulator('second').openSockets === 0, 'connections nobody needs are closed');
    await other.close();
  });

  test('gives refused keys another chance, and remembers the rest', async () => {
    const ground = await openGround({ policy: { retries: 0 } });
    ground.simulator('first').setFault('401;once');
    await ground.chat();
    expect((await ground.chat()).headers['x-gw-provider']).toBe('second');
    apply(ground, {});
    expect((await ground.chat()).headers['x-gw-provider']).toBe('first');
    ground.simulator('first').setFault('503');
    for (let turn = 0; turn < 5; turn++) await ground.chat();
    apply(ground, {});
    const calls = ground.calls('first');
    expect((await ground.chat()).headers['x-gw-provider']).toBe('second');
    expect(ground.calls('first')).toBe(calls);
  });
});

// [promise:drain]
describe('a drain', () => {
  test('lets streams finish and takes no new connection', async () => {
    const ground = await openGround();
    const call = ground.open(chatRequest('m!tokens=40+slow-drip=5ms', { stream: true }));
    await call.untilText('"content":"');
    const drained = ground.proxy.drain(10_000);
    const refused = await ground.chat();
    expect(refused.status).toBe(0);
    const answer = await call.answer();
    expect([answer.whole, answer.events.at(-1)]).toEqual([true, '[DONE]']);
    await drained;
  });

  test('tells what cannot finish in time: an error event in a stream, a 503 before', async () => {
    const ground = await openGround();
    const stream = ground.open(chatRequest('m!stall@token=2', { stream: true }));
    await stream.untilText('"content":"');
    const waiting = ground.open(chatRequest('m!stall@accept'));
    await until(() => ground.calls('first') === 2, 'both were asked');
    await ground.proxy.drain(20);
    const cut = await stream.answer();
    expect(cut.whole).toBe(false);
    expect(get(JSON.parse(cut.events.at(-1) ?? ''), 'error.message')).toContain('gw is stopping');
    const told = await waiting.answer();
    expect(told.status).toBe(503);
    expect(get(told.json, 'error.message')).toContain('gw is stopping');
    expect(ground.calls('second')).toBe(0);
    expect(ground.trails.map(({ outcome }) => outcome).sort()).toEqual(['cut', 'failed']);
  });
});
