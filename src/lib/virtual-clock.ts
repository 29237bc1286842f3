import type { Clock } from './clock.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  action: (() => void) | undefined;
}

/** A clock that jumps from one timer to the next: hours go by in seconds, and everything happens in the same order. */
export class VirtualClock implements Clock {
  readonly #startedAt: number;
  /** A heap: the next timer comes first. */
  readonly #timers: Timer[] = [];
  #now: number;
  #made = 0;

  /** @param startAt Epoch milliseconds. */
  constructor(startAt: number) {
    this.#startedAt = startAt;
    this.#now = startAt;
  }

  readonly now = (): number => Math.floor(this.#now);
  readonly monotonic = (): number => this.#now - this.#startedAt;

  readonly after = (delayMs: number, action: () => void): (() => void) => {
    const timer: Timer = { at: this.#now + Math.max(0, delayMs), order: this.#made++, action };
    this.#push(timer);
    return () => {
      timer.action = undefined;
    };
  };

  /** Lets time pass until nothing is due any more, or `isOver` says so; answers what each timer begins runs to its wait. */
  async run(isOver: () => boolean): Promise<void> {
    for (;;) {
      // Whatever was set going gets as far as it comes without time: promises and streams are done before this.
      await new Promise((resolve) => void setImmediate(resolve));
      if (isOver()) return;
      const timer = this.#next();
      if (timer === undefined) return;
      this.#now = Math.max(this.#now, timer.at);
      timer.action?.();
    }
  }

  #next(): Timer | undefined {
    for (let timer = this.#pop(); timer !== undefined; timer = this.#pop())
      if (timer.action !== undefined) return timer;
    return undefined;
  }

  #push(timer: Timer): void {
    const heap = this.#timers;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, timer)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = timer;
  }

  #pop(): Timer | undefined {
    const heap = this.#timers;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const [a, b] = [heap[left], heap[left + 1]];
      const child = a && b && isBefore(b, a) ? b : a;
      if (child === undefined || isBefore(last, child)) break;
      heap[index] = child;
      index = child === b ? left + 1 : left;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
