import { existsSync, lstatSync } from 'node:fs';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

import type { Captured } from '../core/capture.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { Trail } from '../core/trail.ts';
import { errorMessage, field, numberField, parseJson, stringField, trusted } from '../lib/expect.ts';
import { readCapture } from './capture-table.ts';
import { toCondition, type TrailFilter } from './filter.ts';
import { type Measured, measureExchanges, type MeasureQuery } from './measure.ts';
import { SCHEMA_VERSION, schemaVersion } from './schema.ts';
import { openDatabase, sqliteFailure } from './sqlite.ts';

// A reader only waits while a crashed daemon's log is being recovered.
const BUSY_TIMEOUT_MS = 2_000;
const DEFAULT_LIMIT = 100;
const MAX_CANDIDATES = 20;

/** Why there is no archive: nothing was recorded yet (`absent`), or a sentence about what is wrong with the file. */
export type ArchiveFailure = string;

/** The recorded exchanges, to be read. Works while a daemon writes and while there is none. */
export interface Archive {
  /** The newest that match, oldest first; after `filter.after`, the ones written next instead. */
  list(filter: TrailFilter): Trail[];
  /** Exchanges whose id begins so, or else ends so (tables show the end): at most 20. */
  find(idPart: string): Trail[];
  last(filter?: TrailFilter): Trail | undefined;
  /** Headers and bodies of an exchange, where they were kept. */
  capture(id: string): Captured | undefined;
  /** All that match, one after the other in the order they ended, without holding them all. */
  each(filter: TrailFilter): Iterable<Trail>;
  /** The same, the newest first: for whoever stops before the end. */
  newestFirst(filter: TrailFilter): Iterable<Trail>;
  /** Id of the row written last, to follow from. */
  newest(): string | undefined;
  /** Figures of a span of time, and of the one before it. */
  measure(query: MeasureQuery): Measured;
  /** Reads the whole file (about a millisecond per megabyte); what is wrong with it, when something is. */
  inspect(): Inspection;
  close(): void;
}

/** What a look at the whole file found. */
export interface Inspection {
  readonly rows: number;
  /** When the oldest exchange began. */
  readonly oldest?: number;
  readonly damage?: string;
}

/**
 * Opens the request log for reading. SQLite makes two small files beside a log that nobody has open, and leaves them
 * there; with `traceless` it does not, for which nobody may begin to write meanwhile.
 */
export function openArchive(
  path: string,
  { traceless = false }: { readonly traceless?: boolean } = {},
): Outcome<Archive, ArchiveFailure> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.size === 0) return failed('absent');
  if (!found.isFile()) return failed(`${path} is not a file`);
  try {
    return open(path, traceless && !existsSync(`${path}-wal`));
  } catch (error) {
    return failed(unreadable(path, error));
  }
}

function open(path: string, immutable: boolean): Outcome<Archive, ArchiveFailure> {
  const place = immutable ? `${pathToFileURL(path).href}?immutable=1` : path;
  const database = openDatabase(place, { readOnly: true });
  try {
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    const version = schemaVersion(database);
    if (version === SCHEMA_VERSION) return ok(new SqliteArchive(database));
    database.close();
    return failed(otherVersion(path, version));
  } catch (error) {
    if (database.isOpen) database.close();
    throw error;
  }
}

function otherVersion(path: string, version: number): ArchiveFailure {
  if (version === 0) return 'absent';
  const written = version > SCHEMA_VERSION ? 'a newer' : 'an older';
  const remedy = version > SCHEMA_VERSION ? '' : '; it is converted when the next request is recorded';
  return `${path} was written by ${written} gw (its version is ${version})${remedy}`;
}

function unreadable(path: string, error: unknown): string {
  const failure = sqliteFailure(error);
  if (failure === 'corrupt') return `${path} is damaged`;
  if (failure === 'busy') return `${path} is locked by another program`;
  return `${path} cannot be read: ${errorMessage(error)}`;
}

class SqliteArchive implements Archive {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  list(filter: TrailFilter): Trail[] {
    const { sql, values } = toCondition(filter);
    const limit = filter.limit ?? DEFAULT_LIMIT;
    if (filter.after !== undefined)
      return this.#trails(`WHERE ${sql} ORDER BY seq LIMIT ?`, ...values, limit);
    return this.#trails(`WHERE ${sql} ORDER BY id DESC LIMIT ?`, ...values, limit).reverse();
  }

  find(idPart: string): Trail[] {
    const part = idPart.toLowerCase();
    // Other characters are in no id, and would mean something to LIKE.
    if (!/^[0-9a-z]+$/.test(part)) return [];
    // '{' follows 'z', so this is every id with the prefix, found through the index.
    const found = this.#trails(
      'WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT ?',
      part,
      `${part}{`,
      MAX_CANDIDATES,
    );
    if (found.length > 0) return found;
    return this.#trails('WHERE id LIKE ? ORDER BY id DESC LIMIT ?', `%${part}`, MAX_CANDIDATES);
  }

  last(filter: TrailFilter = {}): Trail | undefined {
    return this.list({ ...filter, limit: 1 })[0];
  }

  capture(id: string): Captured | undefined {
    return readCapture(this.#database, id);
  }

  *each(filter: TrailFilter): Iterable<Trail> {
    const { sql, values } = toCondition(filter);
    const rows = this.#database.prepare(`SELECT trail FROM exchange WHERE ${sql} ORDER BY seq`);
    for (const row of rows.iterate(...values)) yield* toTrail(row);
  }

  *newestFirst(filter: TrailFilter): Iterable<Trail> {
    const { sql, values } = toCondition(filter);
    const rows = this.#database.prepare(`SELECT trail FROM exchange WHERE ${sql} ORDER BY id DESC`);
    for (const row of rows.iterate(...values)) yield* toTrail(row);
  }

  newest(): string | undefined {
    const row = this.#database.prepare('SELECT id FROM exchange ORDER BY seq DESC LIMIT 1').get();
    return stringField(row, 'id');
  }

  measure(query: MeasureQuery): Measured {
    return measureExchanges(this.#database, query);
  }

  inspect(): Inspection {
    try {
      const said = stringField(this.#database.prepare('PRAGMA quick_check(1)').get(), 'quick_check');
      const counted = this.#database.prepare('SELECT count(*) AS rows FROM recorded').get();
      const first = this.#database.prepare('SELECT at FROM exchange ORDER BY id LIMIT 1').get();
      const oldest = numberField(first, 'at');
      return {
        rows: numberField(counted, 'rows') ?? 0,
        ...(oldest === undefined ? {} : { oldest }),
        ...(said === 'ok' ? {} : { damage: said ?? 'it cannot be checked' }),
      };
    } catch (error) {
      return { rows: 0, damage: errorMessage(error) };
    }
  }

  close(): void {
    this.#database.close();
  }

  #trails(clause: string, ...values: SQLInputValue[]): Trail[] {
    const rows = this.#database.prepare(`SELECT trail FROM exchange ${clause}`).all(...values);
    return rows.flatMap(toTrail);
  }
}

function toTrail(row: unknown): Trail[] {
  const trail = parseJson(stringField(row, 'trail') ?? '');
  return typeof field(trail, 'id') === 'string' ? [trusted<Trail>(trail)] : [];
}
