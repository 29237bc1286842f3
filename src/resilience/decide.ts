import { type Fault, type FaultCode, FAULTS } from '../core/fault.ts';
import type { Policy } from '../core/policy.ts';
import type { Target } from '../core/target.ts';
import { backoffMs } from './backoff.ts';

/** Where a failed attempt stands in its exchange. */
export interface Position {
  /** No other target could still be tried; `othersAfter` tells which ones could. */
  readonly isLast: boolean;
  /** Retries already made on this target in this exchange. */
  readonly retriesHere: number;
  /** How often the caller's SDK says it has tried already. */
  readonly callerRetries: number;
  /** The target's retry budget has room. */
  readonly budgetAllows: boolean;
  /** Time left of the chain's deadline. */
  readonly remainingMs: number;
  /** Part of an answer reached the caller. */
  readonly contentDelivered: boolean;
}

/** What to leave out of the rest of the plan: what shares the fault's cause with the failed target. */
export type Skip = 'target' | 'key' | 'model' | 'provider';

/** What to do after a failed attempt. */
export type Decision =
  | { readonly do: 'retry'; readonly afterMs: number }
  | { readonly do: 'next'; readonly skip: Skip }
  | { readonly do: 'fail' };

const FAIL: Decision = { do: 'fail' };
// Added to a provider's wait so that callers told the same moment do not all come back in it. Never subtracted.
const WAIT_JITTER = 0.1;
// Timers may fire a millisecond early by the clock the provider counts with.
const TIMER_SLACK_MS = 1;

/** Whether to retry here, go on to another target or give up. The whole failure policy; `random` gives [0, 1). */
export function decide(fault: Fault, position: Position, policy: Policy, random: () => number): Decision {
  if (position.contentDelivered || position.remainingMs <= 0) return FAIL;
  if (endsAll(fault, policy)) return FAIL;
  const afterMs = waitBeforeRetry(fault, position, policy, random);
  if (afterMs !== undefined) return { do: 'retry', afterMs };
  return position.isLast ? FAIL : { do: 'next', skip: skipAfter(fault.code) };
}

/** Whether the fault is one of the request itself: no other target would do better, or may be asked. */
export function endsAll(fault: Fault, policy: Policy): boolean {
  return FAULTS[fault.code].remedy === 'fail' && !mayReroute(fault, policy);
}

/** What another attempt must not share with the one that failed. */
export function skipAfter(code: FaultCode): Skip {
  // Limits are counted per model by almost every provider, and breakers are kept per target: neither says anything
  // about another model with the same key, or the same model with another key.
  if (code === 'upstream_rate_limited' || code === 'breaker_open') return 'target';
  // Another model of the provider is under the same content policy.
  if (code === 'content_blocked') return 'provider';
  const { scope } = FAULTS[code];
  return scope === 'request' ? 'target' : scope;
}

/** The targets that are still worth trying after `failed` failed with this fault, in their order. */
export function othersAfter(code: FaultCode, failed: Target, others: readonly Target[]): Target[] {
  const skip = skipAfter(code);
  return others.filter((other) => !shares(skip, failed, other));
}

/** True when `other` has in common with `failed` what is to be left out. */
export function shares(skip: Skip, failed: Target, other: Target): boolean {
  if (failed.provider !== other.provider) return false;
  switch (skip) {
    case 'provider':
      return true;
    case 'model':
      return failed.model === other.model;
    case 'key':
      return failed.key === other.key;
    case 'target':
      return failed.model === other.model && failed.key === other.key;
  }
}

function mayReroute({ code, elsewhere }: Fault, policy: Policy): boolean {
  return elsewhere === true || (code === 'content_blocked' && policy.rerouteBlocked);
}

/** Milliseconds to wait before asking the same target again, or undefined when it must not be asked again. */
function waitBeforeRetry(
  fault: Fault,
  position: Position,
  policy: Policy,
  random: () => number,
): number | undefined {
  const retries = position.isLast ? policy.retriesLast : policy.retries;
  // An SDK that retries does so on top of ours: three of its tries with three of ours each would be nine.
  if (position.callerRetries > 0 || !position.budgetAllows || position.retriesHere >= retries)
    return undefined;
  if (!isWorthRetrying(fault, position.isLast)) return undefined;
  const longest = position.isLast ? policy.waitLastMs : policy.waitMs;
  if (fault.retryAfterMs !== undefined && fault.retryAfterMs > longest) return undefined;
  const wait = Math.max(toldWait(fault, random), backoffMs(position.retriesHere, policy, random));
  return wait < position.remainingMs ? wait : undefined;
}

function isWorthRetrying(fault: Fault, isLast: boolean): boolean {
  const { code } = fault;
  if (code === 'upstream_overloaded') return true;
  // Without a time to wait for, another key or target serves sooner than a guess.
  if (code === 'upstream_rate_limited') return isLast || fault.retryAfterMs !== undefined;
  // Another target is the better second try; with none left, a reset or an empty answer is often a passing one, and
  // the caller's SDK, told not to retry what gw gave up, would have tried again by itself.
  // Never a timeout: the caller has waited once already.
  return isLast && (code === 'upstream_unreachable' || code === 'upstream_garbled');
}

function toldWait(fault: Fault, random: () => number): number {
  if (fault.retryAfterMs === undefined) return 0;
  return fault.retryAfterMs * (1 + random() * WAIT_JITTER) + TIMER_SLACK_MS;
}
