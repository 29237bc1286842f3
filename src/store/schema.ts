import type { DatabaseSync } from 'node:sqlite';

import { COLUMNS } from './row.ts';

/** What `PRAGMA user_version` of our databases says. A higher number was written by a newer gw. */
export const SCHEMA_VERSION = 1;

// 8 KiB pages: a row (about 1 KB with its trail) rarely spills to an overflow page, measured 10 % cheaper than 4 KiB.
const PAGE_BYTES = 8192;
const WAL_LIMIT_BYTES = 16 * 1024 * 1024;
const CACHE_KIB = 2048;

/** The version a database says it has; 0 for an empty one. */
export function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}

/**
 * Sets up a connection for writing and makes the table when the database is new. `seq` counts rows in the order they
 * were written, which is the order exchanges ended in; ids sort by when they began.
 */
export function prepareSchema(database: DatabaseSync): void {
  // Both only take effect before the first table, and the page size only before WAL.
  database.exec(
    `PRAGMA page_size = ${PAGE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL`,
  );
  database.exec(
    `PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;
     PRAGMA cache_size = -${CACHE_KIB}; PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES}`,
  );
  if (schemaVersion(database) === SCHEMA_VERSION) return;
  const columns = Object.entries(COLUMNS).map(([name, type]) => `${name} ${type}`);
  database.exec(
    `BEGIN IMMEDIATE;
     CREATE TABLE IF NOT EXISTS exchange (seq INTEGER PRIMARY KEY, ${columns.join(', ')});
     CREATE INDEX IF NOT EXISTS exchange_notable ON exchange (id) WHERE outcome <> 'served' OR failover;
     PRAGMA user_version = ${SCHEMA_VERSION};
     COMMIT`,
  );
}

/** The one statement that writes rows. A row that is already there (a batch sent twice) is left as it is. */
export function insertSql(): string {
  const names = Object.keys(COLUMNS);
  return `INSERT OR IGNORE INTO exchange (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
}
