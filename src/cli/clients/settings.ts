import { readFileSync, statSync } from 'node:fs';

import { errorCode, errorMessage } from '../../lib/expect.ts';
import type { SettingsFile } from './client.ts';
import { readSettings } from './edit/syntax.ts';

// A settings file of this size is some other file.
const MAX_BYTES = 2_000_000;

/** What a settings file says, or why it cannot be read. */
export interface FoundSettings {
  readonly text: string;
  readonly document: unknown;
  /** Why it could not be read; then there is no document. */
  readonly trouble?: string;
}

/** Reads a settings file; undefined where there is none. */
export function readFileSettings(file: Pick<SettingsFile, 'path' | 'syntax'>): FoundSettings | undefined {
  let text: string;
  try {
    const status = statSync(file.path);
    if (!status.isFile() || status.size > MAX_BYTES) {
      return { text: '', document: undefined, trouble: 'it is no settings file' };
    }
    text = readFileSync(file.path, 'utf8');
  } catch (error) {
    const absent = ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '');
    return absent ? undefined : { text: '', document: undefined, trouble: errorMessage(error) };
  }
  const read = readSettings(file.syntax, text);
  return read.is === 'ok'
    ? { text, document: read.document }
    : { text, document: undefined, trouble: read.why };
}
