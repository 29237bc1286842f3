import { describe, expect, it } from 'vitest';

import { SpendingTally, wastedOf } from '../../../src/core/spending.ts';
import { cutTrail } from '../../tui/moments.ts';
import { failedOver, NOON, running, served } from '../../tui/scenes.ts';

describe('spending', () => {
  it('is kept apart by who was paid, for what, by whom and when', () => {
    const tally = new SpendingTally(NOON);
    tally.add(served(1, { costUsd: 0.02 }));
    tally.add(failedOver(2, 'upstream_overloaded', { costUsd: 0.01, client: { name: 'aider' } }));
    tally.add(served(3, { at: NOON + 86_400_000, costUsd: 0.5 }));
    const { total, by } = tally.spending;
    expect(total).toMatchObject({
      requests: 3,
      tokensIn: 3_720,
      cachedIn: 3_072,
      tokensOut: 1_020,
      unpriced: 0,
    });
    expect(total.costUsd).toBeCloseTo(0.53);
    expect(by.provider.map(({ name, requests }) => [name, requests])).toEqual([
      ['openai', 2],
      ['groq', 1],
    ]);
    expect(by.client.map(({ name }) => name)).toEqual(['claude-code', 'aider']);
    expect(by.day.map(({ name, requests }) => [name, requests])).toEqual([
      ['2026-06-02', 1],
      ['2026-06-01', 2],
    ]);
  });

  it('that nobody knows is not nothing', () => {
    const tally = new SpendingTally(NOON);
    tally.add(served(1));
    expect(tally.spending.total).toMatchObject({ requests: 1, unpriced: 1 });
    expect(tally.spending.total).not.toHaveProperty('costUsd');
  });

  it('leaves out what still runs and tests of gw itself', () => {
    const tally = new SpendingTally(NOON);
    tally.add(running(1));
    tally.add(served(2, { rehearsal: true }));
    expect(tally.spending.total.requests).toBe(0);
  });

  it('is wasted on attempts without an answer, and on all of them when there was none', () => {
    const [first, second, third] = failedOver(1).attempts;
    if (first === undefined || second === undefined || third === undefined) throw new Error('too few');
    const attempts = [{ ...first, costUsd: 0.1 }, second, { ...third, costUsd: 0.2 }];
    expect(wastedOf(served(1, { attempts }))).toBeCloseTo(0.1);
    expect(wastedOf({ ...cutTrail(1), attempts })).toBeCloseTo(0.3);
    expect(wastedOf(served(1))).toBeUndefined();
  });
});
