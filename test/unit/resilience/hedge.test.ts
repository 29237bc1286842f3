import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { FirstContentHistory, hedgeAfter, HedgeBudget } from '../../../src/resilience/index.ts';

const NOW = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

describe('when a target is late', () => {
  test.each([
    ['off', 800, undefined],
    ['off', undefined, undefined],
    ['p95', 800, 800],
    ['p95', undefined, undefined],
    [2000, 800, 2000],
    [2000, undefined, 2000],
    [0, 800, 0],
  ] as const)('with hedge %s and a 95th percentile of %s it is after %s', (hedge, late, after) => {
    expect(hedgeAfter(hedge, late)).toBe(after);
  });

  test('is known from fifty readings on, and a twentieth of all is later', () => {
    const history = new FirstContentHistory();
    for (let turn = 0; turn < 49; turn++) history.record(1000, 'none', 200, NOW);
    expect(history.late(1000, 'none', NOW)).toBeUndefined();
    for (let turn = 0; turn < 48; turn++) history.record(1000, 'none', 200, NOW);
    for (let turn = 0; turn < 3; turn++) history.record(1000, 'none', 9000, NOW);
    expect(history.late(1000, 'none', NOW)).toBeLessThan(300);
    expect(history.late(1000, 'high', NOW)).toBeUndefined();
    for (let turn = 0; turn < 20; turn++) history.record(1000, 'none', 9000, NOW);
    expect(history.late(1000, 'none', NOW)).toBeGreaterThanOrEqual(9000);
  });

  test('is not moved by its own races: who lost one is slower than late, and does not vanish', () => {
    const history = new FirstContentHistory();
    let raced = 0;
    // Every tenth takes 5 s; whoever is late is overtaken, and never shows how slow it would have been.
    for (let turn = 0; turn < 2000; turn++) {
      const ms = turn % 30 === 0 ? 5000 : 200 + (turn % 10) * 20;
      const late = history.late(1000, 'none', NOW);
      if (late !== undefined && ms > late) {
        raced++;
        history.recordCutOff(1000, 'none', late, NOW);
      } else history.record(1000, 'none', ms, NOW);
    }
    expect(history.late(1000, 'none', NOW)).toBeGreaterThanOrEqual(380);
    expect(raced / 2000).toBeLessThan(0.06);
  });

  test('is not known while more are cut off than are late: then what it needs now is seen first', () => {
    const history = new FirstContentHistory();
    for (let turn = 0; turn < 100; turn++) history.record(1000, 'none', 200, NOW);
    for (let turn = 0; turn < 10; turn++) history.recordCutOff(1000, 'none', 400, NOW);
    expect(history.late(1000, 'none', NOW)).toBeUndefined();
    for (let turn = 0; turn < 150; turn++) history.record(1000, 'none', 3000, NOW);
    expect(history.late(1000, 'none', NOW)).toBeGreaterThanOrEqual(3000);
  });
});

describe('the budget of hedging', () => {
  test('allows one in an hour whatever the traffic, and nothing when the share is 0', () => {
    const budget = new HedgeBudget();
    budget.onRequest(NOW);
    expect(budget.allows(0, 1, NOW)).toBe(false);
    expect(budget.allows(0.1, 40, NOW)).toBe(true);
    budget.onHedge(40, NOW);
    expect(budget.allows(0.1, 1, NOW)).toBe(false);
    expect(budget.allows(0.1, 1, NOW + 2 * HOUR)).toBe(true);
  });

  test('counts a dearer target as often as it is dearer, and a cheaper one once', () => {
    const spent = (times: number): number => {
      const budget = new HedgeBudget();
      for (let turn = 0; turn < 1000; turn++) budget.onRequest(NOW);
      let hedges = 0;
      while (budget.allows(0.1, times, NOW)) {
        budget.onHedge(times, NOW);
        hedges++;
      }
      return hedges;
    };
    expect([spent(1), spent(0.01), spent(4)]).toEqual([100, 100, 25]);
    expect(spent(Infinity)).toBe(1);
  });

  test('is never more than the share of the requests, but for the one of an hour', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.array(
          fc.record({
            after: fc.integer({ min: 0, max: 60_000 }),
            times: fc.double({ min: 0, max: 50, noNaN: true }),
          }),
          { maxLength: 400 },
        ),
        (share, requests) => {
          const budget = new HedgeBudget();
          let now = NOW;
          for (const { after, times } of requests) {
            now += after;
            budget.onRequest(now);
            const before = budget.view(now);
            if (!budget.allows(share, times, now)) continue;
            budget.onHedge(times, now);
            const { requests: all, extra } = budget.view(now);
            if (before.extra > 0) expect(extra).toBeLessThanOrEqual(all * share + 1e-9);
            else expect(share).toBeGreaterThan(0);
          }
        },
      ),
    );
  });
});
