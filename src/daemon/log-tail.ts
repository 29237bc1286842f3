import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

import { terminalSafe } from '../lib/terminal-safe.ts';
import { decodeLogRecord, readableLogLine } from './log-line.ts';

const BLOCK_BYTES = 64 * 1024;
// More than this from the end is not what "the last lines" means.
const MAX_BYTES = 8 * 1024 * 1024;

/** The last `count` lines of a file, not looking before `from` (a byte offset); none when there is no file. */
export function lastLines(path: string, count: number, from = 0): string[] {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return [];
  }
  try {
    const size = fstatSync(file).size;
    // A file shorter than where we were was rotated.
    const start = from > size ? 0 : from;
    let text = Buffer.alloc(0);
    let at = size;
    while (at > start && size - at < MAX_BYTES && newlines(text) <= count) {
      const length = Math.min(BLOCK_BYTES, at - start);
      const block = Buffer.alloc(length);
      at -= length;
      text = Buffer.concat([block.subarray(0, readSync(file, block, 0, length, at)), text]);
    }
    const lines = text.toString('utf8').split('\n').filter(Boolean);
    return lines.slice(-count);
  } finally {
    closeSync(file);
  }
}

/** A line of the log for a person; what is not ours is shown as it is. */
export function readableLine(line: string): string {
  const record = decodeLogRecord(line);
  return record === undefined ? terminalSafe(line) : readableLogLine(record);
}

function newlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}
