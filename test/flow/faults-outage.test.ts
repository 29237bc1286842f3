import { afterEach, describe, expect, test } from 'vitest';

import { systemClock } from '../../src/lib/clock.ts';
import { chatRequest, closeGrounds, movableClock, openGround, until } from './ground.ts';

afterEach(closeGrounds);

describe('an outage of a minute under steady traffic', () => {
  test('is served throughout, at few attempts on the dead target, and it is back in use within half a minute [promise:breaker-opens]', async () => {
    const clock = movableClock();
    const ground = await openGround({ clock });
    ground.simulator('first').setFault('503');
    for (let second = 0; second < 60; second++) {
      expect((await ground.chat()).status).toBe(200);
      clock.move(1000);
    }
    // Three attempts open it; then one probe after 5, 10 and 20 s.
    expect(ground.calls('first')).toBe(6);
    ground.simulator('first').setFault(undefined);
    let seconds = 0;
    for (; (await ground.chat()).headers['x-gw-provider'] === 'second'; seconds++) clock.move(1000);
    expect(seconds).toBeLessThanOrEqual(30);
  });

  test('costs a storm of callers no more calls than the breaker allows', async () => {
    const ground = await openGround({ policy: { retries: 0 } });
    ground.simulator('first').setFault('503');
    for (let wave = 0; wave < 5; wave++) {
      const answers = await Promise.all(Array.from({ length: 40 }, () => ground.stream()));
      expect(
        answers.every(({ status, headers }) => status === 200 && headers['x-gw-provider'] === 'second'),
      ).toBe(true);
    }
    // Those of the first wave had all begun before the fifth failure.
    expect(ground.calls('first')).toBeLessThanOrEqual(40);
  });
});

describe('gw’s own trouble', () => {
  test('of standing still is not taken for the provider’s silence', async () => {
    const ground = await openGround({ policy: { answerMs: 400, answerLastMs: 400 } });
    const call = ground.open(chatRequest('m!slow-headers=60ms'));
    await until(() => ground.calls('first') === 1, 'the provider was asked');
    const over = performance.now() + 1000;
    while (performance.now() < over);
    const answer = await call.answer();
    expect(answer.headers['x-gw-provider']).toBe('first');
    expect(answer.headers['x-gw-attempts']).toBe('1');
  });

  test('of a clock that is set back keeps nobody out for long', async () => {
    let offset = 0;
    const ground = await openGround({
      policy: { retries: 0 },
      clock: { ...systemClock, now: () => Date.now() + offset },
    });
    ground.simulator('first').setFault('503');
    for (let turn = 0; turn < 5; turn++) await ground.chat();
    ground.simulator('first').setFault(undefined);
    expect((await ground.chat()).headers['x-gw-provider']).toBe('second');
    offset = -3_600_000;
    expect((await ground.chat()).headers['x-gw-provider']).toBe('first');
  });
});

describe('a drill', () => {
  test('meets its faults instead of the targets, and leaves nobody’s health changed', async () => {
    const ground = await openGround({ providers: ['first', 'second', 'fake'], policy: { retries: 0 } });
    const drill = ground.proxy.armDrill({
      faults: { 1: '503' },
      dry: false,
      simulatorOrigin: new URL(ground.profile.providers[2]?.url ?? '').origin,
    });
    for (let turn = 0; turn < 6; turn++) {
      const answer = await ground.chat('m', {}, { 'x-gw-drill': drill, 'x-gw-targets': 'first/m,second/m' });
      expect(answer.headers['x-gw-provider']).toBe('second');
      expect(await ground.trailOf(answer)).toMatchObject({ rehearsal: true, failover: true });
    }
    expect([ground.calls('first'), ground.calls('second'), ground.calls('fake')]).toEqual([0, 6, 6]);
    expect(ground.proxy.health().every(({ breaker }) => breaker.is === 'closed')).toBe(true);
    expect(JSON.stringify(ground.simulator('fake').calls)).not.toMatch(/sk-first|sk-second/);
  });

  test('that is dry reaches no provider at all', async () => {
    const ground = await openGround({ providers: ['first', 'second', 'fake'] });
    const drill = ground.proxy.armDrill({
      faults: { 1: '401' },
      dry: true,
      simulatorOrigin: new URL(ground.profile.providers[2]?.url ?? '').origin,
    });
    const answer = await ground.stream('m', {}, { 'x-gw-drill': drill, 'x-gw-targets': 'first/m,second/m' });
    expect(answer.headers['x-gw-provider']).toBe('second');
    expect([ground.calls('first'), ground.calls('second'), ground.calls('fake')]).toEqual([0, 0, 2]);
  });
});
