import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { Wheel } from '../../../src/resilience/index.ts';

function turns(weights: readonly number[], count: number, wheel = new Wheel()): number[] {
  return Array.from({ length: count }, () => wheel.pick(weights));
}

const WEIGHTS = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 });

describe('a wheel', () => {
  test('spreads the turns of the heavy one among the others', () => {
    expect(turns([5, 1, 1], 7)).toEqual([0, 0, 1, 0, 2, 0, 0]);
  });

  test('gives turn by turn where all weigh the same', () => {
    expect(turns([1, 1, 1], 7)).toEqual([0, 1, 2, 0, 1, 2, 0]);
  });

  test('has nobody to pick where nobody weighs anything', () => {
    expect(turns([0, 0], 2)).toEqual([-1, -1]);
    expect(turns([], 1)).toEqual([-1]);
  });

  test('gives each exactly its weight in any row of as many turns as all weigh together [promise:weights-honoured]', () => {
    fc.assert(
      fc.property(WEIGHTS, fc.nat(50), (weights, skipped) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const row = turns(weights, skipped + total).slice(skipped);
        for (const [place, weight] of weights.entries())
          expect(row.filter((turn) => turn === place)).toHaveLength(weight);
      }),
    );
  });

  test('is never more than one turn from what two places are owed, whatever they weigh [promise:weights-honoured]', () => {
    const pair = fc.tuple(
      fc.double({ min: 0.01, max: 10, noNaN: true }),
      fc.double({ min: 0.01, max: 10, noNaN: true }),
    );
    fc.assert(
      fc.property(pair, fc.integer({ min: 1, max: 200 }), (weights, count) => {
        const [a, b] = weights;
        const first = turns(weights, count).filter((turn) => turn === 0).length;
        expect(Math.abs(first - (count * a) / (a + b))).toBeLessThanOrEqual(1 + 1e-6);
      }),
    );
  });

  test('starves nobody: each has its turn within the turns that its share is of all [promise:weights-honoured]', () => {
    fc.assert(
      fc.property(WEIGHTS, fc.nat(100), (weights, skipped) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const row = turns(weights, skipped + total).slice(skipped);
        expect(new Set(row).size).toBe(weights.length);
      }),
    );
  });

  test('takes somebody back without making up for turns that were missed', () => {
    const wheel = new Wheel();
    turns([1, 0, 1], 20, wheel);
    const after = turns([1, 1, 1], 30, wheel);
    expect(after.filter((turn) => turn === 1)).toHaveLength(10);
  });
});
