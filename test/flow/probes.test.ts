import { afterEach, describe, expect, test } from 'vitest';

import type { FormatName } from '../../src/core/operation.ts';
import { HeldClock } from '../unit/daemon/held-clock.ts';
import { chatRequest, closeGrounds, openGround, until } from './ground.ts';
import { breakerOf, failing, lookAfter, looks, nothingAfter, ONCE } from './probe-ground.ts';

afterEach(closeGrounds);

describe('a target whose breaker opened', () => {
  test('is looked at when it may be back, and is in use again before a caller asks [promise:probe-closes]', async () => {
    const { ground, clock } = await failing('503');
    expect(await lookAfter(ground, clock, 5_000)).toMatch(
      /probe-failed.*"way":"one-token".*upstream_overloaded/,
    );
    expect(breakerOf(ground, 'first')).toBe('open');
    expect(ground.lookedAt).toEqual([]);
    await nothingAfter(ground, clock, 9_999);
    ground.simulator('first').setFault(undefined);
    expect(await lookAfter(ground, clock, 1)).toMatch('probe-succeeded');
    expect(breakerOf(ground, 'first')).toBe('half-open');
    // What a dashboard says of it is not that it was not asked since.
    expect(ground.lookedAt).toMatchObject([{ provider: 'first' }]);
    expect(await lookAfter(ground, clock, 1_000)).toMatch('probe-succeeded');
    expect(breakerOf(ground, 'first')).toBe('closed');
    expect(ground.logLines.filter((line) => /breaker-/.test(line)).join()).toMatch(
      /breaker-opened.*breaker-closed/,
    );
    const { attempts } = await ground.trailOf(await ground.chat());
    expect(attempts).toMatchObject([{ target: { provider: 'first' } }]);
    await nothingAfter(ground, clock, 3_600_000);
  });

  test('costs a minute’s outage six calls, and is back within half a minute of its recovery', async () => {
    const { ground, clock } = await failing('503');
    for (let second = 0; second < 60; second++) {
      const due = [5, 15, 35].includes(second + 1);
      if (due) await lookAfter(ground, clock, 1000);
      else clock.advance(1000);
      expect((await ground.chat()).headers['x-gw-provider']).toBe('second');
    }
    expect(ground.calls('first')).toBe(6);
    ground.simulator('first').setFault(undefined);
    await lookAfter(ground, clock, 5_000);
    expect((await ground.chat()).headers['x-gw-provider']).toBe('first');
  });

  test('gets one look or one caller’s request at a time, however many want it [promise:breaker-half-open]', async () => {
    const { ground, clock } = await failing('503');
    ground.simulator('first').setFault('stall@accept');
    clock.advance(5_000);
    await until(() => ground.calls('first') === 4, 'the look has begun');
    const answers = await Promise.all(Array.from({ length: 200 }, () => ground.chat()));
    expect(new Set(answers.map(({ headers }) => headers['x-gw-provider']))).toEqual(new Set(['second']));
    expect(ground.calls('first')).toBe(4);
    // From the beginning of the look, so that one at a silent host makes the next no later.
    expect(await lookAfter(ground, clock, 10_000)).toMatch(/probe-failed.*upstream_timeout/);
    expect(breakerOf(ground, 'first')).toBe('half-open');
  });

  test('lets a caller’s request be the trial where no look is wanted', async () => {
    const { ground, clock } = await failing('503', { policy: { probe: 'off' } });
    ground.simulator('first').setFault(undefined);
    await nothingAfter(ground, clock, 5_000);
    expect((await ground.chat()).headers['x-gw-provider']).toBe('first');
  });

  test('is looked at for free where that is wished, and then a caller’s request is the trial', async () => {
    const { ground, clock } = await failing('503', { policy: { probe: 'free' } });
    expect(await lookAfter(ground, clock, 5_000)).toMatch(/probe-failed.*"way":"models-list"/);
    ground.simulator('first').setFault(undefined);
    expect(await lookAfter(ground, clock, 10_000)).toMatch('probe-unclear');
    expect(
      ground
        .simulator('first')
        .calls.slice(3)
        .map(({ method }) => method),
    ).toEqual(['GET', 'GET']);
    await nothingAfter(ground, clock, 60_000);
    expect((await ground.chat()).headers['x-gw-provider']).toBe('first');
  });

  test('is not looked at when nobody has wanted it for a quarter of an hour', async () => {
    const { ground, clock } = await failing('503');
    for (let turn = 0; turn < 40 && clock.timers > 0; turn++) {
      const before = looks(ground).length;
      clock.advance(30_000);
      await until(() => looks(ground).length > before || clock.timers === 0, 'a look, or no more');
    }
    expect(looks(ground).length).toBeLessThan(35);
    expect(clock.timers).toBe(0);
    ground.simulator('first').setFault(undefined);
    expect((await ground.chat()).headers['x-gw-provider']).toBe('first');
  });

  test('is looked at with few tokens, in its own format, with its own key, and no caller’s', async () => {
    const formats: readonly FormatName[] = [
      'openai-chat',
      'openai-responses',
      'anthropic-messages',
      'gemini',
      'cohere-chat',
      'ollama-chat',
    ];
    for (const format of formats) {
      const { ground, clock } = await failing('503', { format });
      ground.simulator('first').setFault(undefined);
      expect(await lookAfter(ground, clock, 5_000)).toMatch('probe-succeeded');
      const call = ground.simulator('first').calls.at(-1);
      expect(call?.key).toBe('sk-first');
      expect(call?.body).toMatch(
        /"(max_completion_tokens|max_tokens|maxOutputTokens|num_predict)": ?1\b|"max_output_tokens": ?16\b/,
      );
      expect(call?.headers['user-agent']).toBe('gw/0.0.0-test');
      await ground.close();
    }
  });
});

test('all targets down, then one back: the next request is served', async () => {
  const clock = new HeldClock();
  const ground = await openGround({ clock, policy: ONCE });
  for (const name of ['first', 'second']) ground.simulator(name).setFault('503');
  for (let turn = 0; turn < 5; turn++) expect((await ground.chat()).status).toBe(503);
  for (const { breaker } of ground.proxy.health()) expect(breaker.is).toBe('open');
  ground.simulator('first').setFault(undefined);
  ground.simulator('second').setFault(undefined);
  expect((await ground.chat()).status).toBe(200);
});

test('a proxy that ends waits for no look, and leaves no timer behind', async () => {
  const { ground, clock } = await failing('503');
  ground.simulator('first').setFault('stall@accept');
  clock.advance(5_000);
  await until(() => ground.calls('first') === 4, 'the look has begun');
  await ground.proxy.close();
  expect(looks(ground)).toEqual([]);
});

test('two hundred callers at half-open are one trial request where no look is wanted [promise:breaker-half-open]', async () => {
  const { ground, clock } = await failing('503', { policy: { probe: 'off' } });
  ground.simulator('first').setFault('stall@accept');
  clock.advance(5_000);
  const calls = Array.from({ length: 200 }, () => ground.open(chatRequest('m')));
  const answers: (string | undefined)[] = [];
  for (const call of calls) void call.answer().then(({ headers }) => answers.push(headers['x-gw-provider']));
  await until(() => answers.length === 199, 'all but one were answered');
  expect(new Set(answers)).toEqual(new Set(['second']));
  expect(ground.calls('first')).toBe(4);
  clock.advance(120_000);
  await until(() => answers.length === 200, 'the trial failed over');
  expect([ground.calls('first'), answers.at(-1), breakerOf(ground, 'first')]).toEqual([4, 'second', 'open']);
});

test('a reload that forbids looks ends them, also at a target that failed under the profile before', async () => {
  const { ground, clock } = await failing('503');
  const { settings, profile, keys } = ground;
  ground.proxy.apply({
    settings,
    profile: { ...profile, policy: { ...profile.policy, probe: 'off' } },
    keys,
  });
  await nothingAfter(ground, clock, 60_000);
});
