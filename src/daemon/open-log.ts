import { constants, fchmodSync, fstatSync, openSync } from 'node:fs';

import { errorCode } from '../lib/expect.ts';

const OTHERS = 0o077;

/**
 * Opens a log for appending, 0600 also where it was there before. Throws where a link stands in its place: whoever
 * planted it would choose which file is written to.
 */
export function openLogFile(path: string): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
  let file: number;
  try {
    // Windows does not know O_NOFOLLOW: undefined counts as 0 among bits.
    file = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
  } catch (error) {
    throw errorCode(error) === 'ELOOP' ? new Error(`${path} is a symbolic link`, { cause: error }) : error;
  }
  if (process.platform !== 'win32' && (fstatSync(file).mode & OTHERS) !== 0) fchmodSync(file, 0o600);
  return file;
}
