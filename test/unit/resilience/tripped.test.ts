import { describe, expect, test } from 'vitest';

import { mayTry, tripped, viewBreaker } from '../../../src/resilience/index.ts';

const NOW = 1_760_000_000_000;

describe('a breaker opened by hand', () => {
  test('keeps everybody away for so long, and then takes one probe', () => {
    const breaker = tripped(60_000, NOW);
    expect(mayTry(breaker, NOW + 59_999)).toBe('no');
    expect(viewBreaker(breaker, NOW)).toMatchObject({
      is: 'open',
      reason: 'breaker_open',
      until: NOW + 60_000,
    });
    expect(mayTry(breaker, NOW + 60_000)).toBe('probe');
  });
});
