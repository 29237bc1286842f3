/* oxlint-disable unicorn/require-post-message-target-origin -- between threads there is no origin */
// The writing thread: SQLite's calls block, and here they block nobody.
import { parentPort, workerData } from 'node:worker_threads';

import { trusted } from '../lib/expect.ts';
import type { Batch, WriterMessage, WriterOptions } from './verdict.ts';
import { Writer } from './writer.ts';

const say = (message: WriterMessage): void => parentPort?.postMessage(message);
const writer = new Writer(trusted<WriterOptions>(workerData), (path) => say({ is: 'set-aside', path }));
let tidying = false;

parentPort?.on('message', (message: unknown) => {
  if (message === 'close') {
    writer.close();
    parentPort?.close();
    return;
  }
  const batch = trusted<Batch>(message);
  say({ is: 'done', verdict: writer.store(batch) });
  if (!tidying) tidyInSteps(batch.now);
});

/** Between two steps, batches that arrived meanwhile have their turn. */
function tidyInSteps(now: number): void {
  tidying = writer.tidy(now);
  if (tidying) setImmediate(() => tidyInSteps(now));
}
