import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { ensurePrivateDirectory } from '../../../control/index.ts';
import type { Paths } from '../../../core/paths.ts';
import { field, parseJson, trusted } from '../../../lib/expect.ts';
import type { SettingsSyntax } from '../edit/syntax.ts';
import type { ChangedValue } from './plan.ts';
import { replaceFile } from './replace-file.ts';

/** What was written into one file of a client's, and what it takes to put it back. */
export interface JournalEntry {
  readonly client: string;
  readonly file: string;
  readonly syntax: SettingsSyntax;
  /** The file as it was before gw first wrote into it; absent where there was none. */
  readonly backup?: string;
  /** When it was last changed before that, for putting it back to the second. */
  readonly modified?: number;
  /** Of what gw wrote: the file is untouched since while this is its own. */
  readonly sha256: string;
  /** It was changed by others between two of our writings: only our values can be taken back. */
  readonly mixed?: true;
  readonly values: readonly ChangedValue[];
  readonly made: readonly (readonly string[])[];
  /** Folders that were made for it, the outermost first. */
  readonly folders: readonly string[];
  readonly at: number;
}

// Written by no other version yet.
const VERSION = 1;

/** Where gw remembers what it wrote into files that are not its own. */
export function journalPath({ stateDir }: Pick<Paths, 'stateDir'>): string {
  return join(stateDir, 'connected.json');
}

/** Everything written and not taken back. */
export function readJournal(paths: Pick<Paths, 'stateDir'>): JournalEntry[] {
  const path = journalPath(paths);
  if (!existsSync(path)) return [];
  const document = parseJson(readFileSync(path, 'utf8'));
  const entries = field(document, 'version') === VERSION ? field(document, 'files') : undefined;
  return Array.isArray(entries) ? trusted<JournalEntry[]>(entries) : [];
}

/** Keeps the journal; without entries there is none. */
export function writeJournal(paths: Pick<Paths, 'stateDir'>, files: readonly JournalEntry[]): void {
  const path = journalPath(paths);
  if (files.length === 0) return rmSync(path, { force: true });
  ensurePrivateDirectory(paths.stateDir);
  replaceFile(path, `${JSON.stringify({ version: VERSION, files }, null, 2)}\n`, 0o600);
}

/** Tells one content from another. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
