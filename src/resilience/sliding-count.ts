const BUCKETS = 10;

/**
 * How often something happened within the last `spanMs`, in ten time buckets: constant memory, no allocation, and a
 * reading that is at most a tenth of the span short. Time is an argument; a clock set back only forgets.
 */
export class SlidingCount {
  readonly #bucketMs: number;
  readonly #counts = new Uint32Array(BUCKETS);
  /** Which turn of the clock each bucket was last written in; an older turn means that its count is stale. */
  readonly #turns = new Float64Array(BUCKETS).fill(-1);

  constructor(spanMs: number) {
    this.#bucketMs = spanMs / BUCKETS;
  }

  add(now: number, times = 1): void {
    const turn = Math.floor(now / this.#bucketMs);
    const bucket = turn % BUCKETS;
    if (this.#turns[bucket] === turn) {
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + times;
    } else {
      this.#turns[bucket] = turn;
      this.#counts[bucket] = times;
    }
  }

  total(now: number): number {
    const turn = Math.floor(now / this.#bucketMs);
    let total = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const age = turn - (this.#turns[bucket] ?? -1);
      if (age >= 0 && age < BUCKETS) total += this.#counts[bucket] ?? 0;
    }
    return total;
  }
}
