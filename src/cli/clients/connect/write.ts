import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import type { Paths } from '../../../core/paths.ts';
import { digestOf, type JournalEntry, readJournal, writeJournal } from './journal.ts';
import { type PlannedFile, realPath } from './plan.ts';
import { replaceFile } from './replace-file.ts';

const PERMISSIONS = 0o777;

/** A change that can be made. */
export type ReadyFile = Extract<PlannedFile, { readonly is: 'change' | 'same' }>;

/** Makes a planned change: a backup beside the file, the file, the journal. Answers with the backup's path. */
export function writePlanned(
  paths: Pick<Paths, 'stateDir'>,
  client: string,
  planned: ReadyFile,
  now: number,
): string | undefined {
  const file = realPath(planned.file);
  const journal = readJournal(paths);
  const earlier = journal.find((entry) => entry.file === file);
  const folders = makeFolders(dirname(file));
  const status = statSync(file, { throwIfNoEntry: false });
  const backup = earlier === undefined ? keepBackup(file, planned.before, now) : earlier.backup;
  const entry: JournalEntry = {
    client,
    file,
    syntax: planned.syntax,
    ...(backup === undefined ? {} : { backup }),
    ...(status === undefined ? {} : { modified: status.mtimeMs }),
    sha256: digestOf(planned.after),
    values: planned.values,
    made: planned.made,
    folders,
    at: now,
    ...(earlier === undefined ? {} : joined(earlier, planned)),
  };
  // Before the file: what is in the journal and was not written can be taken back, the reverse cannot.
  writeJournal(paths, [...journal.filter((other) => other !== earlier), entry]);
  replaceFile(file, planned.after, status === undefined ? 0o600 : status.mode & PERMISSIONS);
  return backup;
}

/** The second time: what was there before the first counts, and is whole only while nobody else wrote. */
function joined(earlier: JournalEntry, { before, values }: ReadyFile): Partial<JournalEntry> {
  const untouched = before !== undefined && digestOf(before) === earlier.sha256;
  const known = new Map(earlier.values.map((value) => [JSON.stringify(value.path), value]));
  return {
    ...(earlier.modified === undefined ? {} : { modified: earlier.modified }),
    ...(untouched && earlier.mixed !== true ? {} : { mixed: true }),
    values: values.map((value) => {
      const first = known.get(JSON.stringify(value.path));
      if (first === undefined) return value;
      const { path, value: now } = value;
      return { path, value: now, ...('was' in first ? { was: first.was } : {}) };
    }),
    made: earlier.made,
    folders: earlier.folders,
  };
}

function keepBackup(file: string, text: string | undefined, now: number): string | undefined {
  if (text === undefined) return undefined;
  const stamp = new Date(now).toISOString().replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const backup = `${file}.gw-backup-${stamp}`;
  // Settings may hold keys, whatever their own permissions say.
  writeFileSync(backup, text, { mode: 0o600, flag: 'wx' });
  return backup;
}

/** Makes a folder and those above it; answers with the ones it made, the outermost first. */
function makeFolders(folder: string): string[] {
  const missing: string[] = [];
  for (let each = folder; !existsSync(each); each = dirname(each)) missing.unshift(each);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return missing;
}
