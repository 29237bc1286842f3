import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

import { errorMessage, numberField, stringField } from '../lib/expect.ts';
import type { AnswerCount, AnswerDiskOptions, AnswerQuestion, AnswerReply } from './answer-cache-words.ts';
import { preparePlace } from './place.ts';
import { schemaVersion } from './schema.ts';
import { setAside } from './set-aside.ts';
import { openDatabase, sqliteFailure } from './sqlite.ts';

const VERSION = 1;
const WHAT = 'the answer cache';
// Whoever asks waits for less than this; what cannot be had soon is asked of a provider.
const BUSY_TIMEOUT_MS = 100;
const KEEPS_PER_TIDY = 20;
const ROWS_PER_STEP = 50;
const PAGES_PER_STEP = 256;
const WAL_LIMIT_BYTES = 4 * 1024 * 1024;

/** Answers on disk. Blocking, so it lives in a thread of its own. */
export class AnswerDisk {
  readonly #options: AnswerDiskOptions;
  #database: DatabaseSync | undefined;
  #inode: number | undefined;
  #keepsSinceTidy = KEEPS_PER_TIDY;

  constructor(options: AnswerDiskOptions) {
    this.#options = options;
  }

  /** Does what is asked. Never throws: what goes wrong is in the reply. */
  answer(question: Exclude<AnswerQuestion, { do: 'close' }>, now: number): AnswerReply {
    const { id } = question;
    try {
      return { id, ...this.#do(question) };
    } catch (error) {
      return { id, ...this.#trouble(error, now) };
    }
  }

  close(): void {
    try {
      this.#database?.close();
    } catch {
      // A connection in trouble may refuse to close; it is given up either way.
    }
    this.#database = undefined;
  }

  #do(question: Exclude<AnswerQuestion, { do: 'close' }>): Omit<AnswerReply, 'id'> {
    switch (question.do) {
      case 'find':
        return this.#find(question.key);
      case 'keep':
        return this.#keep(question);
      case 'clear':
        return this.#clear();
      case 'count':
        return this.#exists() ? { count: this.#count(this.#open()) } : { count: NOTHING };
    }
  }

  #find(key: string): Omit<AnswerReply, 'id'> {
    if (!this.#exists()) return {};
    const found = this.#open().prepare('SELECT head, body FROM answer WHERE key = ?').get(key);
    const [head, body] = [stringField(found, 'head'), found?.['body']];
    return head !== undefined && body instanceof Uint8Array ? { row: { head, body } } : {};
  }

  #keep({ key, until, now, row }: Extract<AnswerQuestion, { do: 'keep' }>): Omit<AnswerReply, 'id'> {
    const problem = preparePlace(this.#options.path, WHAT);
    if (problem !== undefined) return { problem };
    const database = this.#open();
    database
      .prepare('INSERT OR REPLACE INTO answer (key, until, head, body) VALUES (?, ?, ?, ?)')
      .run(key, until, row.head, row.body);
    if (++this.#keepsSinceTidy >= KEEPS_PER_TIDY) this.#tidy(database, now);
    return {};
  }

  /** What was kept is gone from the disk, not merely forgotten. */
  #clear(): Omit<AnswerReply, 'id'> {
    const count = this.#exists() ? this.#count(this.#open()) : NOTHING;
    this.close();
    const { path } = this.#options;
    const own = [basename(path), `${basename(path)}-wal`, `${basename(path)}-shm`];
    for (const name of existsSync(dirname(path)) ? readdirSync(dirname(path)) : []) {
      // One that was damaged and set aside holds answers, too.
      if (own.includes(name) || name.startsWith(`${basename(path)}.damaged-`))
        rmSync(join(dirname(path), name));
    }
    return { count };
  }

  #tidy(database: DatabaseSync, now: number): void {
    this.#keepsSinceTidy = 0;
    database.prepare('DELETE FROM answer WHERE until < ?').run(now);
    while (usedBytes(database) > this.#options.maxBytes) {
      const { changes } = database
        .prepare('DELETE FROM answer WHERE seq IN (SELECT seq FROM answer ORDER BY seq LIMIT ?)')
        .run(ROWS_PER_STEP);
      if (changes === 0) break;
    }
    database.exec(`PRAGMA incremental_vacuum(${PAGES_PER_STEP})`);
  }

  #count(database: DatabaseSync): AnswerCount {
    const row = database.prepare('SELECT count(*) AS entries FROM answer').get();
    return { entries: numberField(row, 'entries') ?? 0, bytes: usedBytes(database) };
  }

  #exists(): boolean {
    const inode = statSync(this.#options.path, { throwIfNoEntry: false })?.ino;
    // Somebody deleted the file, or put another in its place.
    if (this.#database !== undefined && inode !== this.#inode) this.close();
    return inode !== undefined;
  }

  #open(): DatabaseSync {
    if (this.#exists() && this.#database !== undefined) return this.#database;
    const { path } = this.#options;
    const database = openDatabase(path);
    this.#inode = statSync(path).ino;
    try {
      prepare(database, path);
    } catch (error) {
      database.close();
      throw error;
    }
    this.#database = database;
    return database;
  }

  #trouble(error: unknown, now: number): Omit<AnswerReply, 'id'> {
    const { path } = this.#options;
    const failure = sqliteFailure(error);
    if (failure === 'busy') return { problem: `${WHAT} ${path} is locked by another program` };
    this.close();
    if (failure === 'corrupt') return this.#afterCorruption(now);
    if (failure === 'full') return { problem: `the disk is full: ${WHAT} ${path} cannot grow` };
    return { problem: `${WHAT} ${path} cannot be used: ${errorMessage(error)}` };
  }

  #afterCorruption(now: number): Omit<AnswerReply, 'id'> {
    try {
      return { setAside: setAside(this.#options.path, now) };
    } catch (error) {
      return { problem: `${WHAT} is damaged and cannot be set aside: ${errorMessage(error)}` };
    }
  }
}

const NOTHING: AnswerCount = { entries: 0, bytes: 0 };

function usedBytes(database: DatabaseSync): number {
  const pragma = (name: string): number => Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
  return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
}

/** Deleted answers are overwritten (`secure_delete`): they are somebody's words. */
function prepare(database: DatabaseSync, path: string): void {
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  const version = schemaVersion(database);
  if (version > VERSION) throw new Error(`${path} was written by a newer gw, so it is left alone`);
  database.exec(
    `PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
     PRAGMA secure_delete = ON; PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES};
     CREATE TABLE IF NOT EXISTS answer (
       seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, until INTEGER NOT NULL, head TEXT NOT NULL, body BLOB NOT NULL);
     CREATE INDEX IF NOT EXISTS answer_until ON answer (until);
     PRAGMA user_version = ${VERSION}`,
  );
}
