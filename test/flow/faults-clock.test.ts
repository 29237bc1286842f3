import { afterEach, describe, expect, test } from 'vitest';

import { chatRequest, closeGrounds, type Ground, movableClock, openGround, until } from './ground.ts';

afterEach(closeGrounds);

const HOUR = 3_600_000;
const ONCE = { retries: 0, retriesLast: 0 };
const JUMPS = [
  ['forth', 5 * HOUR],
  ['back', -5 * HOUR],
  ['a year forth', 365 * 24 * HOUR],
  ['a year back', -365 * 24 * HOUR],
] as const;

function breakerOf(ground: Ground, provider: string): unknown {
  return ground.proxy.health().find(({ target }) => target.provider === provider)?.breaker;
}

describe.each(JUMPS)('a wall clock that is set %s', (_, jump) => {
  test('keeps nobody out for longer than the breaker or cooldown was meant to last', async () => {
    const clock = movableClock();
    const ground = await openGround({
      clock,
      policy: ONCE,
      providers: ['first', 'second', { name: 'third', keys: ['sk-a'] }],
    });
    ground.simulator('first').setFault('503');
    ground.simulator('second').setFault('429;retry-after=40');
    for (let turn = 0; turn < 4; turn++) expect((await ground.chat()).headers['x-gw-provider']).toBe('third');
    expect([ground.calls('first'), ground.calls('second')]).toEqual([3, 1]);
    ground.simulator('first').setFault(undefined);
    ground.simulator('second').setFault(undefined);
    clock.move(jump);
    for (const { breaker, cooldown } of ground.proxy.health()) {
      if (breaker.is === 'open') expect(breaker.until - clock.now()).toBeLessThanOrEqual(30_000);
      if (cooldown?.until !== undefined) expect(cooldown.until - clock.now()).toBeLessThanOrEqual(40_000);
    }
    for (const state of ['half-open', 'closed']) {
      expect((await ground.chat()).headers['x-gw-provider']).toBe('first');
      expect(breakerOf(ground, 'first')).toMatchObject({ is: state });
    }
    ground.simulator('first').setFault('401');
    expect((await ground.chat()).headers['x-gw-provider']).toBe('second');
  });

  test('does not stop a breaker from opening afterwards, and from being over in time', async () => {
    const clock = movableClock();
    const ground = await openGround({ clock, policy: ONCE });
    await ground.chat();
    clock.move(jump);
    ground.simulator('first').setFault('503');
    for (let turn = 0; turn < 5; turn++) expect((await ground.chat()).status).toBe(200);
    expect(ground.calls('first')).toBe(4);
    expect(breakerOf(ground, 'first')).toMatchObject({ is: 'open' });
    ground.simulator('first').setFault(undefined);
    clock.move(5001);
    expect((await ground.chat()).headers['x-gw-provider']).toBe('first');
  });

  test('in the middle of an exchange ends it neither early nor late, and its times stay true', async () => {
    const clock = movableClock();
    const ground = await openGround({
      clock,
      policy: { idleMs: 5000, firstContentMs: 5000, totalMs: 20_000 },
    });
    const call = ground.open(chatRequest('m!tokens=6+slow-drip=20ms', { stream: true }));
    await call.untilText('"content":"');
    clock.move(jump);
    const answer = await call.answer();
    expect(answer).toMatchObject({ status: 200, whole: true });
    const trail = await ground.trailOf(answer);
    expect(trail).toMatchObject({ outcome: 'served', failover: false });
    expect(trail.totalMs).toBeGreaterThan(0);
    expect(trail.totalMs).toBeLessThan(20_000);
    const [attempt] = trail.attempts;
    const times = [
      attempt?.startMs,
      attempt?.sentMs,
      attempt?.headersMs,
      attempt?.firstContentMs,
      attempt?.endMs,
    ];
    expect(times).toEqual([...times].sort((a, b) => (a ?? 0) - (b ?? 0)));
  });

  test('while gw waits for the end of a rate limit does not change how long that is', async () => {
    const clock = movableClock();
    const ground = await openGround({ clock, providers: ['first'] });
    const call = ground.open(chatRequest('m!429;message=slow;retry-after-ms=60;once'));
    await until(() => ground.attempts.length === 1, 'the first attempt failed');
    clock.move(jump);
    const answer = await call.answer();
    expect(answer.headers).toMatchObject({ 'x-gw-provider': 'first', 'x-gw-attempts': '2' });
    const [, second] = (await ground.trailOf(answer)).attempts;
    expect(second?.waitedMs).toBeGreaterThanOrEqual(60);
    expect(second?.waitedMs).toBeLessThan(10_000);
  });
});
