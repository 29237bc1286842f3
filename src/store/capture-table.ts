import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import type { Captured, CapturedMessage, CaptureHead, Hiding, MessageHead } from '../core/capture.ts';
import { field, parseJson, stringField, trusted } from '../lib/expect.ts';
import { replaceBytes } from '../lib/replace-bytes.ts';
import type { CaptureRow } from './verdict.ts';

/**
 * Headers and bodies, beside the exchanges they belong to and never without one. Made where it is missing, whatever
 * the database's version: an earlier gw does not look at it.
 */
export const CAPTURE_TABLE = `CREATE TABLE IF NOT EXISTS captured
  (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, head TEXT NOT NULL, request BLOB NOT NULL, answer BLOB NOT NULL)`;

// Conversations repeat themselves: a fifth of the size at three hundred megabytes a second.
const COMPRESSION = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

/** The statement that writes a row; one that is already there is left as it is. */
export function prepareCaptureInsert(database: DatabaseSync): StatementSync {
  return database.prepare('INSERT OR IGNORE INTO captured (id, head, request, answer) VALUES (?, ?, ?, ?)');
}

/** Writes one row, with what must not be kept taken out of it. */
export function insertCapture(
  insert: StatementSync,
  { id, head, request, answer, hidden }: CaptureRow,
): void {
  insert.run(id, head, packed(request, hidden), packed(answer, hidden));
}

function packed(body: Uint8Array, hidden: readonly Hiding[]): Uint8Array {
  let clean = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  for (const [form, shown] of hidden) clean = replaceBytes(clean, form, shown);
  return zstdCompressSync(clean, COMPRESSION);
}

/** What was kept of an exchange; undefined when nothing was, also in a database from before there was anything to keep. */
export function readCapture(database: DatabaseSync, id: string): Captured | undefined {
  const table = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'captured'").get();
  if (table === undefined) return undefined;
  const row = database.prepare('SELECT head, request, answer FROM captured WHERE id = ?').get(id);
  if (row === undefined) return undefined;
  const head = trusted<CaptureHead>(parseJson(stringField(row, 'head') ?? ''));
  return {
    url: head.url,
    request: message(head.request, field(row, 'request')),
    answer: message(head.answer, field(row, 'answer')),
  };
}

function message(head: MessageHead, kept: unknown): CapturedMessage {
  return { ...head, body: kept instanceof Uint8Array ? zstdDecompressSync(kept) : Buffer.alloc(0) };
}
