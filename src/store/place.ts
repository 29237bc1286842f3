import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';

import { errorCode, errorMessage } from '../lib/expect.ts';

const OTHERS = 0o077;

/**
 * Makes sure that the database and its directory are there and nobody else's to read: the directory 0700, the file
 * 0600 (SQLite gives its -wal and -shm files the same). A symbolic link in place of a file is refused: it would let
 * whoever planted it choose which file of ours is overwritten. Answers with a sentence about `what` when the place is
 * not usable.
 */
export function preparePlace(path: string, what = 'the request log'): string | undefined {
  try {
    return prepareDirectory(dirname(path), what) ?? refuseLinks(path, what) ?? prepareFile(path, what);
  } catch (error) {
    return placeProblem(path, what, error);
  }
}

function prepareDirectory(directory: string, what: string): string | undefined {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const found = statSync(directory);
  if (isForeign(found.uid)) return `the directory of ${what}, ${directory}, belongs to another user`;
  if (process.platform !== 'win32' && (found.mode & OTHERS) !== 0) chmodSync(directory, 0o700);
  return undefined;
}

function refuseLinks(path: string, what: string): string | undefined {
  for (const name of [path, `${path}-wal`, `${path}-shm`]) {
    const found = lstatSync(name, { throwIfNoEntry: false });
    if (found?.isSymbolicLink()) return `${name} is a symbolic link, and ${what} does not follow those`;
    if (found && !found.isFile()) return `${name} is in the way of ${what}: it is not a file`;
  }
  return undefined;
}

function prepareFile(path: string, what: string): string | undefined {
  // O_NONBLOCK: a pipe planted here between the check and now must not hang the thread.
  // (Windows has neither of the last two: undefined counts as 0 among bits.)
  const { O_CREAT, O_RDWR, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = openSync(path, O_CREAT | O_RDWR | O_NOFOLLOW | O_NONBLOCK, 0o600);
  try {
    const found = fstatSync(file);
    if (isForeign(found.uid)) return `${what} ${path} belongs to another user`;
    if (process.platform !== 'win32' && (found.mode & OTHERS) !== 0) fchmodSync(file, 0o600);
    return undefined;
  } finally {
    closeSync(file);
  }
}

function isForeign(uid: number): boolean {
  return process.getuid !== undefined && uid !== process.getuid();
}

const PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'something on its path is not a directory',
  EEXIST: 'something on its path is not a directory',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
};

function placeProblem(path: string, what: string, error: unknown): string {
  const reason = PROBLEMS[errorCode(error) ?? ''] ?? errorMessage(error);
  return `${what} ${path} cannot be written: ${reason}`;
}
