import { afterEach, describe, expect, test } from 'vitest';

import { chatRequest, closeGrounds, type Ground, movableClock, openGround, until } from './ground.ts';
import { closeRawServers } from './raw-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

const ONCE = { retries: 0, retriesLast: 0 };

function breakerOf(ground: Ground, provider: string): string | undefined {
  return ground.proxy.health().find(({ target }) => target.provider === provider)?.breaker.is;
}

describe('a target that keeps failing', () => {
  test.each(['503', 'reset@accept', 'stall@accept', 'html-200'])(
    'with %s is left alone after three failures, and everyone is served [promise:breaker-opens]',
    async (fault) => {
      const ground = await openGround({ policy: { ...ONCE, answerMs: 40 } });
      ground.simulator('first').setFault(fault);
      for (let turn = 0; turn < 12; turn++)
        expect((await ground.chat()).headers['x-gw-provider']).toBe('second');
      expect(breakerOf(ground, 'first')).toBe('open');
      // A connection that breaks is tried once more on a new one.
      expect(ground.calls('first')).toBeLessThanOrEqual(6);
      const last = ground.trails.at(-1);
      expect(last?.plan[0]?.skipped).toMatch(/^left alone for another/);
      expect(last).toMatchObject({ failover: true, attempts: [{ target: { provider: 'second' } }] });
    },
  );

  test('with half of its answers is left alone too', async () => {
    const ground = await openGround({ policy: ONCE });
    ground.simulator('first').setFault('503;rate=60%');
    for (let turn = 0; turn < 60 && breakerOf(ground, 'first') !== 'open'; turn++) await ground.chat();
    expect(breakerOf(ground, 'first')).toBe('open');
  });

  test('gets one probe at a time when it may be back, and is used again after two [promise:breaker-half-open]', async () => {
    const clock = movableClock();
    const ground = await openGround({ clock, policy: ONCE });
    const first = ground.simulator('first');
    first.setFault('503');
    for (let turn = 0; turn < 3; turn++) await ground.chat();
    expect(breakerOf(ground, 'first')).toBe('open');
    first.setFault('stall@accept');
    clock.move(5001);
    const calls = Array.from({ length: 50 }, () => ground.open(chatRequest('m')));
    await until(() => ground.trails.length === 3 + 49, 'all but the probe were served by the other target');
    expect([ground.calls('first'), breakerOf(ground, 'first')]).toEqual([4, 'half-open']);
    // A probe whose caller hangs up shows nothing, and makes room for the next.
    for (const call of calls) call.hangUp();
    await until(() => ground.trails.length === 3 + 50, 'the probe ended');
    first.setFault(undefined);
    for (const state of ['half-open', 'closed']) {
      expect((await ground.chat()).headers['x-gw-provider']).toBe('first');
      expect(breakerOf(ground, 'first')).toBe(state);
    }
    expect(new Set(ground.trails.map(({ outcome }) => outcome))).toEqual(new Set(['served', 'gone']));
  });

  test('is left alone for twice as long after a failed probe', async () => {
    const clock = movableClock();
    const ground = await openGround({ clock, policy: ONCE });
    ground.simulator('first').setFault('503');
    for (let turn = 0; turn < 3; turn++) await ground.chat();
    clock.move(5001);
    await ground.chat();
    expect(ground.calls('first')).toBe(4);
    clock.move(5001);
    await ground.chat();
    expect(ground.calls('first')).toBe(4);
    clock.move(5000);
    await ground.chat();
    expect(ground.calls('first')).toBe(5);
  });

  test('is tried all the same when every other is left alone too, and serves as soon as it is back [promise:breaker-never-refuses] [promise:all-down-recovers]', async () => {
    const clock = movableClock();
    const ground = await openGround({ clock, policy: ONCE });
    for (const name of ['first', 'second']) ground.simulator(name).setFault('503');
    for (let turn = 0; turn < 8; turn++) expect((await ground.chat()).status).toBe(503);
    expect([breakerOf(ground, 'first'), breakerOf(ground, 'second')]).toEqual(['open', 'open']);
    const calls = ground.calls('first') + ground.calls('second');
    expect((await ground.chat()).status).toBe(503);
    expect(ground.calls('first') + ground.calls('second')).toBe(calls + 1);
    ground.simulator('first').setFault(undefined);
    ground.simulator('second').setFault(undefined);
    expect((await ground.chat()).status).toBe(200);
  });
});

describe('what says nothing about a target', () => {
  test.each(['400', '422', '404', '401', '402', '429;message=slow', '400;code=context_length_exceeded'])(
    '%s never opens its breaker [promise:breaker-neutral]',
    async (fault) => {
      const ground = await openGround();
      for (let turn = 0; turn < 12; turn++) await ground.chat(`m-${turn}!${fault}`);
      for (const { breaker } of ground.proxy.health()) expect(breaker.is).toBe('closed');
    },
  );

  test('a caller that hangs up, before and after content [promise:breaker-neutral]', async () => {
    const ground = await openGround();
    for (const fault of ['stall@headers', 'stall@event=1', 'stall@token=2']) {
      for (let turn = 0; turn < 6; turn++) {
        const seen = ground.calls('first');
        const call = ground.open({
          path: '/v1/chat/completions',
          body: JSON.stringify({
            model: `m!${fault}`,
            stream: true,
            messages: [{ role: 'user', content: 'x' }],
          }),
        });
        await until(() => ground.calls('first') > seen, 'the provider was asked');
        call.hangUp();
      }
    }
    await until(() => ground.trails.length === 18, 'all of them were noticed');
    expect(new Set(ground.trails.map(({ outcome }) => outcome))).toEqual(new Set(['gone']));
    for (const { breaker } of ground.proxy.health()) expect(breaker.is).toBe('closed');
  });

  test('auxiliary operations, whatever they meet', async () => {
    const ground = await openGround({ policy: ONCE });
    ground.simulator('first').setFault('503');
    for (let turn = 0; turn < 8; turn++)
      await ground.ask({ path: '/v1/moderations', body: '{"model":"m","input":"x"}' });
    expect(breakerOf(ground, 'first')).toBe('closed');
  });
});

describe('retries', () => {
  test('of the caller’s own leave gw none on the same target, and it is told not to try again [promise:retries-respected]', async () => {
    const ground = await openGround({ providers: ['first'] });
    ground.simulator('first').setFault('503');
    const answer = await ground.chat('m', {}, { 'x-stainless-retry-count': '1' });
    expect([answer.status, ground.calls('first')]).toEqual([503, 1]);
    expect(answer.headers['x-should-retry']).toBe('false');
    expect((await ground.trailOf(answer)).client.retries).toBe(1);
    const fresh = await ground.chat('m', {}, { 'x-stainless-retry-count': '0' });
    expect([fresh.headers['x-gw-attempts'], fresh.headers['x-should-retry']]).toEqual(['3', 'false']);
  });

  test('in a storm stay within the budget, and at three calls of one target per request [promise:overload-bounded]', async () => {
    const ground = await openGround({
      providers: ['first'],
      policy: { breakerFailures: 1e9, breakerMinimum: 1e9 },
    });
    ground.simulator('first').setFault('503');
    const clients = 100;
    for (let turn = 0; turn < clients; turn++) await ground.chat();
    const most = Math.max(...ground.trails.map(({ attempts }) => attempts.length));
    expect(most).toBeLessThanOrEqual(3);
    const seconds = ((ground.trails.at(-1)?.at ?? 0) - (ground.trails[0]?.at ?? 0)) / 1000;
    // A fifth on top, and the floor: three at once and one a second.
    expect(ground.calls('first')).toBeLessThanOrEqual(clients * 1.2 + 3 + Math.ceil(seconds) + 1);
  });
});

describe('a caller that waits less long than gw would', () => {
  const waits = { firstContentMs: 15_000, answerMs: 15_000, answerLastMs: 15_000 };

  test.each([
    ['x-gw-timeout', '150ms', true],
    ['x-gw-timeout', '150ms', false],
    ['x-stainless-timeout', '0.25', true],
  ] as const)(
    'takes a healthy target away from nobody: %s %s, streamed %s [promise:impatience-is-nobodys-fault]',
    async (header, limit, streamed) => {
      const ground = await openGround({ policy: { ...ONCE, ...waits } });
      ground.simulator('first').setFault('stall@headers');
      ground.simulator('second').setFault('stall@headers');
      for (let turn = 0; turn < 5; turn++) {
        const headers = { [header]: limit };
        const answer = await (streamed ? ground.stream('m', {}, headers) : ground.chat('m', {}, headers));
        expect(answer.status).toBe(504);
        const { attempts } = await ground.trailOf(answer);
        expect(attempts.at(-1)).toMatchObject({ fault: 'upstream_timeout', impatient: true });
        expect(attempts.at(-1)?.message).toContain(`the caller waits no longer (${header})`);
      }
      ground.simulator('first').setFault(undefined);
      ground.simulator('second').setFault(undefined);
      expect([breakerOf(ground, 'first'), breakerOf(ground, 'second')]).toEqual(['closed', 'closed']);
      const patient = await ground.chat();
      expect([patient.status, patient.headers['x-gw-provider']]).toEqual([200, 'first']);
    },
  );

  test('does not excuse a target that ran into a limit of gw itself', async () => {
    const ground = await openGround({ policy: { ...ONCE, answerMs: 40 } });
    ground.simulator('first').setFault('stall@headers');
    for (let turn = 0; turn < 3; turn++) {
      const answer = await ground.chat('m', {}, { 'x-gw-timeout': '5s' });
      expect(answer.headers['x-gw-provider']).toBe('second');
      expect((await ground.trailOf(answer)).attempts[0]?.impatient).toBeUndefined();
    }
    expect(breakerOf(ground, 'first')).toBe('open');
  });
});
