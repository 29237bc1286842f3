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
