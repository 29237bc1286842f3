import { afterEach, describe, expect, test } from 'vitest';

import type { FormatName } from '../../src/core/operation.ts';
import type { Policy } from '../../src/core/policy.ts';
import { HeldClock } from '../unit/daemon/held-clock.ts';
import { chatRequest, closeGrounds, type Ground, openGround, until } from './ground.ts';
import { closeRawServers, rawServer } from './raw-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

const ONCE: Partial<Policy> = { retries: 0, retriesLast: 0 };
const LOOKS = /"event":"probe-/;

/** Looks that were finished and told. */
function looks(ground: Ground): string[] {
  return ground.logLines.filter((line) => LOOKS.test(line));
}

function breakerOf(ground: Ground, provider: string): string | undefined {
  return ground.proxy.health().find(({ target }) => target.provider === provider)?.breaker.is;
}

/** Moves the clock on, and waits for a look that begins by it. */
async function lookAfter(ground: Ground, clock: HeldClock, ms: number): Promise<string> {
  const before = looks(ground).length;
  clock.advance(ms);
  await until(() => looks(ground).length > before, 'a look was told');
  return looks(ground).at(-1) ?? '';
}

/** Moves the clock on, and gives a look that begins by it the time to be seen. */
async function nothingAfter(ground: Ground, clock: HeldClock, ms: number): Promise<void> {
  const before = [looks(ground).length, ...ground.profile.providers.map(({ name }) => ground.calls(name))];
  clock.advance(ms);
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect([looks(ground).length, ...ground.profile.providers.map(({ name }) => ground.calls(name))]).toEqual(
    before,
  );
}

async function failing(
  fault: string | undefined,
  options: {
    readonly policy?: Partial<Policy>;
    readonly format?: FormatName;
    readonly simulator?: { readonly keys?: readonly string[] };
  } = {},
): Promise<{ ground: Ground; clock: HeldClock }> {
  const clock = new HeldClock();
  const { policy, format, simulator } = options;
  const ground = await openGround({
    clock,
    providers: [{ name: 'first', ...(format && { format }), ...(simulator && { simulator }) }, 'second'],
    policy: { ...ONCE, ...policy },
  });
  ground.simulator('first').setFault(fault);
  for (let turn = 0; turn < 3; turn++) expect((await ground.chat()).headers['x-gw-provider']).toBe('second');
  return { ground, clock };
}

describe('a target whose breaker opened', () => {
  test('is looked at when it may be back, and is in use again before a caller asks [promise:probe-closes]', async () => {
    const { ground, clock } = await failing('503');
    expect(await lookAfter(ground, clock, 5_000)).toMatch(
      /probe-failed.*"way":"one-token".*upstream_overloaded/,
    );
    expect(breakerOf(ground, 'first')).toBe('open');
    await nothingAfter(ground, clock, 9_999);
    ground.simulator('first').setFault(undefined);
    expect(await lookAfter(ground, clock, 1)).toMatch('probe-succeeded');
    expect(breakerOf(ground, 'first')).toBe('half-open');
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

describe('what a look finds', () => {
  test('of a host that is there again is enough where it was gone, and free', async () => {
    const clock = new HeldClock();
    const gone = await rawServer(() => undefined);
    const url = `http://127.0.0.1:${gone.port}/v1`;
    await closeRawServers();
    const ground = await openGround({ clock, providers: [{ name: 'first', url }, 'second'], policy: ONCE });
    for (let turn = 0; turn < 3; turn++) await ground.chat();
    expect(await lookAfter(ground, clock, 5_000)).toMatch(
      /probe-failed.*"way":"models-list".*upstream_unreachable/,
    );
  });

  test('of a 400 leaves the trial to the next caller, and is not asked again and again', async () => {
    const { ground, clock } = await failing('503');
    ground.simulator('first').setFault('400');
    expect(await lookAfter(ground, clock, 5_000)).toMatch('upstream_rejected');
    await nothingAfter(ground, clock, 60_000);
    ground.simulator('first').setFault(undefined);
    expect((await ground.chat()).headers['x-gw-provider']).toBe('first');
  });

  test('of a rate limit is obeyed like one that a caller met', async () => {
    const { ground, clock } = await failing('503');
    ground.simulator('first').setFault('429;retry-after=50');
    expect(await lookAfter(ground, clock, 5_000)).toMatch('upstream_rate_limited');
    await nothingAfter(ground, clock, 49_000);
    ground.simulator('first').setFault(undefined);
    expect(await lookAfter(ground, clock, 1_000)).toMatch('probe-succeeded');
  });

  test('counts in no statistic, and belongs to no exchange', async () => {
    const { ground, clock } = await failing('503');
    const [trails, attempts] = [ground.trails.length, ground.attempts.length];
    await lookAfter(ground, clock, 5_000);
    expect([ground.trails.length, ground.attempts.length]).toEqual([trails, attempts]);
  });

  test('shows no key in the log', async () => {
    const { ground, clock } = await failing('503');
    await lookAfter(ground, clock, 5_000);
    expect(looks(ground).join()).not.toContain('Bearer');
  });
});

describe('a key that was refused', () => {
  test('is looked at every ten minutes for free, and is in use again without a command', async () => {
    const keys: string[] = ['sk-other'];
    const { ground, clock } = await failing(undefined, { simulator: { keys } });
    expect(ground.calls('first')).toBe(1);
    expect(await lookAfter(ground, clock, 600_000)).toMatch(
      /probe-failed.*models-list.*upstream_refused_key/,
    );
    expect(ground.calls('first')).toBe(2);
    keys.push('sk-first');
    await ground.chat();
    expect(await lookAfter(ground, clock, 600_000)).toMatch('probe-succeeded');
    expect((await ground.chat()).headers['x-gw-provider']).toBe('first');
  });

  test('is not taken for good by a list of models that everybody may read', async () => {
    const { ground, clock } = await failing('401', { policy: { probe: 'free' } });
    ground.simulator('first').setFault(undefined);
    expect(await lookAfter(ground, clock, 600_000)).toMatch('probe-unclear');
    expect((await ground.chat()).headers['x-gw-provider']).toBe('first');
  });
});

describe('an account without credit', () => {
  test('is looked at every five minutes, and noticed when it was filled up', async () => {
    const { ground, clock } = await failing('402');
    expect(await lookAfter(ground, clock, 300_000)).toMatch(/probe-failed.*upstream_out_of_credit/);
    ground.simulator('first').setFault(undefined);
    await ground.chat();
    expect(await lookAfter(ground, clock, 300_000)).toMatch('probe-succeeded');
    expect((await ground.chat()).headers['x-gw-provider']).toBe('first');
  });

  test('is not asked for nothing where only free looks are wished', async () => {
    const { ground, clock } = await failing('402', { policy: { probe: 'free' } });
    await nothingAfter(ground, clock, 300_000);
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
