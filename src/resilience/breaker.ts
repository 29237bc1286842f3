import type { Fault, FaultCode } from '../core/fault.ts';
import type { BreakerView } from '../core/health.ts';
import type { Policy } from '../core/policy.ts';
import { SlidingCount } from './sliding-count.ts';

// Long enough to gather ten outcomes from one developer's traffic, short enough that an old outage is forgotten.
const WINDOW_MS = 30_000;
// One success may be luck on a target that fails half of the time; two in a row let a quarter of those through.
const SUCCESSES_TO_CLOSE = 2;

/**
 * The breaker of one target. Transitions take a breaker and return the next one; only the counts of a closed breaker
 * are updated in place, because they change with every request and nobody reads them but `onFailure`.
 */
export type Breaker =
  | { readonly is: 'closed'; readonly counts: BreakerCounts }
  | {
      readonly is: 'open';
      readonly until: number;
      readonly openMs: number;
      /** When it opened first: relapses since do not change that. */
      readonly since: number;
      readonly reason: FaultCode;
      readonly message: string;
    }
  | {
      readonly is: 'half-open';
      readonly probing: boolean;
      readonly successes: number;
      readonly openMs: number;
      readonly since: number;
      readonly reason: FaultCode;
      readonly message: string;
    };

/** What a closed breaker remembers: failures in a row, and attempts and failures of the last 30 s. */
export interface BreakerCounts {
  inARow: number;
  readonly attempts: SlidingCount;
  readonly failures: SlidingCount;
}

/**
 * Whether a target may be tried: `yes`, `probe` (yes, as the one attempt that finds out whether it is well again; call
 * `onTry` when it begins) or `no`. An attempt keeps the answer it began with and hands it back with its outcome, so
 * that one begun before the breaker opened is not mistaken for the probe. `no` is then an attempt made all the same,
 * because every target was open.
 */
export type Admission = 'yes' | 'probe' | 'no';

/** A closed breaker that knows nothing yet. */
export function newBreaker(): Breaker {
  return {
    is: 'closed',
    counts: { inARow: 0, attempts: new SlidingCount(WINDOW_MS), failures: new SlidingCount(WINDOW_MS) },
  };
}

/** Whether the target may be tried now. Changes nothing. */
export function mayTry(breaker: Breaker, now: number): Admission {
  switch (breaker.is) {
    case 'closed':
      return 'yes';
    case 'open':
      return hasEnded(breaker, now) ? 'probe' : 'no';
    case 'half-open':
      return breaker.probing ? 'no' : 'probe';
  }
}

/**
 * An attempt begins with what `mayTry` said: a `probe` takes the slot. One made all the same (`no`) must not, as its
 * outcome would not free it.
 */
export function onTry(breaker: Breaker, admission: Admission): Breaker {
  if (admission !== 'probe' || breaker.is === 'closed') return breaker;
  return halfOpen(breaker, breaker.is === 'half-open' ? breaker.successes : 0, true);
}

/**
 * An attempt proved that the target works: its first content, or the whole answer. Report a stream here as soon as
 * content arrives, or a long answer keeps the probe slot for minutes.
 */
export function onSuccess(breaker: Breaker, admission: Admission, now: number): Breaker {
  switch (breaker.is) {
    case 'closed':
      breaker.counts.inARow = 0;
      breaker.counts.attempts.add(now);
      return breaker;
    case 'open':
      // Made while everything was open, and served: the target is on its way back before its time.
      return admission === 'no' ? halfOpen(breaker, 1, false) : breaker;
    case 'half-open':
      return admission === 'yes' ? breaker : recovering(breaker, admission);
  }
}

/** An attempt failed in a way that counts (`FAULTS[code].health` is `failure`); others are `onNeutral`. */
export function onFailure(
  breaker: Breaker,
  admission: Admission,
  fault: Fault,
  policy: Policy,
  now: number,
): Breaker {
  switch (breaker.is) {
    case 'closed':
      return countFailure(breaker, fault, policy, now);
    case 'open':
      return breaker;
    case 'half-open':
      // Only the probe decides: failures of attempts begun before are old news.
      return admission === 'probe'
        ? opened(fault, Math.min(breaker.openMs * 2, policy.breakerOpenCapMs), now, breaker.since)
        : breaker;
  }
}

/** Opened by hand: nobody is to ask this target for so long, whatever is known of it. */
export function tripped(openMs: number, now: number): Breaker {
  const message = 'opened by hand';
  return { is: 'open', until: now + openMs, openMs, since: now, reason: 'breaker_open', message };
}

/** An attempt ended without saying anything about the target (the caller hung up, a 4xx): frees the probe slot. */
export function onNeutral(breaker: Breaker, admission: Admission): Breaker {
  if (breaker.is !== 'half-open' || admission !== 'probe') return breaker;
  return halfOpen(breaker, breaker.successes, false);
}

/** The breaker as it is shown. One whose time is over but was not tried since is shown as half-open. */
export function viewBreaker(breaker: Breaker, now: number): BreakerView {
  switch (breaker.is) {
    case 'closed':
      return { is: 'closed' };
    case 'open':
      return hasEnded(breaker, now)
        ? viewHalfOpen(breaker, false)
        : {
            is: 'open',
            until: breaker.until,
            reason: breaker.reason,
            message: breaker.message,
            since: breaker.since,
          };
    case 'half-open':
      return viewHalfOpen(breaker, breaker.probing);
  }
}

function viewHalfOpen({ reason, message, since }: Open | HalfOpen, probing: boolean): BreakerView {
  return { is: 'half-open', probing, reason, message, since };
}

type Closed = Extract<Breaker, { is: 'closed' }>;
type Open = Extract<Breaker, { is: 'open' }>;
type HalfOpen = Extract<Breaker, { is: 'half-open' }>;

function countFailure(breaker: Closed, fault: Fault, policy: Policy, now: number): Breaker {
  const { counts } = breaker;
  counts.inARow++;
  counts.attempts.add(now);
  counts.failures.add(now);
  const attempts = counts.attempts.total(now);
  const tooMany =
    counts.inARow >= policy.breakerFailures ||
    (attempts >= policy.breakerMinimum && counts.failures.total(now) >= attempts * policy.breakerShare);
  return tooMany ? opened(fault, Math.min(policy.breakerOpenMs, policy.breakerOpenCapMs), now, now) : breaker;
}

function opened(fault: Fault, openMs: number, now: number, since: number): Open {
  return { is: 'open', until: now + openMs, openMs, since, reason: fault.code, message: fault.message };
}

function halfOpen(breaker: Open | HalfOpen, successes: number, probing: boolean): HalfOpen {
  const { openMs, since, reason, message } = breaker;
  return { is: 'half-open', probing, successes, openMs, since, reason, message };
}

/** One more success while half-open. With a probe still in flight it stays so, or the probe would come back to a
 * breaker that no longer knows it. */
function recovering(breaker: HalfOpen, admission: 'probe' | 'no'): Breaker {
  const successes = breaker.successes + 1;
  const probing = breaker.probing && admission !== 'probe';
  return successes >= SUCCESSES_TO_CLOSE && !probing ? newBreaker() : halfOpen(breaker, successes, probing);
}

/** Over; also when the clock was set back behind the moment it opened, or it would stay open for that long. */
function hasEnded(breaker: Open, now: number): boolean {
  return now >= breaker.until || now < breaker.until - breaker.openMs;
}
