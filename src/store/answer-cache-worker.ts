/* oxlint-disable unicorn/require-post-message-target-origin -- between threads there is no origin */
// The answer cache's thread: SQLite's calls block, and here they block nobody.
import { parentPort, workerData } from 'node:worker_threads';

import { trusted } from '../lib/expect.ts';
import { AnswerDisk } from './answer-cache-disk.ts';
import type { AnswerDiskOptions, AnswerQuestion } from './answer-cache-words.ts';

const disk = new AnswerDisk(trusted<AnswerDiskOptions>(workerData));

parentPort?.on('message', (message: unknown) => {
  const question = trusted<AnswerQuestion>(message);
  if (question.do === 'close') {
    disk.close();
    parentPort?.close();
    return;
  }
  parentPort?.postMessage(disk.answer(question, Date.now()));
});
