import { afterEach, describe, expect, test } from 'vitest';

import { CHAOS_WORDS } from '../../src/core/chaos.ts';
import { collectIncidents } from '../../src/core/incident.ts';
import { parseChaosFault } from '../../src/daemon/chaos-fault.ts';
import { createSimulator, type Simulator } from '../../src/simulator/index.ts';
import { closeGrounds, type Ground, movableClock, NO_BREAKER, openGround } from './ground.ts';

const simulators: Simulator[] = [];
const A_WHILE_MS = 60_000;
/** What the stand-in says in the place of a provider, were it ever to say something. */
const STAND_IN = 'stand-in';

afterEach(async () => {
  await closeGrounds();
  await Promise.all(simulators.splice(0).map((simulator) => simulator.close()));
});

async function begin(
  { proxy }: Ground,
  fault: string,
  more: { readonly model?: string; readonly rate?: number; readonly delayMs?: number } = {},
) {
  const parsed = await parseChaosFault(fault);
  if (parsed.is === 'failed') throw new Error(parsed.fault);
  const simulator = createSimulator({ name: STAND_IN });
  simulators.push(simulator);
  const { origin } = await simulator.listen();
  const { play, skip, most, share } = parsed.value;
  return proxy.chaos.start({
    provider: 'first',
    fault,
    play,
    skip,
    most,
    rate: share,
    delayMs: 0,
    lastsMs: A_WHILE_MS,
    simulatorOrigin: origin,
    ...more,
  });
}

/** Faults are met at once, and only what is slow on purpose takes its time. */
const QUICK = { firstContentMs: 500, answerMs: 500, idleMs: 500, waitMs: 0, ...NO_BREAKER };

describe('chaos at a provider', () => {
  test('is met by the next target, which the trail, the headers and nobody else is told of [promise:chaos-marked]', async () => {
    const ground = await openGround({ policy: QUICK });
    await begin(ground, '503');
    const answer = await ground.chat();
    expect([answer.status, answer.headers['x-gw-provider']]).toEqual([200, 'second']);
    expect(answer.headers['x-gw-chaos']).toMatch(/^first\/.*: 503$/);
    const { attempts } = await ground.trailOf(answer);
    const [attempt] = attempts;
    expect(attempt).toMatchObject({ injected: '503', fault: 'upstream_overloaded' });
    expect(attempt?.message).toMatch(/^injected by gw chaos \(503\)/);
    expect(attempts.at(-1)?.injected).toBeUndefined();
    expect(ground.calls('first')).toBe(0);
  });

  test.each(CHAOS_WORDS.map(({ name }) => name))(
    '%s never puts a made-up word before a caller',
    async (word) => {
      const ground = await openGround({ policy: QUICK });
      await begin(ground, word);
      const { text } = await ground.stream();
      const { text: whole } = await ground.chat();
      expect(`${text}${whole}`).not.toContain(STAND_IN);
      expect(ground.trails[0]?.attempts[0]?.injected).toBe(word);
    },
  );

  test.each(['503', 'timeout', 'reset', 'refused', 'dns', 'garbled', 'out-of-credit'])(
    '%s never asks the provider, so it costs nothing',
    async (word) => {
      const ground = await openGround({ policy: QUICK });
      expect((await begin(ground, word)).asks).toBe(false);
      await ground.stream();
      expect(ground.calls('first')).toBe(0);
    },
  );

  test("cuts the provider's own answer after so many events, and another goes on with it", async () => {
    const ground = await openGround({ policy: { ...NO_BREAKER, waitMs: 0 } });
    expect((await begin(ground, 'cut@token=6')).asks).toBe(true);
    const cut = await ground.stream();
    const trail = await ground.trailOf(cut);
    expect(trail).toMatchObject({ outcome: 'served', continued: true });
    const [first, second] = trail.attempts;
    expect(first).toMatchObject({ injected: 'cut@token=6', target: { provider: 'first' } });
    expect(second?.continued?.from).toMatchObject({ provider: 'first' });
    // The caller's first token was the first provider's.
    expect(trail.firstContentMs).toBe(first?.firstContentMs);
    expect(ground.calls('first')).toBe(1);
  });

  test('holds an answer back, and lets the request go unasked when it is given up before it left', async () => {
    const ground = await openGround({ policy: { ...QUICK, firstContentMs: 5000, idleMs: 5000 } });
    await begin(ground, 'slow-headers=20s');
    expect((await ground.chat()).headers['x-gw-provider']).toBe('second');
    expect(ground.calls('first')).toBe(0);
    await begin(ground, 'slow-first-token=50ms');
    const slow = await ground.stream();
    expect(slow.headers['x-gw-provider']).toBe('first');
    const [attempt] = (await ground.trailOf(slow)).attempts;
    expect(attempt?.injected).toBe('slow-first-token=50ms');
    expect((attempt?.firstContentMs ?? 0) - (attempt?.headersMs ?? 0)).toBeGreaterThanOrEqual(49);
  });

  test('meets only the model that was named', async () => {
    const ground = await openGround({ policy: QUICK });
    await begin(ground, '503', { model: 'that' });
    expect((await ground.chat('this')).headers['x-gw-provider']).toBe('first');
    expect((await ground.chat('that')).headers['x-gw-provider']).toBe('second');
  });

  test('ends by itself, and what it did to breaker and key is undone then [promise:chaos-ends]', async () => {
    const clock = movableClock();
    const ground = await openGround({ clock, policy: { waitMs: 0 } });
    await begin(ground, '401');
    await ground.chat();
    expect(ground.proxy.health()[0]?.cooldown?.message).toContain('injected by gw chaos');
    expect((await ground.chat()).headers['x-gw-provider']).toBe('second');
    clock.move(A_WHILE_MS + 1);
    expect(ground.proxy.chaos.list()).toEqual([]);
    expect(ground.proxy.health()[0]).not.toHaveProperty('cooldown');
    const after = await ground.chat();
    expect(after.headers['x-gw-provider']).toBe('first');
    expect(after.headers).not.toHaveProperty('x-gw-chaos');
  });

  test('leaves a cooldown that was real when it ends', async () => {
    const ground = await openGround({ policy: { waitMs: 0, ...NO_BREAKER } });
    await begin(ground, '503;once');
    await ground.chat();
    ground.simulator('first').setFault('401');
    await ground.chat();
    ground.proxy.chaos.stop({ provider: 'first' });
    expect(ground.proxy.health()[0]?.cooldown?.reason).toBe('upstream_refused_key');
  });

  test('opens breakers like a real outage, and closes them when it is stopped by hand', async () => {
    const ground = await openGround({ policy: { breakerFailures: 2, waitMs: 0, backoffMs: 1 } });
    await begin(ground, '503');
    for (let turn = 0; turn < 3; turn++) await ground.chat();
    expect(ground.proxy.health()[0]?.breaker.is).toBe('open');
    const left = await ground.trailOf(await ground.chat());
    expect(left.plan[0]?.skipped).toMatch(/^left alone .* \(by gw chaos\)$/);
    expect(collectIncidents(ground.trails)).toEqual([]);
    expect(ground.proxy.chaos.stop({ provider: 'first' })).toHaveLength(1);
    expect(ground.proxy.health()[0]?.breaker.is).toBe('closed');
    expect((await ground.chat()).headers['x-gw-provider']).toBe('first');
  });

  test('takes the place of what ran there before', async () => {
    const ground = await openGround({ policy: QUICK });
    await begin(ground, '503');
    await begin(ground, 'dns');
    expect(ground.proxy.chaos.list().map(({ fault }) => fault)).toEqual(['dns']);
  });
});

describe('a fault for live traffic', () => {
  test.each(['200', 'tokens=4', 'error-in-200@token=4', '503+cut@token=4', 'call-tool', 'empty-200=content'])(
    "is not %s, with which the simulator would speak in the model's place",
    async (text) => {
      expect(await parseChaosFault(text)).toMatchObject({ is: 'failed' });
    },
  );

  test('is named with the word that was meant', async () => {
    expect(await parseChaosFault('tiemout')).toEqual({
      is: 'failed',
      fault: 'there is no fault "tiemout" (did you mean "timeout"?)',
    });
  });

  test('may say itself how often it happens', async () => {
    expect(await parseChaosFault('429;retry-after=2;rate=20%;after=3;first=5')).toEqual({
      is: 'ok',
      value: { play: { is: 'answered', text: '429;retry-after=2' }, skip: 3, most: 5, share: 0.2 },
    });
  });
});
