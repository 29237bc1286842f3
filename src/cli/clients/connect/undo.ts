import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

import type { Paths } from '../../../core/paths.ts';
import { isObject } from '../../../lib/expect.ts';
import { at, type Edit, withEdit } from '../edit/edit.ts';
import { editSettings, readSettings } from '../edit/syntax.ts';
import { digestOf, type JournalEntry, readJournal, writeJournal } from './journal.ts';
import { says } from './plan.ts';
import { replaceFile } from './replace-file.ts';

/** What became of a file that gw had written into. */
export interface Undone {
  readonly client: string;
  readonly file: string;
  /**
   * - `restored`: byte for byte as it was (or gone, where there was none).
   * - `parted`: others had changed it since; only what gw wrote was taken out.
   * - `gone`: it is not there any more.
   * - `failed`: it was left alone (`why`), and so was the journal.
   */
  readonly is: 'restored' | 'parted' | 'gone' | 'failed';
  /** Values of gw's that somebody had changed: they stay. */
  readonly kept?: readonly string[];
  readonly why?: string;
}

/** Takes back what was written for these clients, or for all. */
export function undoConnections(paths: Pick<Paths, 'stateDir'>, clients?: readonly string[]): Undone[] {
  const journal = readJournal(paths);
  const chosen = journal.filter(({ client }) => clients === undefined || clients.includes(client));
  // The first one written made the folders.
  return chosen.toReversed().map((entry) => {
    const undone = undoEntry(entry);
    if (undone.is !== 'failed') {
      const rest = readJournal(paths).filter(({ file }) => file !== entry.file);
      writeJournal(paths, rest);
    }
    return undone;
  });
}

function undoEntry(entry: JournalEntry): Undone {
  const { client, file } = entry;
  if (!existsSync(file)) {
    dropBackup(entry);
    return { client, file, is: 'gone' };
  }
  const text = readFileSync(file, 'utf8');
  const untouched = entry.mixed !== true && digestOf(text) === entry.sha256;
  if (untouched && putBack(entry)) return { client, file, is: 'restored' };
  return takeOut(entry, text);
}

/** False when the backup is not there any more. */
function putBack(entry: JournalEntry): boolean {
  const { file, backup, modified } = entry;
  if (backup === undefined) {
    removeFile(entry);
    return true;
  }
  if (!existsSync(backup)) return false;
  const { mode, atimeMs } = statSync(file);
  replaceFile(file, readFileSync(backup, 'utf8'), mode & 0o777);
  if (modified !== undefined) utimesSync(file, atimeMs / 1000, modified / 1000);
  dropBackup(entry);
  return true;
}

/** Takes our values out of a file that others changed, and leaves theirs. */
function takeOut(entry: JournalEntry, text: string): Undone {
  const { client, file, syntax, values, made } = entry;
  const read = readSettings(syntax, text);
  if (read.is === 'unreadable') return { client, file, is: 'failed', why: `it cannot be read: ${read.why}` };
  const ours = values.filter(({ path, value }) => isDeepStrictEqual(at(read.document, path), value));
  const back: Edit[] = ours.map(({ path, was }) => ({ path, value: was }));
  let after = back.reduce((left, edit) => editSettings(syntax, left, edit), text);
  for (const path of made.toReversed()) after = withoutEmpty(entry, after, path);
  const wanted = made.toReversed().reduce(pruned, back.reduce<unknown>(withEdit, read.document));
  if (!says(syntax, after, wanted)) {
    return { client, file, is: 'failed', why: 'it is written in a way that gw cannot change safely' };
  }
  const empty = isObject(wanted) && Object.keys(wanted).length === 0;
  if (empty && entry.backup === undefined) removeFile(entry);
  else replaceFile(file, after, statSync(file).mode & 0o777);
  dropBackup(entry);
  const kept = values.filter((value) => !ours.includes(value) && at(read.document, value.path) !== undefined);
  return { client, file, is: 'parted', kept: kept.map(({ path }) => path.join('.')) };
}

function withoutEmpty({ syntax }: JournalEntry, text: string, path: readonly string[]): string {
  const read = readSettings(syntax, text);
  return read.is === 'ok' && isEmpty(at(read.document, path))
    ? editSettings(syntax, text, { path, value: undefined })
    : text;
}

function pruned(document: unknown, path: readonly string[]): unknown {
  return isEmpty(at(document, path)) ? withEdit(document, { path, value: undefined }) : document;
}

function isEmpty(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}

function removeFile({ file, folders }: JournalEntry): void {
  rmSync(file, { force: true });
  for (const folder of folders.toReversed()) {
    if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
  }
}

function dropBackup({ backup }: JournalEntry): void {
  if (backup !== undefined) rmSync(backup, { force: true });
}
