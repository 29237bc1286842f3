import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { Clock } from '../lib/clock.ts';

/**
 * Whoever asks again and again pays nothing for it: a collection takes some 20 ms, and a heap that has shrunk is collected
 * more often until it has grown again.
 */
const QUIET_MS = 30_000;

/** What is looked at to know whether anybody is being served. */
export interface Activity {
  /** Requests under way. */
  readonly live: number;
  /** When the last one ended; epoch milliseconds, 0 while none did. */
  readonly endedAt: number;
}

/**
 * Gives memory back once after each busy time. V8 keeps what it has taken for the next burst, for hours if none comes:
 * of an idle process nobody asks it to let go. After a burst of 5,000 streams that is 75 of 200 MB, measured.
 */
export class IdleMemory {
  readonly #clock: Clock;
  readonly #activity: () => Activity;
  readonly #release: () => void;
  #isWaiting = false;

  constructor(clock: Clock, activity: () => Activity, release: () => void = releaseMemory) {
    this.#clock = clock;
    this.#activity = activity;
    this.#release = release;
  }

  /** Something happens, or has just happened. Cheap: it is told of each request that finds nobody else there. */
  busy(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#wait(QUIET_MS);
  }

  #wait(ms: number): void {
    this.#clock.after(ms, () => {
      const { live, endedAt } = this.#activity();
      const left = live > 0 ? QUIET_MS : endedAt + QUIET_MS - this.#clock.now();
      if (left > 0) return this.#wait(left);
      this.#isWaiting = false;
      this.#release();
    });
  }
}

/** Collects all garbage and shrinks the heap to what is left of it. */
function releaseMemory(): void {
  // Node has no other way to ask for it. `last-resort` is what shrinks the young generation too
  // (V8: src/extensions/gc-extension.cc).
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  if (typeof gc === 'function') gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
