import { statSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { errorMessage } from '../lib/expect.ts';
import { insertCapture, prepareCaptureInsert } from './capture-table.ts';
import { preparePlace } from './place.ts';
import { tidy } from './retention.ts';
import { eachRow } from './row.ts';
import { INSERT, prepareSchema, SCHEMA_VERSION, schemaVersion } from './schema.ts';
import { setAside } from './set-aside.ts';
import { openDatabase, sqliteFailure } from './sqlite.ts';
import { type Batch, refused, type Verdict, type WriterOptions } from './verdict.ts';

// Only the writing thread waits; readers never hold a lock this long in WAL mode, another writer may.
const BUSY_TIMEOUT_MS = 3_000;
// Checking sizes costs a few system calls: once per so many rows.
const ROWS_PER_TIDY = 500;
// Bodies fill a database faster than exchanges do: so many of their bytes count as much as one of those.
const BYTES_LIKE_A_ROW = 16 * 1024;

interface OpenDatabase {
  readonly database: DatabaseSync;
  readonly insert: StatementSync;
  readonly insertCapture: StatementSync;
}

/** Writes batches into the database. Blocking, so it lives in a thread of its own. */
export class Writer {
  readonly #options: WriterOptions;
  readonly #onSetAside: (path: string) => void;
  #open: OpenDatabase | undefined;
  /** The file last opened, so that one which another process put in its place is not set aside for its faults. */
  #inode: number | undefined;
  #rowsSinceTidy = ROWS_PER_TIDY;

  constructor(options: WriterOptions, onSetAside: (path: string) => void) {
    this.#options = options;
    this.#onSetAside = onSetAside;
  }

  /** Writes a batch in one transaction: all of it or nothing. */
  store(batch: Batch): Verdict {
    const verdict = this.#attempt(batch);
    return verdict === 'corrupt' ? this.#afterCorruption(batch) : verdict;
  }

  /** One step of clearing out what is too old or too much; true when another one is due. */
  tidy(now: number): boolean {
    if (this.#open === undefined || this.#rowsSinceTidy < ROWS_PER_TIDY) return false;
    try {
      const more = tidy(this.#open.database, this.#options, now);
      if (!more) this.#rowsSinceTidy = 0;
      return more;
    } catch {
      // Whatever it is, the next batch meets it too and has someone to report it to.
      this.#rowsSinceTidy = 0;
      return false;
    }
  }

  close(): void {
    this.#open?.database.close();
    this.#open = undefined;
  }

  #attempt(batch: Batch): Verdict | 'corrupt' {
    try {
      if (this.#open !== undefined && this.#wasTakenAway()) this.#discard();
      const open = this.#open ?? this.#prepare();
      if ('is' in open) return open;
      this.#open = open;
      insertBatch(open, batch);
      this.#rowsSinceTidy += batch.rows + Math.ceil(bytesOf(batch.captures) / BYTES_LIKE_A_ROW);
      return { is: 'stored' };
    } catch (error) {
      return this.#refusal(error);
    }
  }

  /** Somebody deleted the file, or put another in its place: what is written to the old one is read by nobody. */
  #wasTakenAway(): boolean {
    return statSync(this.#options.path, { throwIfNoEntry: false })?.ino !== this.#inode;
  }

  #prepare(): OpenDatabase | Verdict {
    const { path } = this.#options;
    const problem = preparePlace(path);
    if (problem !== undefined) return refused(problem);
    this.#inode = statSync(path).ino;
    const database = openDatabase(path);
    try {
      database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
      const version = schemaVersion(database);
      if (version > SCHEMA_VERSION) {
        database.close();
        return refused(
          `the request log ${path} was written by a newer gw (its version is ${version}), so it is left alone`,
        );
      }
      prepareSchema(database);
      return {
        database,
        insert: database.prepare(INSERT),
        insertCapture: prepareCaptureInsert(database),
      };
    } catch (error) {
      if (database.isOpen) database.close();
      throw error;
    }
  }

  #refusal(error: unknown): Verdict | 'corrupt' {
    const { path } = this.#options;
    const failure = sqliteFailure(error);
    if (failure === 'corrupt') return 'corrupt';
    if (failure === 'busy') return refused(`the request log ${path} is locked by another program`, true);
    // A fresh connection next time: after a failed write this one may hold half a page in its cache.
    this.#discard();
    if (failure === 'full') return refused(`the disk is full: the request log ${path} cannot grow`, true);
    if (failure === 'readonly')
      return refused(`the request log ${path} cannot be written: it or its directory is read-only`);
    return refused(`the request log ${path} cannot be written: ${errorMessage(error)}`, true);
  }

  /** Puts the damaged file aside and tries once more with a new one. */
  #afterCorruption(batch: Batch): Verdict {
    const { path } = this.#options;
    this.#discard();
    try {
      if (statSync(path, { throwIfNoEntry: false })?.ino === this.#inode) {
        this.#onSetAside(setAside(path, batch.now));
      }
    } catch (error) {
      return refused(`the request log ${path} is damaged and cannot be set aside: ${errorMessage(error)}`);
    }
    const verdict = this.#attempt(batch);
    return verdict === 'corrupt' ? refused(`the request log ${path} is damaged`) : verdict;
  }

  #discard(): void {
    try {
      this.close();
    } catch {
      // A connection in trouble may refuse to close; it is given up either way.
      this.#open = undefined;
    }
  }
}

function bytesOf(captures: Batch['captures']): number {
  return captures.reduce((sum, { request, answer }) => sum + request.length + answer.length, 0);
}

function insertBatch({ database, insert, insertCapture: insertBodies }: OpenDatabase, batch: Batch): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    eachRow(batch.lines, (id, trail) => insert.run(id, trail));
    for (const row of batch.captures) insertCapture(insertBodies, row);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
