import { expect, test } from 'vitest';

import type { ChaosOrder } from '../../../src/core/chaos.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { ChaosBook } from '../../../src/proxy/chaos/chaos.ts';

const TARGET = { provider: 'p', model: 'm', key: 'none' };
const ORDER: ChaosOrder = {
  provider: 'p',
  fault: 'dns',
  play: { is: 'unreachable', code: 'ENOTFOUND' },
  rate: 1,
  skip: 0,
  most: Infinity,
  delayMs: 0,
  lastsMs: 1_000,
  simulatorOrigin: undefined,
};

function bookAt(now: () => number, random: () => number = () => 0): ChaosBook {
  return new ChaosBook({ ...systemClock, now, after: () => () => {} }, random);
}

/** Which of so many attempts it meets. */
function met(order: Partial<ChaosOrder>, count: number, random?: () => number): readonly boolean[] {
  const book = bookAt(() => 0, random);
  book.start({ ...ORDER, ...order });
  return Array.from({ length: count }, () => book.meet(TARGET) !== undefined);
}

test('chaos meets the share of attempts that was asked for', () => {
  const draws = [0.1, 0.3, 0.19, 0.9];
  expect(met({ rate: 0.2 }, 4, () => draws.shift() ?? 1)).toEqual([true, false, true, false]);
});

test('chaos may let the first attempts pass, and end after so many', () => {
  expect(met({ skip: 1, most: 2 }, 5)).toEqual([false, true, true, false, false]);
});

test('chaos begins when it was asked to, and ends at its time whatever timers do', () => {
  let now = 0;
  const book = bookAt(() => now);
  book.start({ ...ORDER, delayMs: 500 });
  const at = (moment: number): boolean => {
    now = moment;
    return book.meet(TARGET) !== undefined;
  };
  expect([at(499), at(500), at(1499), at(1500)]).toEqual([false, true, true, false]);
  expect(book.active).toBeUndefined();
});

test('chaos at a model comes before chaos at its provider', () => {
  const book = bookAt(() => 0);
  book.start(ORDER);
  book.start({ ...ORDER, model: 'm', fault: 'refused' });
  expect(book.meet(TARGET)?.fault).toBe('refused');
  expect(book.meet({ ...TARGET, model: 'other' })?.fault).toBe('dns');
  expect(book.stop({ provider: 'p', model: 'm' })).toHaveLength(1);
  expect(book.meet(TARGET)?.fault).toBe('dns');
});

test('while no chaos runs, there is nothing for an attempt to look at', () => {
  const book = bookAt(() => 0);
  expect(book.active).toBeUndefined();
  book.start(ORDER);
  expect(book.active).toBe(book);
  book.stop({});
  expect(book.active).toBeUndefined();
});

test('what ends is told of, with why', () => {
  const told: string[] = [];
  const book = bookAt(() => 0);
  book.watch = {
    began: ({ fault }) => void told.push(`began ${fault}`),
    ended: (_, why) => void told.push(why),
  };
  book.start(ORDER);
  book.start({ ...ORDER, fault: 'refused' });
  book.close();
  expect(told).toEqual(['began dns', 'replaced', 'began refused', 'shutdown']);
});
