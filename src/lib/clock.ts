/** Where time comes from. Passed in as an argument so that tests can hold it still. */
export interface Clock {
  /** Wall clock, in milliseconds since the epoch. */
  readonly now: () => number;
  /** Monotonic milliseconds with fractions; only differences mean something. */
  readonly monotonic: () => number;
  /** Runs `action` once after `delayMs`; the returned function cancels it. */
  readonly after: (delayMs: number, action: () => void) => () => void;
}

/** The machine's own time. Its timers do not keep the process alive by themselves. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Another clock that knows how many of its timers are set: what is never taken back shows as a number that grows. */
export class CountedClock implements Clock {
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly #clock: Clock;
  #timers = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.now = clock.now;
    this.monotonic = clock.monotonic;
  }

  get timers(): number {
    return this.#timers;
  }

  readonly after = (delayMs: number, action: () => void): (() => void) => {
    let isSet = true;
    const unset = (): void => {
      if (isSet) this.#timers -= 1;
      isSet = false;
    };
    this.#timers += 1;
    const cancel = this.#clock.after(delayMs, () => {
      unset();
      action();
    });
    return () => {
      unset();
      cancel();
    };
  };
}
