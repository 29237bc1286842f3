import type { DatabaseSync } from 'node:sqlite';

import { CAPTURE_TABLE } from './capture-table.ts';

/** What `PRAGMA user_version` of our databases says. A higher number was written by a newer gw. */
export const SCHEMA_VERSION = 2;

/**
 * The columns of the view `exchange`, taken out of the trail when they are asked for. `provider` and `model` are who
 * served it, or who was asked last when nobody did. No generated columns: SQLite computes those at every INSERT too,
 * even the virtual ones, which doubled the price of writing a row.
 */
const COLUMNS: Readonly<Record<string, string>> = {
  at: "trail ->> '$.at'",
  operation: "trail ->> '$.operation'",
  route: "trail ->> '$.route'",
  asked: "trail ->> '$.asked'",
  provider: "coalesce(trail ->> '$.served.provider', trail ->> '$.attempts[#-1].target.provider')",
  model: "coalesce(trail ->> '$.served.model', trail ->> '$.attempts[#-1].target.model')",
  status: "trail ->> '$.status'",
  outcome: "trail ->> '$.outcome'",
  fault: "trail ->> '$.fault'",
  failover: "trail ->> '$.failover'",
  stream: "trail ->> '$.stream'",
  rehearsal: "coalesce(trail ->> '$.rehearsal', 0)",
  client: "trail ->> '$.client.name'",
  session: "trail ->> '$.client.session'",
  total_ms: "trail ->> '$.totalMs'",
  first_content_ms: "trail ->> '$.firstContentMs'",
  tokens_in: "trail ->> '$.usage.input'",
  tokens_out: "trail ->> '$.usage.output'",
  attempts: "json_array_length(trail, '$.attempts')",
};

// 8 KiB pages: a row (about 1 KB with its trail) rarely spills to an overflow page, measured 10 % cheaper than 4 KiB.
const PAGE_BYTES = 8192;
const WAL_LIMIT_BYTES = 16 * 1024 * 1024;
const CACHE_KIB = 2048;

/** The version a database says it has; 0 for an empty one. */
export function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}

/**
 * Sets up a connection for writing and makes what is missing when the database is new. `seq` counts rows in the order
 * they were written, which is the order exchanges ended in; ids sort by when they began.
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
  if (schemaVersion(database) === SCHEMA_VERSION) {
    database.exec(CAPTURE_TABLE);
    return;
  }
  database.exec('BEGIN IMMEDIATE');
  // Asked again under the lock: another writer may have done it meanwhile.
  const version = schemaVersion(database);
  if (version < SCHEMA_VERSION) database.exec(layout(version));
  database.exec(CAPTURE_TABLE);
  database.exec('COMMIT');
}

function layout(from: number): string {
  const columns = Object.entries(COLUMNS).map(([name, expression]) => `${expression} AS ${name}`);
  return `CREATE TABLE recorded (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, trail TEXT NOT NULL);
    ${from === 1 ? MOVE_FROM_1 : ''}
    CREATE VIEW exchange AS SELECT seq, id, ${columns.join(', ')}, trail FROM recorded;
    PRAGMA user_version = ${SCHEMA_VERSION}`;
}

// Version 1 had the columns of the view in a table.
const MOVE_FROM_1 = `INSERT INTO recorded SELECT seq, id, trail FROM exchange; DROP TABLE exchange;`;

/**
 * The one statement that writes rows. A row that is already there (a batch sent twice) is left as it is. The cast lets
 * the bytes through as they are; binding them as text would have Node.js decode and encode them first.
 */
export const INSERT = 'INSERT OR IGNORE INTO recorded (id, trail) VALUES (?, CAST(? AS TEXT))';
