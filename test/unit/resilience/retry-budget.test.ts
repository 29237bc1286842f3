import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { DEFAULT_POLICY } from '../../../src/core/policy.ts';
import { backoffMs, RetryBudget } from '../../../src/resilience/index.ts';

const NOW = 1_760_000_000_000;
const SHARE = DEFAULT_POLICY.retryBudget;

function retriesAllowed(budget: RetryBudget, now: number): number {
  let made = 0;
  while (budget.allows(SHARE, now) && made < 1000) {
    budget.onRetry(now);
    made++;
  }
  return made;
}

describe('the retry budget', () => {
  test('allows a burst of three without any traffic, then one a second', () => {
    const budget = new RetryBudget();
    expect(retriesAllowed(budget, NOW)).toBe(3);
    expect(retriesAllowed(budget, NOW + 999)).toBe(0);
    expect(retriesAllowed(budget, NOW + 1000)).toBe(1);
    expect(retriesAllowed(budget, NOW + 600_000)).toBe(3);
  });

  test('allows a fifth of the requests of the last 10 s on top', () => {
    const budget = new RetryBudget();
    for (let i = 0; i < 100; i++) budget.onRequest(NOW);
    expect(retriesAllowed(budget, NOW)).toBe(3 + 20);
  });

  test('forgets requests after 10 s', () => {
    const budget = new RetryBudget();
    for (let i = 0; i < 100; i++) budget.onRequest(NOW);
    expect(retriesAllowed(budget, NOW + 11_000)).toBe(3);
  });

  test('asking does not spend', () => {
    const budget = new RetryBudget();
    for (let i = 0; i < 50; i++) budget.allows(SHARE, NOW);
    expect(retriesAllowed(budget, NOW)).toBe(3);
  });

  test('does not pay back time when the clock is set back', () => {
    const budget = new RetryBudget();
    expect(retriesAllowed(budget, NOW)).toBe(3);
    expect(retriesAllowed(budget, NOW - 60_000)).toBe(0);
  });

  test('adds at most a fifth, the burst and one a second to a storm of any shape', () => {
    const waits = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(waits, (list) => {
        const budget = new RetryBudget();
        let now = NOW;
        let retries = 0;
        for (const ms of list) {
          now += ms;
          budget.onRequest(now);
          if (!budget.allows(SHARE, now)) continue;
          budget.onRetry(now);
          retries++;
        }
        // A request counts for up to 10 s, so at the edge of the window it may be paid from twice.
        expect(retries).toBeLessThanOrEqual(3 + (now - NOW) / 1000 + 2 * SHARE * list.length);
      }),
    );
  });
});

describe('backoff', () => {
  test('doubles its bound with each retry up to the cap, and jitters from nothing to all of it', () => {
    const bounds = [0, 1, 2, 3, 4, 5, 2000].map((retry) => backoffMs(retry, DEFAULT_POLICY, () => 1));
    expect(bounds).toEqual([300, 600, 1200, 2400, 4800, 5000, 5000]);
    expect(backoffMs(3, DEFAULT_POLICY, () => 0)).toBe(0);
  });
});
