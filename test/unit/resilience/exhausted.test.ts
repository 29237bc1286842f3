import { describe, expect, test } from 'vitest';

import { fault, type FaultCode } from '../../../src/core/fault.ts';
import { DEFAULT_POLICY } from '../../../src/core/policy.ts';
import type { Target } from '../../../src/core/target.ts';
import {
  comeBack,
  cooldownAfter,
  type Failure,
  faultToTell,
  newBreaker,
  onFailure,
  recoversAt,
} from '../../../src/resilience/index.ts';

const NOW = 1_760_000_000_000;
const A: Target = { provider: 'a', model: 'm', key: 'env:A' };
const B: Target = { provider: 'b', model: 'm', key: 'env:B' };

const tried = (target: Target, code: FaultCode): Failure => ({ target, fault: fault(code), tried: true });
const skipped = (target: Target, code: FaultCode): Failure => ({ target, fault: fault(code), tried: false });

describe('what the caller is told when nothing is left', () => {
  test.each<[string, readonly Failure[], FaultCode]>([
    [
      'the first target wins',
      [tried(A, 'upstream_rate_limited'), tried(B, 'upstream_refused_key')],
      'upstream_rate_limited',
    ],
    [
      'the first that was really tried',
      [skipped(A, 'breaker_open'), tried(B, 'upstream_timeout')],
      'upstream_timeout',
    ],
    [
      'of several attempts there the last',
      [tried(A, 'upstream_overloaded'), tried(A, 'upstream_rate_limited'), tried(B, 'upstream_timeout')],
      'upstream_rate_limited',
    ],
    [
      'the first reason when none was tried',
      [skipped(A, 'breaker_open'), skipped(B, 'untranslatable')],
      'breaker_open',
    ],
    ['a sentence of our own when there was no target', [], 'exhausted'],
  ])('%s', (_, failures, code) => {
    expect(faultToTell(failures).code).toBe(code);
  });
});

describe('when to come back', () => {
  test('is the earliest known recovery', () => {
    expect(comeBack([NOW + 30_000, undefined, NOW + 9000], NOW)).toEqual({ at: NOW + 9000, afterMs: 9000 });
  });

  test('is told as at most a minute, with the truth beside it', () => {
    expect(comeBack([NOW + 3_600_000], NOW)).toEqual({ at: NOW + 3_600_000, afterMs: 60_000 });
  });

  test('is now when a target could be tried already', () => {
    expect(comeBack([NOW - 5, NOW + 9], NOW)).toEqual({ at: NOW, afterMs: 0 });
  });

  test('is not told when only a change helps', () => {
    expect(comeBack([undefined, undefined], NOW)).toBeUndefined();
    expect(comeBack([], NOW)).toBeUndefined();
  });
});

describe('when a target may be tried again', () => {
  const closed = newBreaker();
  const policy = { ...DEFAULT_POLICY, breakerFailures: 1 };
  const open = onFailure(newBreaker(), 'yes', fault('upstream_timeout'), policy, NOW);
  const limited = cooldownAfter(fault('upstream_rate_limited', undefined, { retryAfterMs: 8000 }), NOW);
  const refused = cooldownAfter(fault('upstream_refused_key'), NOW);

  test('is when both its breaker and its cooldown have ended', () => {
    expect(recoversAt(open, undefined, NOW)).toBe(NOW + 5000);
    expect(recoversAt(closed, limited, NOW)).toBe(NOW + 8000);
    expect(recoversAt(open, limited, NOW)).toBe(NOW + 8000);
  });

  test('is now for a healthy one, and unknown for one whose key must change', () => {
    expect(recoversAt(closed, undefined, NOW)).toBe(NOW);
    expect(recoversAt(open, limited, NOW + 60_000)).toBe(NOW + 60_000);
    expect(recoversAt(closed, refused, NOW)).toBeUndefined();
  });
});
