import { expect, test } from 'vitest';

import { CountedClock } from '../../../src/lib/clock.ts';
import { HeldClock } from '../daemon/held-clock.ts';

test('a counted clock knows how many timers are set, however they end', () => {
  const held = new HeldClock();
  const clock = new CountedClock(held);
  const done: string[] = [];
  const cancelFirst = clock.after(10, () => void done.push(`first, ${clock.timers} left`));
  const cancelSecond = clock.after(20, () => void done.push('second'));
  expect(clock.timers).toBe(2);
  held.advance(15);
  cancelFirst();
  expect([done, clock.timers, held.timers]).toEqual([['first, 1 left'], 1, 1]);
  cancelSecond();
  cancelSecond();
  held.advance(15);
  expect([done, clock.timers, held.timers]).toEqual([['first, 1 left'], 0, 0]);
});
