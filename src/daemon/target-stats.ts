import { type FaultCode, FAULTS } from '../core/fault.ts';
import type { RecentHealth, TargetHealth } from '../core/health.ts';
import type { Target } from '../core/target.ts';
import type { Attempt } from '../core/trail.ts';
import { Histogram } from '../lib/histogram.ts';
import { RollingWindow } from './rolling.ts';

class Slot {
  attempts = 0;
  failures = 0;
  readonly total = new Histogram();
  readonly firstContent = new Histogram();

  clear(): void {
    this.attempts = 0;
    this.failures = 0;
    this.total.clear();
    this.firstContent.clear();
  }
}

/** What one target did: counts since the daemon started, latencies over the last five minutes. */
export class TargetStats {
  readonly target: Target;
  attempts = 0;
  failures = 0;
  served = 0;
  #lastAt: number | undefined;
  #lastFault: FaultCode | undefined;
  #lastMessage: string | undefined;
  readonly #window = new RollingWindow(() => new Slot());

  constructor(target: Target) {
    this.target = target;
  }

  get last(): TargetHealth['last'] {
    if (this.#lastAt === undefined) return undefined;
    return {
      at: this.#lastAt,
      ...(this.#lastFault === undefined ? {} : { fault: this.#lastFault }),
      ...(this.#lastMessage === undefined ? {} : { message: this.#lastMessage }),
    };
  }

  /** Takes note of an attempt that ended at `at` (epoch milliseconds). Called on the hot path. */
  attemptEnded(attempt: Attempt, at: number, streamed: boolean): void {
    const slot = this.#window.at(at);
    const failure = isFailure(attempt.fault);
    this.attempts++;
    slot.attempts++;
    // Its caller waited less long than gw would have, which says nothing about the target.
    if (attempt.impatient) return;
    if (failure) {
      this.failures++;
      slot.failures++;
    } else if (attempt.fault === undefined && attempt.lost !== true) {
      slot.total.record((attempt.endMs ?? attempt.startMs) - attempt.startMs);
      if (streamed && attempt.firstContentMs !== undefined) {
        slot.firstContent.record(attempt.firstContentMs - attempt.startMs);
      }
    }
    this.#lastAt = at;
    this.#lastFault = attempt.fault;
    this.#lastMessage = attempt.message;
  }

  /** Takes a failure back that was noted at `at`: it was not the target's. */
  attemptExcused(attempt: Attempt, at: number): void {
    this.failures--;
    const slot = this.#window.at(at);
    slot.failures = Math.max(0, slot.failures - 1);
    if (this.#lastAt !== at) return;
    this.#lastFault = attempt.fault;
    this.#lastMessage = attempt.message;
  }

  recent(now: number): RecentHealth {
    const total = new Histogram();
    const firstContent = new Histogram();
    let attempts = 0;
    let failures = 0;
    for (const slot of this.#window.recent(now)) {
      attempts += slot.attempts;
      failures += slot.failures;
      total.add(slot.total);
      firstContent.add(slot.firstContent);
    }
    return { attempts, failures, ...quantiles(total, firstContent) };
  }
}

/** A rejected request is the caller's own and says nothing about the target. */
function isFailure(code: FaultCode | undefined): boolean {
  return code !== undefined && FAULTS[code].scope !== 'request';
}

/** Median and 95th percentile of both, where there are readings. */
export function quantiles(
  total: Histogram,
  firstContent: Histogram,
): Omit<RecentHealth, 'attempts' | 'failures'> {
  const found = {
    p50: total.quantile(0.5),
    p95: total.quantile(0.95),
    firstContentP50: firstContent.quantile(0.5),
    firstContentP95: firstContent.quantile(0.95),
  };
  return {
    ...(found.p50 === undefined ? {} : { p50: found.p50 }),
    ...(found.p95 === undefined ? {} : { p95: found.p95 }),
    ...(found.firstContentP50 === undefined ? {} : { firstContentP50: found.firstContentP50 }),
    ...(found.firstContentP95 === undefined ? {} : { firstContentP95: found.firstContentP95 }),
  };
}
