import type { Fault, FaultCode } from '../core/fault.ts';
import type { CooldownView } from '../core/health.ts';
import type { Admission } from './breaker.ts';

// Nobody tells us when an account is refilled; at five minutes a top-up is found soon, at one wasted call each.
const CREDIT_RETRY_MS = 5 * 60_000;
// A refused key is seldom un-refused, but providers do refuse good keys during outages of their own sign-in.
const KEY_RETRY_MS = 10 * 60_000;
// How long the one careful attempt on such a key has before another may be made.
const PROBE_LEASE_MS = 30_000;
// A 429 that does not say until when: most limits are per minute and refill steadily, so a little room is soon there.
const UNTOLD_MS = 2_000;
const UNTOLD_CAP_MS = 30_000;
// A limit met again within a minute of its end is the same trouble, in the eyes of whoever reads since when.
const GOES_ON_MS = 60_000;

/**
 * A target or key being left alone because its provider said so.
 * - `told`: the provider said until when. Never tried before that.
 * - `guessed`: it did not say; tried earlier when nothing else is left.
 * - `until-changed`: the key is refused or its account empty; one careful attempt each time `until` passes.
 */
export interface Cooldown {
  readonly is: 'told' | 'guessed' | 'until-changed';
  readonly until: number;
  readonly lengthMs: number;
  /** When it began: what renewed it since does not change that. */
  readonly since: number;
  readonly reason: FaultCode;
  readonly message: string;
}

/**
 * The cooldown a fault calls for, or undefined. `previous` is the one this target or key had before, over or not: a
 * guess that was too short doubles.
 */
export function cooldownAfter(fault: Fault, now: number, previous?: Cooldown): Cooldown | undefined {
  const { code } = fault;
  const since = sinceWhen(fault, now, previous);
  if (code === 'upstream_refused_key') return cooldown('until-changed', KEY_RETRY_MS, fault, now, since);
  if (code === 'upstream_out_of_credit') return creditCooldown(fault, now, since);
  const next = limitCooldown(fault, now, previous);
  // An attempt that was under way when the provider named an end may not shorten it.
  return next && previous && forbids(previous, now) && previous.until > next.until ? previous : next;
}

/**
 * What a cooldown covers: a refused key or an empty account is of no use for any model of the provider, while rate
 * limits and overload are counted per model by almost every provider, so the same key may still serve another one.
 */
export function cooldownSpan(reason: FaultCode): 'key' | 'target' {
  return reason === 'upstream_refused_key' || reason === 'upstream_out_of_credit' ? 'key' : 'target';
}

/** Whether what is cooling down may be tried: `probe` is the one careful attempt; call `onCooldownTry` as it begins. */
export function mayTryCooling(cooldown: Cooldown | undefined, now: number): Admission {
  if (cooldown === undefined) return 'yes';
  if (isRunning(cooldown, now)) return 'no';
  return cooldown.is === 'until-changed' ? 'probe' : 'yes';
}

/** The careful attempt begins: others keep away until its outcome is known, which clears or renews the cooldown. */
export function onCooldownTry(cooldown: Cooldown, now: number): Cooldown {
  if (mayTryCooling(cooldown, now) !== 'probe') return cooldown;
  return { ...cooldown, until: now + PROBE_LEASE_MS, lengthMs: PROBE_LEASE_MS };
}

/**
 * What is left of a cooldown after an attempt succeeded: nothing, unless the provider said until when. The attempt was
 * then under way before that, and another one would come too early.
 */
export function onCooldownSuccess(cooldown: Cooldown | undefined, now: number): Cooldown | undefined {
  return forbids(cooldown, now) ? cooldown : undefined;
}

/** True while a provider's own word forbids an attempt, even when nothing else is left to try. */
export function forbids(cooldown: Cooldown | undefined, now: number): boolean {
  return cooldown?.is === 'told' && isRunning(cooldown, now);
}

/** The cooldown as it is shown; undefined when it is over. */
export function viewCooldown(cooldown: Cooldown | undefined, now: number): CooldownView | undefined {
  if (cooldown === undefined) return undefined;
  const { reason, message, until } = cooldown;
  const shown = { reason, message, since: cooldown.since, covers: cooldownSpan(reason) };
  if (cooldown.is === 'until-changed') return { ...shown, nextLook: until };
  return isRunning(cooldown, now) ? { ...shown, until } : undefined;
}

/** What was looked at without finding out: whoever comes next may try. */
export function undecided(cooldown: Cooldown, now: number): Cooldown {
  return cooldown.is === 'until-changed' ? { ...cooldown, until: now, lengthMs: 0 } : cooldown;
}

function cooldown(is: Cooldown['is'], lengthMs: number, fault: Fault, now: number, since: number): Cooldown {
  return { is, until: now + lengthMs, lengthMs, since, reason: fault.code, message: fault.message };
}

/** The same trouble goes on when it comes back within the time it was given last; nothing else ended it. */
function sinceWhen({ code }: Fault, now: number, previous: Cooldown | undefined): number {
  const goesOn = previous?.reason === code && now - previous.until <= Math.max(previous.lengthMs, GOES_ON_MS);
  return goesOn ? previous.since : now;
}

/** A daily quota names its end; the short times beside an empty account are those of rate limits, and mean nothing. */
function creditCooldown(fault: Fault, now: number, since: number): Cooldown {
  const { retryAfterMs = 0 } = fault;
  return retryAfterMs > CREDIT_RETRY_MS
    ? cooldown('told', retryAfterMs, fault, now, since)
    : cooldown('until-changed', CREDIT_RETRY_MS, fault, now, since);
}

/** An overload without an end is the breaker's to judge; a rate limit without one is guessed. */
function limitCooldown(fault: Fault, now: number, previous: Cooldown | undefined): Cooldown | undefined {
  const { code, retryAfterMs } = fault;
  if (code !== 'upstream_rate_limited' && code !== 'upstream_overloaded') return undefined;
  const since = sinceWhen(fault, now, previous);
  if (retryAfterMs !== undefined) return cooldown('told', retryAfterMs, fault, now, since);
  return code === 'upstream_overloaded'
    ? undefined
    : cooldown('guessed', guessMs(now, previous), fault, now, since);
}

/** Doubles when the last guess ended less than its own length ago. */
function guessMs(now: number, previous: Cooldown | undefined): number {
  if (previous?.is !== 'guessed' || now - previous.until > previous.lengthMs) return UNTOLD_MS;
  // Limited again while it still runs: an attempt that was under way, which says nothing new.
  return isRunning(previous, now) ? previous.lengthMs : Math.min(previous.lengthMs * 2, UNTOLD_CAP_MS);
}

/** Also over when the clock was set back behind its beginning, or it would last for that long. */
function isRunning(cooldown: Cooldown, now: number): boolean {
  return now < cooldown.until && now >= cooldown.until - cooldown.lengthMs;
}
