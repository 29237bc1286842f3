import { type FaultCode, FAULTS } from '../core/fault.ts';
import type { StoredAge } from '../core/ports.ts';
import { isKeyOf, numberField, stringField } from '../lib/expect.ts';
import type { Breaker } from './breaker.ts';
import type { Cooldown } from './cooldown.ts';

// What a breaker knew an hour ago says nothing of the provider now, and asking it costs one trial request.
const STALE_MS = 3_600_000;
// A refused key is refused still after a night; a week later nobody knows why it was.
const STALE_KEY_MS = 7 * 86_400_000;
// An end further away than any that gw itself would write is a clock that jumped, or somebody else's hand.
const LONGEST_OPEN_MS = 3_600_000;
const LONGEST_COOLDOWN_MS: Readonly<Record<Cooldown['is'], number>> = {
  told: 86_400_000,
  guessed: 30_000,
  'until-changed': 600_000,
};
const LONGEST_MESSAGE = 1_000;
// Backoff goes on where it was, and never beyond what a policy could say.
const LONGEST_BACKOFF_MS = 3_600_000;

/** A breaker as it is kept; undefined when there is nothing to remember of it. */
export function keepBreaker(breaker: Breaker): unknown {
  if (breaker.is === 'closed') return undefined;
  const { openMs, since, reason, message } = breaker;
  const shared = { is: breaker.is, openMs, since, reason, message };
  return breaker.is === 'open' ? { ...shared, until: breaker.until } : shared;
}

/** A cooldown as it is kept. */
export function keepCooldown(cooldown: Cooldown): unknown {
  return cooldown;
}

/** The breaker that was kept, its times brought into what is possible; undefined when it is none or too old. */
export function takeBreaker(stored: unknown, age: StoredAge): Breaker | undefined {
  const shared = takeShared(stored);
  const is = stringField(stored, 'is');
  if (shared === undefined) return undefined;
  const openMs = clamp(numberField(stored, 'openMs') ?? 0, 0, LONGEST_BACKOFF_MS);
  const since = takeSince(stored, age);
  if (is === 'half-open') {
    if (elapsed(age) > STALE_MS) return undefined;
    return { is, probing: false, successes: 0, openMs, since, ...shared };
  }
  const until = takeEnd(stored, age, LONGEST_OPEN_MS);
  if (is !== 'open' || until === undefined || until < age.now - STALE_MS) return undefined;
  return { is, until, openMs: Math.max(openMs, until - age.now), since, ...shared };
}

/** The cooldown that was kept, its times brought into what is possible; undefined when it is none or too old. */
export function takeCooldown(stored: unknown, age: StoredAge): Cooldown | undefined {
  const shared = takeShared(stored);
  const is = stringField(stored, 'is') ?? '';
  if (shared === undefined || !isKeyOf(LONGEST_COOLDOWN_MS, is)) return undefined;
  const until = takeEnd(stored, age, LONGEST_COOLDOWN_MS[is]);
  const stale = is === 'until-changed' ? STALE_KEY_MS : STALE_MS;
  if (until === undefined || until < age.now - stale) return undefined;
  const lengthMs = clamp(numberField(stored, 'lengthMs') ?? 0, 0, LONGEST_COOLDOWN_MS[is]);
  return {
    is,
    until,
    lengthMs: Math.max(lengthMs, until - age.now),
    since: takeSince(stored, age),
    ...shared,
  };
}

function takeShared(stored: unknown): { readonly reason: FaultCode; readonly message: string } | undefined {
  const reason = stringField(stored, 'reason') ?? '';
  if (!isKeyOf(FAULTS, reason)) return undefined;
  return { reason, message: (stringField(stored, 'message') ?? '').slice(0, LONGEST_MESSAGE) };
}

/** When it ends by today's clock, never further away than `longestMs`. */
function takeEnd(stored: unknown, age: StoredAge, longestMs: number): number | undefined {
  const until = numberField(stored, 'until');
  return until === undefined ? undefined : Math.min(until + shift(age), age.now + longestMs);
}

function takeSince(stored: unknown, age: StoredAge): number {
  return Math.min((numberField(stored, 'since') ?? age.writtenAt) + shift(age), age.now);
}

/** A clock that was set back since makes every moment one of the future: then no time counts as gone by. */
function shift({ writtenAt, now }: StoredAge): number {
  return Math.min(0, now - writtenAt);
}

function elapsed({ writtenAt, now }: StoredAge): number {
  return Math.max(0, now - writtenAt);
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}
