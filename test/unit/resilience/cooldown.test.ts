import { describe, expect, test } from 'vitest';

import { fault, FAULTS } from '../../../src/core/fault.ts';
import { keysOf } from '../../../src/lib/expect.ts';
import {
  type Cooldown,
  cooldownAfter,
  cooldownSpan,
  forbids,
  mayTryCooling,
  onCooldownSuccess,
  onCooldownTry,
  viewCooldown,
} from '../../../src/resilience/index.ts';

const NOW = 1_760_000_000_000;

function after(code: Parameters<typeof fault>[0], retryAfterMs?: number, previous?: Cooldown, now = NOW) {
  return cooldownAfter(
    fault(code, undefined, retryAfterMs === undefined ? {} : { retryAfterMs }),
    now,
    previous,
  );
}

describe('a rate limit whose end was told', () => {
  const cooldown = after('upstream_rate_limited', 30_000);

  test('is not tried before that end, and freely after', () => {
    expect(mayTryCooling(cooldown, NOW + 29_999)).toBe('no');
    expect(mayTryCooling(cooldown, NOW + 30_000)).toBe('yes');
  });

  test('forbids even when nothing else is left', () => {
    expect(forbids(cooldown, NOW + 29_999)).toBe(true);
    expect(forbids(cooldown, NOW + 30_000)).toBe(false);
  });

  test('is shown with its end, and not at all when over', () => {
    expect(viewCooldown(cooldown, NOW)).toMatchObject({
      until: NOW + 30_000,
      reason: 'upstream_rate_limited',
      message: FAULTS.upstream_rate_limited.sentence,
    });
    expect(viewCooldown(cooldown, NOW + 30_000)).toBeUndefined();
  });

  test('is not shortened by the outcome of an attempt that was under way', () => {
    expect(after('upstream_rate_limited', undefined, cooldown, NOW + 10)).toBe(cooldown);
    expect(after('upstream_rate_limited', 1000, cooldown, NOW + 10)).toBe(cooldown);
  });

  test('outlives the success of an attempt that was under way', () => {
    expect(onCooldownSuccess(cooldown, NOW + 10)).toBe(cooldown);
    expect(onCooldownSuccess(cooldown, NOW + 30_000)).toBeUndefined();
  });

  test('is lengthened by a later word', () => {
    expect(after('upstream_rate_limited', 60_000, cooldown, NOW + 10)?.until).toBe(NOW + 60_010);
  });

  test('is over when the clock is set back behind its beginning', () => {
    expect(mayTryCooling(cooldown, NOW - 3_600_000)).toBe('yes');
  });
});

describe('a rate limit without an end', () => {
  test('is left alone for a guess that forbids nothing', () => {
    const cooldown = after('upstream_rate_limited');
    expect(mayTryCooling(cooldown, NOW)).toBe('no');
    expect(forbids(cooldown, NOW)).toBe(false);
  });

  test('doubles the guess at each relapse up to half a minute, and starts anew after a quiet time', () => {
    let cooldown = after('upstream_rate_limited');
    const lengths = [cooldown?.lengthMs];
    for (let i = 0; i < 5; i++) {
      cooldown = after('upstream_rate_limited', undefined, cooldown, cooldown?.until);
      lengths.push(cooldown?.lengthMs);
    }
    expect(lengths).toEqual([2000, 4000, 8000, 16_000, 30_000, 30_000]);
    const quiet = (cooldown?.until ?? 0) + 30_001;
    expect(after('upstream_rate_limited', undefined, cooldown, quiet)?.lengthMs).toBe(2000);
  });

  test('does not double for attempts that were under way together', () => {
    const cooldown = after('upstream_rate_limited');
    expect(after('upstream_rate_limited', undefined, cooldown, NOW + 5)?.lengthMs).toBe(2000);
  });
});

describe('a refused key and an empty account', () => {
  const cases = [
    ['upstream_refused_key', 10 * 60_000],
    ['upstream_out_of_credit', 5 * 60_000],
  ] as const;

  test.each(cases)('%s is left alone, then tried by one attempt at a time', (code, lengthMs) => {
    const cooldown = after(code);
    if (cooldown === undefined) throw new Error('expected a cooldown');
    expect(mayTryCooling(cooldown, NOW + lengthMs - 1)).toBe('no');
    const end = NOW + lengthMs;
    expect(mayTryCooling(cooldown, end)).toBe('probe');
    const tried = onCooldownTry(cooldown, end);
    expect(mayTryCooling(tried, end)).toBe('no');
    // Whoever made the attempt was lost: another may be made before long.
    expect(mayTryCooling(tried, end + 60_000)).toBe('probe');
  });

  test.each(cases)('%s has no end to show and forbids nothing when it is all there is', (code) => {
    const cooldown = after(code);
    expect(viewCooldown(cooldown, NOW)).toMatchObject({ reason: code, message: FAULTS[code].sentence });
    expect(viewCooldown(cooldown, NOW)).not.toHaveProperty('until');
    expect(forbids(cooldown, NOW)).toBe(false);
  });

  test('a daily quota ends when it says, while the short wait of a rate limit beside it means nothing', () => {
    expect(after('upstream_out_of_credit', 3_600_000)).toMatchObject({ is: 'told', until: NOW + 3_600_000 });
    expect(after('upstream_out_of_credit', 12)).toMatchObject({ is: 'until-changed' });
  });
});

describe('a success', () => {
  test('ends guesses and what waits for a change', () => {
    expect(onCooldownSuccess(after('upstream_rate_limited'), NOW)).toBeUndefined();
    expect(onCooldownSuccess(after('upstream_refused_key'), NOW)).toBeUndefined();
    expect(onCooldownSuccess(undefined, NOW)).toBeUndefined();
  });
});

describe('other faults', () => {
  test('an overloaded target is left alone only when it says until when', () => {
    expect(after('upstream_overloaded')).toBeUndefined();
    expect(after('upstream_overloaded', 20_000)).toMatchObject({ is: 'told', until: NOW + 20_000 });
  });

  test('nothing else cools down', () => {
    const cooling = keysOf(FAULTS).filter((code) => after(code, 60_000) !== undefined);
    expect(cooling.sort()).toEqual([
      'upstream_out_of_credit',
      'upstream_overloaded',
      'upstream_rate_limited',
      'upstream_refused_key',
    ]);
  });

  test('keys are left alone for every model, limits for one', () => {
    expect(cooldownSpan('upstream_refused_key')).toBe('key');
    expect(cooldownSpan('upstream_out_of_credit')).toBe('key');
    expect(cooldownSpan('upstream_rate_limited')).toBe('target');
    expect(cooldownSpan('upstream_overloaded')).toBe('target');
  });

  test('what never cooled down may be tried, and trying changes nothing that has an end', () => {
    expect(mayTryCooling(undefined, NOW)).toBe('yes');
    expect(viewCooldown(undefined, NOW)).toBeUndefined();
    const told = after('upstream_rate_limited', 1000);
    if (told === undefined) throw new Error('expected a cooldown');
    expect(onCooldownTry(told, NOW + 1000)).toBe(told);
  });
});
