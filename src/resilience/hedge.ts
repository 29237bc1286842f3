import type { Policy } from '../core/policy.ts';
import { SlidingCount } from './sliding-count.ts';

/** An hour: a developer sends some tens of requests in it, and a share of fewer than that allows nothing. */
const WINDOW_MS = 3_600_000;
/** Prices are compared to the hundredth. */
const PER_REQUEST = 100;
/** A second target that costs so many times as much is worth no race; more would also overflow what is counted. */
const DEAREST = 1000;

/**
 * After how many milliseconds a request that still waits for its first content is late; undefined where it never is.
 *
 * @param late The 95th percentile of what was seen of the target, where that is known.
 */
export function hedgeAfter(hedge: Policy['hedge'], late: number | undefined): number | undefined {
  if (hedge === 'off') return undefined;
  return hedge === 'p95' ? late : hedge;
}

/**
 * How many of a target's requests may have a second target asked beside it: a share of those of the last hour, each
 * counted as often as it is dearer than the first; one in an hour may always be.
 */
export class HedgeBudget {
  readonly #requests = new SlidingCount(WINDOW_MS);
  readonly #spent = new SlidingCount(WINDOW_MS);

  /** A request was sent to the target that might have a second one beside it. */
  onRequest(now: number): void {
    this.#requests.add(now);
  }

  /** Whether a second target may be asked now; `share` is the policy's `hedgeSpend`, `times` how much dearer it is. */
  allows(share: number, times: number, now: number): boolean {
    if (share <= 0) return false;
    const spent = this.#spent.total(now);
    return spent === 0 || spent + weigh(times) <= this.#requests.total(now) * PER_REQUEST * share;
  }

  /** It is asked. */
  onHedge(times: number, now: number): void {
    this.#spent.add(now, weigh(times));
  }

  /** Requests of the last hour, and what those beside them came to in as many of them. */
  view(now: number): { readonly requests: number; readonly extra: number } {
    return { requests: this.#requests.total(now), extra: this.#spent.total(now) / PER_REQUEST };
  }
}

/** A cheaper one counts as one all the same: the provider's limits do not ask what it costs. */
function weigh(times: number): number {
  return Math.ceil(Math.min(DEAREST, Math.max(1, times)) * PER_REQUEST);
}
