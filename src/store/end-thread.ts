/* oxlint-disable unicorn/require-post-message-target-origin -- between threads there is no origin */
import type { Worker } from 'node:worker_threads';

import type { Clock } from '../lib/clock.ts';

/** Asks a thread to end and waits until it has; one that is stuck is ended after so many milliseconds. */
export async function endThread(
  worker: Worker,
  clock: Clock,
  question: unknown,
  mostMs: number,
): Promise<void> {
  worker.ref();
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', () => resolve());
  });
  worker.postMessage(question);
  const cancel = clock.after(mostMs, () => void worker.terminate());
  await ended;
  cancel();
}
