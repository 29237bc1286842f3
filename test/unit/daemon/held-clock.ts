import type { Clock } from '../../../src/lib/clock.ts';

/** A clock that stands still until the test moves it. */
export class HeldClock implements Clock {
  #time: number;
  #timers: { readonly at: number; readonly action: () => void }[] = [];

  constructor(time = 1_800_000_000_000) {
    this.#time = time;
  }

  now = (): number => this.#time;
  monotonic = (): number => this.#time;
  after = (delayMs: number, action: () => void): (() => void) => {
    const timer = { at: this.#time + delayMs, action };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  };

  get timers(): number {
    return this.#timers.length;
  }

  /** Moves on, running what falls due on the way, in order. */
  advance(ms: number): void {
    const end = this.#time + ms;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((each) => each !== due);
      this.#time = due.at;
      due.action();
    }
    this.#time = end;
  }
}
