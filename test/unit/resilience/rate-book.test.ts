import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseScope } from '../../../src/core/budget.ts';
import { RateBook } from '../../../src/resilience/index.ts';

const CURL = { client: { name: 'curl' } };

describe('a limit on requests per minute', () => {
  function rates(requestsPerMinute: number, scope = 'all'): RateBook {
    const made = new RateBook();
    const read = parseScope(scope);
    if (!read) throw new Error('no scope');
    made.apply([{ scope: read, requestsPerMinute }]);
    return made;
  }

  test('lets ten seconds’ worth through at once, then has the next ones wait behind each other', () => {
    const limit = rates(60);
    const waits = Array.from({ length: 13 }, () => limit.take(CURL, 0, 3_000));
    expect(waits.map((turn) => (turn.is === 'go' ? turn.waitMs : `refused for ${turn.afterMs}`))).toEqual([
      ...Array.from({ length: 10 }, () => 0),
      1_000,
      2_000,
      3_000,
    ]);
    expect(limit.take(CURL, 0, 3_000)).toMatchObject({ is: 'refused', afterMs: 4_000 });
    // Whoever comes back when it was told to is let in.
    expect(limit.take(CURL, 4_000, 0)).toMatchObject({ is: 'go', waitMs: 0 });
    expect(limit.views()).toMatchObject([{ waited: 3, refused: 1 }]);
  });

  test('gives the turn back of a caller that hung up', () => {
    const limit = rates(1);
    limit.take(CURL, 0, 0);
    const second = limit.take(CURL, 0, 90_000);
    if (second.is !== 'go') throw new Error('refused');
    second.giveBack();
    expect(limit.take(CURL, 0, 90_000)).toMatchObject({ is: 'go', waitMs: 60_000 });
  });

  test('is kept apart by client where each has its own', () => {
    const limit = rates(1, 'each-client');
    expect(limit.take(CURL, 0, 0).is).toBe('go');
    expect(limit.take(CURL, 0, 0).is).toBe('refused');
    expect(limit.take({ client: { name: 'other' } }, 0, 0).is).toBe('go');
  });

  test('lets through no more than its rate in the long run', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 600 }),
        fc.array(fc.nat({ max: 2_000 }), { maxLength: 300 }),
        (rate, gaps) => {
          const limit = rates(rate);
          let [now, passed] = [0, 0];
          for (const gap of gaps) {
            now += gap;
            if (limit.take(CURL, now, 0).is === 'go') passed++;
          }
          expect(passed).toBeLessThanOrEqual(Math.max(1, rate / 6) + (now * rate) / 60_000 + 1e-6);
        },
      ),
    );
  });
});
