import { type Fault, fault } from '../core/fault.ts';
import type { Target } from '../core/target.ts';
import type { Breaker } from './breaker.ts';
import type { Cooldown } from './cooldown.ts';
import { shares } from './decide.ts';

// The Anthropic SDK sleeps whatever it is told, without bound, and OpenAI's ignores what is over a minute.
const LONGEST_TOLD_MS = 60_000;

/** A target that did not serve: what an attempt on it ended with, or why none was made (`breaker_open`, …). */
export interface Failure {
  readonly target: Target;
  readonly fault: Fault;
  /** False when nothing was sent to it. */
  readonly tried: boolean;
}

/**
 * The fault the caller is told when nothing is left: that of the first target really tried, as its status and body are
 * what the caller would have got without gw; of several attempts there, the last, being the freshest. With no attempt
 * at all it is the first reason why not.
 */
export function faultToTell(failures: readonly Failure[]): Fault {
  const first = failures.find((failure) => failure.tried);
  if (first === undefined) return failures[0]?.fault ?? fault('exhausted');
  const there = failures.findLast(
    (failure) => failure.tried && shares('target', first.target, failure.target),
  );
  return (there ?? first).fault;
}

/**
 * When a target may be tried again (epoch milliseconds): `now` when it may be already, undefined when only
 * a change of its key or account helps. With everything open, the target with the lowest one is tried.
 */
export function recoversAt(
  breaker: Breaker,
  cooldown: Cooldown | undefined,
  now: number,
): number | undefined {
  if (cooldown?.is === 'until-changed') return undefined;
  return Math.max(now, breaker.is === 'open' ? breaker.until : now, cooldown?.until ?? now);
}

/** When it is worth coming back, for `retry-after` (capped) and `x-gw-retry-at` (the truth, epoch milliseconds). */
export interface ComeBack {
  readonly afterMs: number;
  readonly at: number;
}

/** From the known ends of breakers and cooldowns (epoch milliseconds); undefined when none is known. */
export function comeBack(recoveries: Iterable<number | undefined>, now: number): ComeBack | undefined {
  let earliest = Infinity;
  for (const recovery of recoveries) earliest = Math.min(earliest, recovery ?? Infinity);
  if (earliest === Infinity) return undefined;
  const at = Math.max(now, earliest);
  return { at, afterMs: Math.min(at - now, LONGEST_TOLD_MS) };
}
