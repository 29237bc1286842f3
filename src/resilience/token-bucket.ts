const MINUTE_MS = 60_000;
// So much may come at once: ten seconds' worth. A whole minute's would let through twice the limit in the first one.
const BURST_SHARE = 1 / 6;

/** Lets through so many requests per minute in the long run, and ten seconds' worth of them at once. Times are monotonic. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #most: number;
  #tokens: number;
  #at: number;

  constructor(perMinute: number, now: number) {
    this.#perMs = perMinute / MINUTE_MS;
    this.#most = Math.max(1, perMinute * BURST_SHARE);
    this.#tokens = this.#most;
    this.#at = now;
  }

  /** How long the next request would have to wait, behind those that wait already. */
  waitMs(now: number): number {
    this.#fill(now);
    return this.#tokens >= 1 ? 0 : Math.ceil((1 - this.#tokens) / this.#perMs);
  }

  /** Takes a token, one that is not there yet too: whoever takes it waits for it. */
  take(): void {
    this.#tokens--;
  }

  /** Whoever took it hung up before its turn. */
  giveBack(): void {
    this.#tokens = Math.min(this.#most, this.#tokens + 1);
  }

  #fill(now: number): void {
    this.#tokens = Math.min(this.#most, this.#tokens + Math.max(0, now - this.#at) * this.#perMs);
    this.#at = Math.max(this.#at, now);
  }
}
