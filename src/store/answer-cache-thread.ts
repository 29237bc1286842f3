/* oxlint-disable unicorn/require-post-message-target-origin -- between threads there is no origin */
import { Worker } from 'node:worker_threads';

import type { Clock } from '../lib/clock.ts';
import { errorMessage, trusted } from '../lib/expect.ts';
import type { AnswerDiskOptions, AnswerQuestion, AnswerReply } from './answer-cache-words.ts';
import { endThread } from './end-thread.ts';

const CLOSE_TIMEOUT_MS = 2_000;
/** A thread that died, and would again, is not started for every question. */
const RESTART_MS = 30_000;

type Asked = Exclude<AnswerQuestion, { do: 'close' }>;

/** The disk in its thread, which is started by the first question and again after it died. */
export class AnswerThread {
  readonly #options: AnswerDiskOptions;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, (reply: AnswerReply) => void>();
  #worker: Worker | undefined;
  #lastId = 0;
  #deadUntil = 0;

  constructor(options: AnswerDiskOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  nextId(): number {
    return ++this.#lastId;
  }

  /** Asks, and waits as long as it takes; never rejects. Keeps the process alive meanwhile. */
  ask(question: Asked): Promise<AnswerReply> {
    if (this.#clock.monotonic() < this.#deadUntil)
      return Promise.resolve({ id: question.id, problem: STOPPED });
    return new Promise((resolve) => {
      const worker = (this.#worker ??= this.#start());
      if (this.#waiting.size === 0) worker.ref();
      this.#waiting.set(question.id, resolve);
      worker.postMessage(question);
    });
  }

  /** Lets what was asked be done, closes the database, and ends the thread. */
  async close(): Promise<void> {
    if (this.#worker) await endThread(this.#worker, this.#clock, { do: 'close' }, CLOSE_TIMEOUT_MS);
  }

  #start(): Worker {
    const worker = new Worker(workerUrl(), { workerData: this.#options, env: {}, execArgv: [] });
    worker.on('message', (message: unknown) => this.#heard(trusted<AnswerReply>(message)));
    worker.on('error', (error) => this.#died(worker, errorMessage(error)));
    worker.on('exit', () => this.#died(worker, 'it ended'));
    return worker;
  }

  #heard(reply: AnswerReply): void {
    const resolve = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker?.unref();
    resolve?.(reply);
  }

  #died(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#deadUntil = this.#clock.monotonic() + RESTART_MS;
    for (const id of this.#waiting.keys()) this.#heard({ id, problem: `${STOPPED}: ${reason}` });
  }
}

const STOPPED = "the answer cache's thread stopped";

/** The source in a checkout (Node.js strips the types), a bundle of its own in the built program. */
function workerUrl(): URL {
  const isSource = import.meta.url.endsWith('.ts');
  return new URL(isSource ? './answer-cache-worker.ts' : './answer-cache-worker.js', import.meta.url);
}
