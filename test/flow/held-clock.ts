import { type Clock, systemClock } from '../../src/lib/clock.ts';

/** The time of a simulator: it stands still, once begun, until the test lets it go on. */
export class HeldClock implements Clock {
  readonly now = systemClock.now;
  readonly monotonic = systemClock.monotonic;
  #isHeld = true;
  readonly #held = new Set<() => void>();

  readonly after = (delayMs: number, action: () => void): (() => void) => {
    if (!this.#isHeld || delayMs === 0) return systemClock.after(delayMs, action);
    this.#held.add(action);
    return () => void this.#held.delete(action);
  };

  letGo(): void {
    this.#isHeld = false;
    for (const action of this.#held) action();
  }
}
