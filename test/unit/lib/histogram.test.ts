import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { Histogram } from '../../../src/lib/histogram.ts';

function histogramOf(readings: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const reading of readings) histogram.record(reading);
  return histogram;
}

const readings = fc.array(fc.double({ min: 0.2, max: 600_000, noNaN: true }), {
  minLength: 1,
  maxLength: 200,
});

describe('a histogram', () => {
  test('says nothing while it is empty', () => {
    expect(new Histogram().quantile(0.5)).toBeUndefined();
  });

  test('answers quantiles within a tenth of the truth, and never outside of what was read', () => {
    fc.assert(
      fc.property(readings, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, q) => {
        const sorted = [...values].sort((a, b) => a - b);
        const truth = sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] ?? NaN;
        const answer = histogramOf(values).quantile(q) ?? NaN;
        expect(Math.abs(answer / truth - 1)).toBeLessThan(0.1);
        expect(answer).toBeGreaterThanOrEqual(Math.min(...values));
        expect(answer).toBeLessThanOrEqual(Math.max(...values));
      }),
    );
  });

  test('knows as much of two as of both readings together', () => {
    fc.assert(
      fc.property(readings, readings, (some, others) => {
        const joined = histogramOf(some);
        joined.add(histogramOf(others));
        const together = histogramOf([...some, ...others]);
        expect(joined.count).toBe(together.count);
        for (const q of [0.1, 0.5, 0.95, 1]) expect(joined.quantile(q)).toBe(together.quantile(q));
      }),
    );
  });

  test('forgets everything when it is cleared', () => {
    const histogram = histogramOf([5, 10]);
    histogram.clear();
    expect([histogram.count, histogram.quantile(0.5)]).toEqual([0, undefined]);
  });
});
