// Buckets grow by 2^(1/4): any reading is within about 9 % of the truth, which no person sees on a dashboard,
// and 96 of them reach from 0.1 ms to 20 minutes.
const FIRST_MS = 0.1;
const STEPS_PER_DOUBLING = 4;
const BUCKETS = 96;

/** Latencies in milliseconds, in logarithmic buckets: constant memory, constant cost, quantiles within 9 %. */
export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;
  #least = Infinity;
  #most = -Infinity;

  record(ms: number): void {
    if (ms < this.#least) this.#least = ms;
    if (ms > this.#most) this.#most = ms;
    const raw = ms <= FIRST_MS ? 0 : Math.ceil(Math.log2(ms / FIRST_MS) * STEPS_PER_DOUBLING);
    const bucket = Math.min(BUCKETS - 1, raw);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total++;
  }

  get count(): number {
    return this.#total;
  }

  /**
   * The value below which the share `q` (0 to 1) of the readings lies, never outside of what was read; undefined when
   * there are none.
   */
  quantile(q: number): number | undefined {
    if (this.#total === 0) return undefined;
    const rank = Math.max(1, Math.ceil(q * this.#total));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket] ?? 0;
      if (seen < rank) continue;
      const middle = FIRST_MS * 2 ** ((bucket - 0.5) / STEPS_PER_DOUBLING);
      return Math.min(this.#most, Math.max(this.#least, middle));
    }
    return undefined;
  }

  /** Adds another histogram's readings to this one. */
  add(other: Histogram): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + (other.#counts[bucket] ?? 0);
    }
    this.#total += other.#total;
    this.#least = Math.min(this.#least, other.#least);
    this.#most = Math.max(this.#most, other.#most);
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
    this.#least = Infinity;
    this.#most = -Infinity;
  }
}
