import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';

import { failed, ok, type Outcome } from '../core/outcome.ts';
import { errorCode, errorMessage } from '../lib/expect.ts';

/** A profile of this size is a mistake; reading it would only cost memory. */
const SIZE_LIMIT = 8 * 1024 * 1024;
const POSIX = process.platform !== 'win32';

/** The text of a private file; the value is undefined when there is none. */
export interface StoredText {
  readonly text: string | undefined;
  /** What was put right while reading, for the person at the terminal. */
  readonly notices: readonly string[];
}

/**
 * Reads a file that decides where keys are sent: a link, somebody else's file, or a file that is none is refused;
 * permissions that let others in are taken away.
 */
export function readPrivateFile(path: string): Outcome<StoredText, string> {
  let file: number;
  try {
    // O_NONBLOCK: a pipe under this name must not be waited for. Windows knows neither flag.
    file = openSync(path, constants.O_RDONLY | (POSIX ? constants.O_NOFOLLOW | constants.O_NONBLOCK : 0));
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return ok({ text: undefined, notices: [] });
    if (code === 'ELOOP')
      return failed('this is a link, and a link could be pointed elsewhere; use a plain file');
    return failed(`the file cannot be read: ${code ?? errorMessage(error)}`);
  }
  try {
    const status = fstatSync(file);
    const fault = whyRefused(status);
    if (fault !== undefined) return failed(fault);
    const notices = tighten(path, file, status);
    return ok({ text: readFileSync(file, 'utf8').replace(/^\uFEFF/, ''), notices });
  } finally {
    closeSync(file);
  }
}

function whyRefused(status: Stats): string | undefined {
  if (!status.isFile()) return 'this is no plain file';
  if (status.size > SIZE_LIMIT) return `the file has more than ${SIZE_LIMIT} bytes`;
  const user = process.getuid?.();
  if (user !== undefined && user !== 0 && status.uid !== user) return 'the file belongs to another user';
  return undefined;
}

function tighten(path: string, file: number, status: Stats): string[] {
  if (!POSIX || (status.mode & 0o077) === 0) return [];
  try {
    fchmodSync(file, 0o600);
    return [`${path} could be read or written by others on this machine; it is now yours alone (0600)`];
  } catch {
    return [`${path} can be read or written by others on this machine; run: chmod 600 ${path}`];
  }
}

/** Makes the directory of a private file, or takes it away from others. */
export function makePrivateDirectory(file: string): string[] {
  const directory = dirname(file);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (!POSIX) return [];
  const status = statSync(directory);
  // Not ours, or one that is meant to be shared (sticky, like /tmp): leave it as it is, the file has its own mode.
  if (status.uid !== process.getuid?.() || (status.mode & 0o1000) !== 0 || (status.mode & 0o077) === 0)
    return [];
  chmodSync(directory, 0o700);
  return [`${directory} could be entered by others on this machine; it is now yours alone (0700)`];
}
