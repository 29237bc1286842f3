import { type RateView, type RequestLimit, scopeText } from '../core/budget.ts';
import { holderIn } from '../core/expense.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import type { Subject } from './budget-meter.ts';
import { TokenBucket } from './token-bucket.ts';

// Sessions are named by callers. Whoever is forgotten begins with a full bucket.
const MOST_HOLDERS = 10_000;

/** A request may go after so long, or not at all within that time. */
export type Turn =
  | {
      readonly is: 'go';
      readonly waitMs: number;
      readonly by: RequestLimit | undefined;
      readonly giveBack: () => void;
    }
  | { readonly is: 'refused'; readonly afterMs: number; readonly by: RequestLimit };

interface Gauge {
  readonly limit: RequestLimit;
  readonly buckets: BoundedMap<TokenBucket>;
  waited: number;
  refused: number;
}

/** All limits of a profile on requests per minute. */
export class RateBook {
  #gauges: readonly Gauge[] = [];

  get isEmpty(): boolean {
    return this.#gauges.length === 0;
  }

  /** From now on these hold; those that stay as they are keep what was taken. */
  apply(limits: readonly RequestLimit[]): void {
    const known = new Map(this.#gauges.map((gauge) => [keyOf(gauge.limit), gauge]));
    this.#gauges = limits.map((limit) => known.get(keyOf(limit)) ?? newGauge(limit));
  }

  /** Takes a turn in every limit that is about this request, unless one of them would have it wait longer than that. */
  take(subject: Subject, now: number, mostMs: number): Turn {
    let waitMs = 0;
    let slowest: Gauge | undefined;
    const buckets: TokenBucket[] = [];
    for (const gauge of this.#gauges) {
      const bucket = bucketOf(gauge, subject, now);
      if (!bucket) continue;
      buckets.push(bucket);
      const own = bucket.waitMs(now);
      if (own > waitMs) [waitMs, slowest] = [own, gauge];
    }
    if (slowest && waitMs > mostMs) {
      slowest.refused++;
      return { is: 'refused', afterMs: waitMs, by: slowest.limit };
    }
    if (slowest) slowest.waited++;
    for (const bucket of buckets) bucket.take();
    const giveBack = (): void => {
      for (const bucket of buckets) bucket.giveBack();
    };
    return { is: 'go', waitMs, by: slowest?.limit, giveBack };
  }

  views(): RateView[] {
    return this.#gauges.map(({ limit: { scope, requestsPerMinute }, waited, refused }) => ({
      scope: scopeText(scope),
      requestsPerMinute,
      waited,
      refused,
    }));
  }
}

function newGauge(limit: RequestLimit): Gauge {
  const bounds = { entries: MOST_HOLDERS, weight: MOST_HOLDERS, heaviest: 1 };
  return { limit, buckets: new BoundedMap(bounds, () => 1), waited: 0, refused: 0 };
}

function bucketOf({ limit, buckets }: Gauge, subject: Subject, now: number): TokenBucket | undefined {
  const holder = holderIn(limit.scope, subject);
  if (holder === undefined) return undefined;
  const known = buckets.get(holder);
  if (known) return known;
  const made = new TokenBucket(limit.requestsPerMinute, now);
  buckets.set(holder, made);
  return made;
}

function keyOf({ scope, requestsPerMinute }: RequestLimit): string {
  return `${scopeText(scope)}\n${requestsPerMinute}`;
}
