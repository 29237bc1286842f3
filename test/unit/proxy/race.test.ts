import { describe, expect, test } from 'vitest';

import { fault } from '../../../src/core/fault.ts';
import type { AttemptResult } from '../../../src/proxy/attempt-order.ts';
import type { Lane } from '../../../src/proxy/race/lane.ts';
import { Race, type RaceRules } from '../../../src/proxy/race/race.ts';
import { AttemptDraft, TrailDraft } from '../../../src/proxy/trail-draft.ts';

const TARGET = { provider: 'p', model: 'm', key: 'none' };
const FAILED: AttemptResult = { is: 'failed', fault: fault('upstream_overloaded'), lost: false };
const SERVED: AttemptResult = { is: 'served' };

/** A call that ends when it is told to, or when it loses. */
interface Call {
  readonly lane: Lane;
  end(result: AttemptResult): void;
}

/** A race between `a` and `b` whose timer and calls are in the test's hands. */
function openRace(more: Partial<RaceRules<string>> = {}) {
  const calls = new Map<string, Call>();
  const told: string[] = [];
  let late = (): void => {};
  const trail = new TrailDraft({
    id: 'x',
    at: 0,
    operation: 'chat',
    format: 'openai-chat',
    method: 'POST',
    path: '/',
    client: { name: 'test' },
  });
  const exchange = { over: false, race: undefined, trail };
  const clock = {
    now: () => 0,
    monotonic: () => 0,
    after: (_: number, action: () => void) => {
      late = action;
      return () => (late = () => {});
    },
  };
  const race = new Race<string>(exchange, clock, {
    afterMs: 10,
    call: (turn, lane) =>
      new Promise((resolve) => {
        const record = new AttemptDraft({ ...TARGET, provider: turn }, 0, 0);
        trail.attempts.push(record);
        lane.enter(record);
        lane.whenInterrupted(() => resolve({ is: 'outrun', isHedge: lane.isHedge }));
        calls.set(turn, { lane, end: resolve });
      }),
    second: () => 'b',
    firstFailed: () => true,
    secondFailed: (turn) => void told.push(turn),
    ...more,
  });
  const call = (name: string): Call => {
    const found = calls.get(name);
    if (!found) throw new Error(`${name} was not asked`);
    return found;
  };
  return {
    ended: race.run('a'),
    call,
    told,
    late: () => late(),
    asked: () => [...calls.keys()],
    order: () => trail.attempts.map(({ target }) => target.provider),
    first: () => trail.attempts[0],
  };
}

/** Lets what has settled be noticed. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a race', () => {
  test('is none while the first is in time', async () => {
    const race = openRace();
    race.call('a').lane.win();
    race.late();
    race.call('a').end(SERVED);
    expect(await race.ended).toEqual({ turn: 'a', result: SERVED });
    race.late();
    expect(race.asked()).toEqual(['a']);
  });

  test.each(['a', 'b'])(
    'is won by %s, who is told last, and the other is ended in the same breath',
    async (winner) => {
      const race = openRace();
      race.late();
      const loser = winner === 'a' ? 'b' : 'a';
      race.call(winner).lane.win();
      expect(race.call(loser).lane.isLost).toBe(true);
      expect(race.order()).toEqual([loser, winner]);
      race.call(winner).end(SERVED);
      expect(await race.ended).toEqual({ turn: winner, result: SERVED });
      expect(race.told).toEqual([]);
    },
  );

  test('has no third, and no second when nobody is free', async () => {
    const race = openRace();
    race.late();
    race.call('b').end(FAILED);
    await settle();
    expect(race.told).toEqual(['b']);
    race.call('a').end(FAILED);
    expect(await race.ended).toEqual({ turn: 'a', result: FAILED });
    expect(race.order()).toEqual(['b', 'a']);
    const alone = openRace({ second: () => undefined });
    alone.late();
    alone.call('a').end(FAILED);
    expect(await alone.ended).toEqual({ turn: 'a', result: FAILED });
    expect(alone.asked()).toEqual(['a']);
  });

  test('goes on with the second when the first fails, unless nobody would do better', async () => {
    const race = openRace();
    race.late();
    race.call('a').end(FAILED);
    await settle();
    expect(race.call('b').lane.isLost).toBe(false);
    race.call('b').end(FAILED);
    expect(await race.ended).toEqual({ turn: 'b', result: FAILED });
    expect(race.told).toEqual([]);
    const over = openRace({ firstFailed: () => false });
    over.late();
    over.call('a').end(FAILED);
    expect(await over.ended).toEqual({ turn: 'a', result: FAILED });
    expect(over.call('b').lane.isLost).toBe(true);
    expect(over.order()).toEqual(['b', 'a']);
  });

  test('is survived by the first when a defect breaks the second, or the choice of it', async () => {
    const broken = openRace({
      second: () => {
        throw new Error('a bug');
      },
    });
    broken.late();
    await settle();
    expect(broken.first()?.notHedged).toContain('a bug');
    broken.call('a').end(SERVED);
    expect(await broken.ended).toEqual({ turn: 'a', result: SERVED });
  });
});
