import { SlidingCount } from './sliding-count.ts';

const WINDOW_MS = 10_000;
// A developer sends a request now and then: a share of next to nothing would never allow a retry.
const FLOOR_PER_MS = 1 / 1000;
const FLOOR_BURST = 3;

/**
 * How many retries one target may be given: a share of its requests over 10 s, on top of one a second in bursts of
 * three. When a target fails for everyone, retries then add a fifth to its load instead of tripling it.
 */
export class RetryBudget {
  readonly #requests = new SlidingCount(WINDOW_MS);
  readonly #retries = new SlidingCount(WINDOW_MS);
  #floor = FLOOR_BURST;
  #filledAt = 0;

  /** A request came to the target that is not a retry. */
  onRequest(now: number): void {
    this.#requests.add(now);
  }

  /** Whether a retry may be made; `share` is the policy's `retryBudget`. */
  allows(share: number, now: number): boolean {
    return this.#refill(now) >= 1 || this.#retries.total(now) + 1 <= this.#requests.total(now) * share;
  }

  /** A retry is made: the floor pays first, then the share. */
  onRetry(now: number): void {
    if (this.#refill(now) >= 1) this.#floor--;
    else this.#retries.add(now);
  }

  #refill(now: number): number {
    const gained = Math.max(0, now - this.#filledAt) * FLOOR_PER_MS;
    this.#floor = Math.min(FLOOR_BURST, this.#floor + gained);
    this.#filledAt = now;
    return this.#floor;
  }
}
