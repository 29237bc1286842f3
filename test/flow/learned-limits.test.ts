import { afterEach, describe, expect, test } from 'vitest';

import type { Remembered } from '../../src/core/ports.ts';
import { closeGrounds, type Ground, NO_BREAKER, openGround, routeOver } from './ground.ts';
import { get } from './raw-client.ts';
import { closeRawServers } from './raw-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

/** Longer than half as long again as any answer of the simulator takes, or that would be the limit. */
const LEAST_MS = 2000;

async function warmUp(ground: Ground, streams = 50): Promise<void> {
  for (let i = 0; i < streams; i++) await ground.stream('m');
}

// [promise:limit-learned]
describe('a limit that was learned', () => {
  test('gives up a model that always was quick long before the default would', async () => {
    const ground = await openGround({ policy: { ...NO_BREAKER, learnedLeastMs: LEAST_MS } });
    await warmUp(ground);
    ground.simulator('first').setFault('stall@event=1');
    const answer = await ground.stream('m');
    expect(answer.headers['x-gw-provider']).toBe('second');
    const trail = await ground.trailOf(answer);
    expect(trail.attempts[0]).toMatchObject({
      fault: 'upstream_timeout',
      limitMs: LEAST_MS,
      limitFrom: 'learned',
      limitSamples: 50,
    });
    expect(trail.totalMs).toBeLessThan(10_000);
  });

  test('is not there before the fiftieth answer, nor for whole answers, nor from a rehearsal of faults', async () => {
    const ground = await openGround({ policy: { learnedLeastMs: LEAST_MS } });
    await warmUp(ground, 49);
    const trail = await ground.trailOf(await ground.stream('m'));
    expect(trail.attempts[0]).toMatchObject({ limitMs: 10_000, limitFrom: 'policy' });
    const whole = await ground.trailOf(await ground.chat('m'));
    expect(whole.attempts[0]).toMatchObject({ limitMs: 120_000, limitFrom: 'policy' });
  });

  test('survives a reload, and is shown with the health of the target', async () => {
    const ground = await openGround({ policy: { learnedLeastMs: LEAST_MS } });
    await warmUp(ground);
    ground.proxy.apply(ground);
    const trail = await ground.trailOf(await ground.stream('m'));
    expect(trail.attempts[0]).toMatchObject({ limitFrom: 'learned', limitSamples: 50 });
    const seen = ground.proxy.health().find(({ target }) => target.provider === 'first');
    expect(seen?.firstContent).toEqual([
      { reasoning: 'none', belowBytes: 8192, samples: 51, p99Ms: expect.any(Number), limitMs: LEAST_MS },
    ]);
  });
});

// [promise:limit-length]
describe('an answer that is not streamed and may have so many tokens', () => {
  const policy = { firstContentMs: 100, leastTokensPerSecond: 20, probe: 'off' } as const;

  test('is taken elsewhere once a stream would have been late, and its tokens later', async () => {
    const ground = await openGround({ policy });
    ground.simulator('first').setFault('stall@headers');
    const answer = await ground.chat('m', { max_tokens: 4 });
    expect(answer.headers['x-gw-provider']).toBe('second');
    const [first] = (await ground.trailOf(answer)).attempts;
    expect(first).toMatchObject({ fault: 'upstream_timeout', limitMs: 300, limitFrom: 'length' });
  });

  test("has its time where it may be long, and at a model of the caller's own", async () => {
    const ground = await openGround({
      policy,
      providers: ['first', { name: 'own', auth: 'none', keys: [] }, 'last'],
      routes: [
        routeOver(['own', 'last'], { match: ['own'] }),
        routeOver(['first', 'last'], { match: ['long'] }),
      ],
    });
    const limit = async (model: string, bound: number): Promise<unknown> =>
      (await ground.trailOf(await ground.chat(model, { max_tokens: bound }))).attempts[0];
    expect(await limit('long', 4000)).toMatchObject({ limitMs: 120_000, limitFrom: 'policy' });
    expect(await limit('own', 4)).toMatchObject({ limitMs: 120_000, limitFrom: 'policy' });
  });
});

// [promise:caller-timeout]
describe("the caller's own timeout", () => {
  test('of the official SDK ends in an error it can read, before it gives up', async () => {
    const ground = await openGround({ providers: ['first'] });
    ground.simulator('first').setFault('stall@event=1');
    const asked = ground
      .sdk()
      .chat.completions.create(
        { model: 'm', stream: true, messages: [{ role: 'user', content: 'Hello' }] },
        { timeout: 3000 },
      );
    await expect(asked).rejects.toMatchObject({ status: 504, code: 'upstream_timeout' });
    await expect(asked).rejects.toThrow(/the caller waits no longer \(x-stainless-timeout\)/);
    expect(ground.trails[0]).toMatchObject({ deadlineMs: 2700, deadlineFrom: 'x-stainless-timeout' });
  });

  test.each([
    ['x-stainless-timeout', '1', 900],
    ['x-stainless-read-timeout', '0.5', 400],
    ['x-server-timeout', '1', 900],
    ['x-gw-timeout', '300ms', 300],
  ])('%s: %s', async (header, value, deadlineMs) => {
    const ground = await openGround({ providers: ['first'] });
    ground.simulator('first').setFault('stall@headers');
    const answer = await ground.stream('m', {}, { [header]: value });
    expect([answer.status, get(answer.json, 'error.gw.fault')]).toEqual([504, 'upstream_timeout']);
    const trail = await ground.trailOf(answer);
    expect(trail).toMatchObject({ deadlineMs, deadlineFrom: header });
    expect(trail.attempts[0]?.limitFrom).toBe('caller');
    expect(trail.totalMs).toBeGreaterThanOrEqual(deadlineMs - 5);
  });

  test('gives way to what the request asks of gw, and says nothing when it is longer, or is none', async () => {
    const ground = await openGround({ providers: ['first'] });
    const both = await ground.stream('m', {}, { 'x-stainless-timeout': '2', 'x-gw-timeout': '5s' });
    expect(await ground.trailOf(both)).toMatchObject({ deadlineMs: 5000, deadlineFrom: 'x-gw-timeout' });
    for (const value of ['6000', '0', '-3', 'soon', '']) {
      const trail = await ground.trailOf(await ground.stream('m', {}, { 'x-stainless-timeout': value }));
      expect(trail.deadlineMs).toBeUndefined();
    }
  });

  test('leaves the next target a third of it, when the first could use all of it up', async () => {
    const ground = await openGround();
    ground.simulator('first').setFault('stall@headers');
    const answer = await ground.stream('m', {}, { 'x-gw-timeout': '3s' });
    expect(answer.headers['x-gw-provider']).toBe('second');
    const [first] = (await ground.trailOf(answer)).attempts;
    expect(first?.limitFrom).toBe('share');
    expect(first?.limitMs).toBeLessThanOrEqual(2000);
  });
});

describe('what was learned', () => {
  test('outlives a restart, where a file keeps it', async () => {
    const parts = new Map<string, Remembered>();
    const within: (number | undefined)[] = [];
    const remember = {
      keep: (part: Remembered) => void parts.set(part.name, part),
      changed: (withinMs?: number) => void within.push(withinMs),
    };
    const before = await openGround({ providers: ['first'], remember });
    await warmUp(before);
    expect(within).toContain(60_000);
    const file = JSON.stringify(parts.get('first-content')?.snapshot());
    const now = Date.now();
    const restored = {
      keep(part: Remembered) {
        if (part.name === 'first-content') part.restore(JSON.parse(file), { writtenAt: now, now });
      },
      changed: () => undefined,
    };
    const after = await openGround({ providers: ['first', 'second'], remember: restored });
    const trail = await after.trailOf(await after.stream('m'));
    expect(trail.attempts[0]).toMatchObject({ limitMs: 5000, limitFrom: 'learned', limitSamples: 50 });
  });
});
