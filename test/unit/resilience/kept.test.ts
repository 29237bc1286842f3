import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { fault } from '../../../src/core/fault.ts';
import { DEFAULT_POLICY } from '../../../src/core/policy.ts';
import {
  type Breaker,
  cooldownAfter,
  forbids,
  keepBreaker,
  keepCooldown,
  mayTry,
  mayTryCooling,
  newBreaker,
  onFailure,
  onTry,
  takeBreaker,
  takeCooldown,
} from '../../../src/resilience/index.ts';

const NOW = 1_760_000_000_000;
const MINUTE = 60_000;
const DAY = 86_400_000;
const YEAR = 365 * DAY;
const DOWN = fault('upstream_unreachable', 'nothing listens at its address');

function opened(): Breaker {
  let breaker = newBreaker();
  for (let i = 0; i < DEFAULT_POLICY.breakerFailures; i++)
    breaker = onFailure(breaker, 'yes', DOWN, DEFAULT_POLICY, NOW);
  return breaker;
}

/** As it comes back from a file. */
function written(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

const limited = cooldownAfter(fault('upstream_rate_limited', 'slow down', { retryAfterMs: MINUTE }), NOW);
const refused = cooldownAfter(fault('upstream_refused_key', 'no such key'), NOW);

describe('a breaker that was kept', () => {
  test('opens again with its reason and its end', () => {
    const breaker = opened();
    expect(takeBreaker(written(keepBreaker(breaker)), { writtenAt: NOW, now: NOW + 1000 })).toEqual(breaker);
  });

  test('takes a probe once its time went by while nothing ran', () => {
    const taken = takeBreaker(written(keepBreaker(opened())), { writtenAt: NOW, now: NOW + MINUTE });
    expect(taken && mayTry(taken, NOW + MINUTE)).toBe('probe');
  });

  test('does not wait for a probe that ended with the process', () => {
    const probing = onTry(opened(), 'probe');
    expect(probing).toMatchObject({ is: 'half-open', probing: true });
    const taken = takeBreaker(written(keepBreaker(probing)), { writtenAt: NOW, now: NOW + 1000 });
    expect(taken && mayTry(taken, NOW + 1000)).toBe('probe');
  });

  test('is forgotten after an hour, and a closed one is not kept', () => {
    expect(takeBreaker(written(keepBreaker(opened())), { writtenAt: NOW, now: NOW + 2 * 60 * MINUTE })).toBe(
      undefined,
    );
    expect(keepBreaker(newBreaker())).toBeUndefined();
  });
});

describe('a cooldown that was kept', () => {
  test('goes on until the provider’s own end', () => {
    const taken = takeCooldown(written(keepCooldown(limited ?? fail())), { writtenAt: NOW, now: NOW + 1000 });
    expect(taken).toEqual(limited);
    expect(forbids(taken, NOW + 1000)).toBe(true);
    expect(forbids(taken, NOW + MINUTE)).toBe(false);
  });

  test('of a refused key is known for days, and one careful attempt is due', () => {
    const taken = takeCooldown(written(keepCooldown(refused ?? fail())), { writtenAt: NOW, now: NOW + DAY });
    expect(mayTryCooling(taken, NOW + DAY)).toBe('probe');
    expect(
      takeCooldown(written(keepCooldown(refused ?? fail())), { writtenAt: NOW, now: NOW + 8 * DAY }),
    ).toBeUndefined();
  });

  test('of a clock that was years ahead bans nobody for years', () => {
    const future = NOW + 10 * YEAR;
    const wrong = cooldownAfter(fault('upstream_rate_limited', 'x', { retryAfterMs: MINUTE }), future);
    const taken = takeCooldown(written(keepCooldown(wrong ?? fail())), { writtenAt: future, now: NOW });
    expect(forbids(taken, NOW)).toBe(true);
    expect(forbids(taken, NOW + MINUTE)).toBe(false);
  });

  test('with an end that nobody would write ends within a day', () => {
    const forged = { ...limited, until: NOW + 10 * YEAR, lengthMs: 11 * YEAR };
    const taken = takeCooldown(written(forged), { writtenAt: NOW, now: NOW });
    expect(forbids(taken, NOW + DAY - 1)).toBe(true);
    expect(forbids(taken, NOW + DAY)).toBe(false);
  });
});

test('whatever stands in the file, nobody is banned for more than a day, and no time is missing', () => {
  const times = fc.oneof(fc.integer({ min: -1e15, max: 1e15 }), fc.double(), fc.constant('soon'));
  const entry = fc.record(
    {
      is: fc.constantFrom('told', 'guessed', 'until-changed', 'open', 'half-open', 'closed', 'constructor'),
      until: times,
      lengthMs: times,
      openMs: times,
      since: times,
      reason: fc.constantFrom('upstream_timeout', 'upstream_rate_limited', 'nonsense', '__proto__'),
      message: fc.anything(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(entry, fc.anything()), fc.integer({ min: 0, max: 4e12 }), (stored, writtenAt) => {
      const age = { writtenAt, now: NOW };
      const breaker = takeBreaker(stored, age);
      const cooldown = takeCooldown(stored, age);
      if (breaker !== undefined) expect(mayTry(breaker, NOW + DAY)).toBe('probe');
      if (cooldown === undefined) return;
      expect(forbids(cooldown, NOW + DAY)).toBe(false);
      expect(mayTryCooling(cooldown, NOW + DAY)).not.toBe('no');
      expect(cooldown.since).toBeLessThanOrEqual(NOW);
      for (const time of [cooldown.until, cooldown.lengthMs, cooldown.since])
        expect(Number.isFinite(time)).toBe(true);
    }),
  );
});

function fail(): never {
  throw new Error('there is no cooldown');
}
