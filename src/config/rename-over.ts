import { renameSync } from 'node:fs';

import { errorCode } from '../lib/expect.ts';

/** What Windows answers while somebody has one of the two files open: a virus scanner mostly, and for a moment. */
const IN_USE: readonly string[] = ['EPERM', 'EACCES', 'EBUSY'];
const WAITS_MS = [10, 20, 50, 100, 200, 400];

/** Puts a file in another's place; on Windows again and again while that one is looked at by somebody else. */
export function renameOver(
  from: string,
  to: string,
  { platform = process.platform, rename = renameSync, wait = waitFor }: Partial<Renaming> = {},
): void {
  for (const ms of platform === 'win32' ? WAITS_MS : []) {
    try {
      return rename(from, to);
    } catch (error) {
      if (!IN_USE.includes(errorCode(error) ?? '')) throw error;
      wait(ms);
    }
  }
  rename(from, to);
}

interface Renaming {
  readonly platform: NodeJS.Platform;
  readonly rename: (from: string, to: string) => void;
  readonly wait: (ms: number) => void;
}

function waitFor(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
