import type { DatabaseSync } from 'node:sqlite';

import { idFloor } from '../lib/id.ts';
import type { WriterOptions } from './verdict.ts';

// One step is a few milliseconds of the writing thread, so that a batch never waits long behind it.
const ROWS_PER_STEP = 500;
const PAGES_PER_STEP = 256;
// A large one is some hundred pages.
const BODIES_PER_STEP = 20;
// Room kept free below the limit, so that freed pages are there to be filled again before the file must grow.
const SLACK_SHARE = 1 / 8;
const MAX_SLACK_BYTES = 8 * 1024 * 1024;
// Above it bodies go before exchanges do: a day of them would else push out a month of those.
const CAPTURE_SHARE = 1 / 2;

type Limits = Pick<WriterOptions, 'maxAgeMs' | 'maxBytes'>;

/** Does one small step towards the limits of age and size; true when there is more to do. */
export function tidy(database: DatabaseSync, limits: Limits, now: number): boolean {
  const aged = deleteOldest(database, idFloor(now - limits.maxAgeMs));
  const orphaned = deleteOrphans(database);
  const size = sizes(database);
  const slack = Math.min(MAX_SLACK_BYTES, limits.maxBytes * SLACK_SHARE);
  const over = size.usedBytes > limits.maxBytes - slack;
  const stripped = over && capturedBytes(database) > limits.maxBytes * CAPTURE_SHARE ? strip(database) : 0;
  const removed = over && stripped === 0 ? deleteOldest(database, '~') : 0;
  const shrinks = size.freeBytes > 0 && (size.fileBytes > limits.maxBytes || size.freeBytes > slack);
  if (shrinks) database.exec(`PRAGMA incremental_vacuum(${PAGES_PER_STEP})`);
  const full = aged === ROWS_PER_STEP || removed === ROWS_PER_STEP;
  return full || orphaned === BODIES_PER_STEP || stripped > 0 || shrinks;
}

/** Ids sort by time, so "the oldest" needs no other index. */
function deleteOldest(database: DatabaseSync, before: string): number {
  const { changes } = database
    .prepare('DELETE FROM recorded WHERE seq IN (SELECT seq FROM recorded WHERE id < ? ORDER BY id LIMIT ?)')
    .run(before, ROWS_PER_STEP);
  return Number(changes);
}

/** Bodies whose exchange is gone. */
function deleteOrphans(database: DatabaseSync): number {
  const { changes } = database
    .prepare(
      `DELETE FROM captured WHERE seq IN (SELECT seq FROM captured
       WHERE id < coalesce((SELECT min(id) FROM recorded), '~') ORDER BY id LIMIT ?)`,
    )
    .run(BODIES_PER_STEP);
  return Number(changes);
}

/** Takes the oldest exchanges' bodies away. */
function strip(database: DatabaseSync): number {
  const { changes } = database
    .prepare('DELETE FROM captured WHERE seq IN (SELECT seq FROM captured ORDER BY id LIMIT ?)')
    .run(BODIES_PER_STEP);
  return Number(changes);
}

/** SQLite reads the length of a value without the value. */
function capturedBytes(database: DatabaseSync): number {
  const row = database.prepare('SELECT sum(length(request) + length(answer)) AS bytes FROM captured').get();
  return Number(row?.['bytes'] ?? 0);
}

function sizes(database: DatabaseSync): { usedBytes: number; freeBytes: number; fileBytes: number } {
  const pragma = (name: string): number => Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
  const pageBytes = pragma('page_size');
  const fileBytes = pragma('page_count') * pageBytes;
  const freeBytes = pragma('freelist_count') * pageBytes;
  return { usedBytes: fileBytes - freeBytes, freeBytes, fileBytes };
}
