/* oxlint-disable unicorn/require-post-message-target-origin -- between threads there is no origin */
import { Worker } from 'node:worker_threads';

import type { Clock } from '../lib/clock.ts';
import { errorMessage, trusted } from '../lib/expect.ts';
import { endThread } from './end-thread.ts';
import { type Batch, refused, type Verdict, type WriterMessage, type WriterOptions } from './verdict.ts';

// Longer than the writer's own patience with a locked database; after that the thread is stuck in the kernel.
const CLOSE_TIMEOUT_MS = 6_000;

/** The writer in its thread, which is started by the first batch and again after it died. One batch at a time. */
export class WriterThread {
  readonly #options: WriterOptions;
  readonly #clock: Clock;
  readonly #onSetAside: (path: string) => void;
  #worker: Worker | undefined;
  #answer: ((verdict: Verdict) => void) | undefined;

  constructor(options: WriterOptions, clock: Clock, onSetAside: (path: string) => void) {
    this.#options = options;
    this.#clock = clock;
    this.#onSetAside = onSetAside;
  }

  /** Hands a batch over and waits for its verdict; never rejects. Keeps the process alive meanwhile. */
  write(batch: Batch): Promise<Verdict> {
    return new Promise((resolve) => {
      this.#worker ??= this.#start();
      this.#worker.ref();
      this.#answer = resolve;
      this.#worker.postMessage(batch);
    });
  }

  /** Lets the thread close the database, so that everything is in one file again, and ends it. */
  async close(): Promise<void> {
    if (this.#worker) await endThread(this.#worker, this.#clock, 'close', CLOSE_TIMEOUT_MS);
  }

  #start(): Worker {
    // Rows die young, so a small nursery costs nothing measurable and keeps 25 MB of memory from being used at all.
    const resourceLimits = { maxYoungGenerationSizeMb: 4 };
    // The thread needs nothing of the environment, and flags such as a test runner's loaders would only slow it.
    const worker = new Worker(workerUrl(), {
      workerData: this.#options,
      env: {},
      execArgv: [],
      resourceLimits,
    });
    worker.on('message', (message: unknown) => this.#heard(worker, trusted<WriterMessage>(message)));
    worker.on('error', (error) => this.#died(worker, errorMessage(error)));
    worker.on('exit', () => this.#died(worker, 'it ended'));
    return worker;
  }

  #heard(worker: Worker, message: WriterMessage): void {
    if (message.is === 'set-aside') {
      this.#onSetAside(message.path);
      return;
    }
    worker.unref();
    this.#settle(message.verdict);
  }

  #died(worker: Worker, reason: string): void {
    // An error is followed by the exit, when the next thread may be at work already.
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#settle(refused(`the request log's thread stopped: ${reason}`, true));
  }

  #settle(verdict: Verdict): void {
    const answer = this.#answer;
    this.#answer = undefined;
    answer?.(verdict);
  }
}

/** The source in a checkout (Node.js strips the types), a bundle of its own in the built program. */
function workerUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './store-worker.js', import.meta.url);
}
