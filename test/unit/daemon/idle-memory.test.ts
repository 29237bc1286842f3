import { beforeEach, describe, expect, test } from 'vitest';

import { IdleMemory } from '../../../src/daemon/idle-memory.ts';
import { HeldClock } from './held-clock.ts';

let clock: HeldClock;
let activity: { live: number; endedAt: number };
let released: number;
let memory: IdleMemory;

beforeEach(() => {
  clock = new HeldClock();
  activity = { live: 0, endedAt: 0 };
  released = 0;
  memory = new IdleMemory(
    clock,
    () => activity,
    () => void released++,
  );
});

describe('memory of a daemon that nobody asks', () => {
  test('is given back once, when nothing happened for a while', () => {
    memory.busy();
    clock.advance(29_000);
    expect(released).toBe(0);
    clock.advance(60_000);
    expect([released, clock.timers]).toEqual([1, 0]);
  });

  test('stays while requests are under way, or have ended lately', () => {
    memory.busy();
    activity = { live: 1, endedAt: 0 };
    clock.advance(65_000);
    activity = { live: 0, endedAt: clock.now() };
    clock.advance(29_000);
    expect(released).toBe(0);
    clock.advance(1000);
    expect(released).toBe(1);
  });

  test('is given back again after the next busy time, with one timer however busy that was', () => {
    memory.busy();
    clock.advance(30_000);
    for (let i = 0; i < 100; i++) memory.busy();
    expect(clock.timers).toBe(1);
    clock.advance(30_000);
    expect(released).toBe(2);
  });
});

test('what is given back is a younger generation that shrinks', () => {
  const used = process.memoryUsage().heapTotal;
  const kept = Array.from({ length: 200_000 }, (_, index) => ({ index }));
  const most = process.memoryUsage().heapTotal;
  kept.length = 0;
  new IdleMemory(clock, () => activity).busy();
  clock.advance(30_000);
  expect(most).toBeGreaterThan(used);
  expect(process.memoryUsage().heapTotal).toBeLessThan(most);
});
