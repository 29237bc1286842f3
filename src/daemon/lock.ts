import { chmodSync, lstatSync } from 'node:fs';

import { errorMessage, numberField } from '../lib/expect.ts';
import { openDatabase } from '../store/index.ts';
import { DaemonError } from './error.ts';

const SQLITE_BUSY = 5;

/** A held lock. The operating system lets go of it when the process ends, however it ends. */
export interface Lock {
  release(): void;
}

/**
 * Takes the lock on a file, or answers undefined when another process has it. Node.js has no file locks of its own,
 * and a file that merely exists outlives `kill -9`; SQLite's exclusive transaction is a kernel lock on every system.
 * Its loser is never blocked. Throws a `DaemonError` when the file cannot be used at all.
 */
export async function tryLock(path: string): Promise<Lock | undefined> {
  try {
    // SQLite and chmod would both follow it, to a file of somebody else's choice.
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
      throw new Error('it is a symbolic link');
    const database = openDatabase(path, { timeout: 0 });
    try {
      // Nothing is ever written, so no journal file is needed beside it.
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      if (numberField(error, 'errcode') === SQLITE_BUSY || isBusy(error)) return undefined;
      throw error;
    }
    if (process.platform !== 'win32') chmodSync(path, 0o600);
    return { release: () => database.close() };
  } catch (error) {
    throw new DaemonError('start', `cannot lock ${path}`, {
      why: errorMessage(error),
      fix: `check that the directory can be written, or remove ${path}`,
      cause: error,
    });
  }
}

function isBusy(error: unknown): boolean {
  return errorMessage(error).includes('locked');
}
