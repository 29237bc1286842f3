// Half of what was known counts no more after this: long enough for a few requests of one developer, short enough that
// a slow spell is forgotten while somebody is still at work.
const HALF_LIFE_MS = 60_000;
// One measurement says at least this much of the mean, however close it follows on the last: a target that has become
// slow is noticed within three or four requests.
const LEAST_SHARE = 0.3;

/** A moving mean of milliseconds: the latest count most, and the older the last one is, the more the next one counts. */
export class MovingLatency {
  #meanMs: number | undefined;
  #at = 0;

  add(ms: number, now: number): void {
    const kept = 0.5 ** (Math.max(0, now - this.#at) / HALF_LIFE_MS);
    const share = Math.max(LEAST_SHARE, 1 - kept);
    this.#meanMs = this.#meanMs === undefined ? ms : this.#meanMs + (ms - this.#meanMs) * share;
    this.#at = now;
  }

  /** Undefined until something was measured. */
  get meanMs(): number | undefined {
    return this.#meanMs;
  }

  /** When something was measured last; 0 before that. */
  get at(): number {
    return this.#at;
  }
}
