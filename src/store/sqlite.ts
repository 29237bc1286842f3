import type * as sqlite from 'node:sqlite';

import { field, numberField } from '../lib/expect.ts';

/** What kind of trouble SQLite is in. */
export type SqliteFailure = 'busy' | 'corrupt' | 'full' | 'io' | 'readonly' | 'other';

// Primary result codes: https://www.sqlite.org/rescode.html
const FAILURES: Readonly<Record<number, SqliteFailure>> = {
  5: 'busy', // SQLITE_BUSY: another process holds the lock
  6: 'busy', // SQLITE_LOCKED
  8: 'readonly', // SQLITE_READONLY
  10: 'io', // SQLITE_IOERR
  11: 'corrupt', // SQLITE_CORRUPT
  13: 'full', // SQLITE_FULL
  14: 'readonly', // SQLITE_CANTOPEN: also when the -wal file beside it cannot be made
  26: 'corrupt', // SQLITE_NOTADB
};

/** Opens a database with the SQLite inside Node.js. */
export function openDatabase(path: string, options: sqlite.DatabaseSyncOptions = {}): sqlite.DatabaseSync {
  const { DatabaseSync } = loadSqlite();
  return new DatabaseSync(path, options);
}

/** Classifies what a call of `node:sqlite` threw; undefined when it did not come from SQLite. */
export function sqliteFailure(error: unknown): SqliteFailure | undefined {
  if (!(error instanceof Error) || field(error, 'code') !== 'ERR_SQLITE_ERROR') return undefined;
  const primary = (numberField(error, 'errcode') ?? 0) % 256;
  return FAILURES[primary] ?? 'other';
}

/**
 * Node 22 calls the module experimental, aloud, when it is first loaded; that is nothing a person at a terminal can
 * act on. The warning is sent synchronously through `process.emitWarning`, so being deaf for that one call is enough.
 */
function loadSqlite(): typeof sqlite {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
