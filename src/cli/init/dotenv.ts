import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const LIMIT_BYTES = 256 * 1024;

/**
 * The names of variables that a project's `.env` file sets. Only names: gw takes keys from the environment, and a
 * value that is only in that file does not count.
 */
export function dotenvNames(directory: string): string[] {
  const path = join(directory, '.env');
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status?.isFile() || status.size > LIMIT_BYTES) return [];
  const names = readText(path).matchAll(/^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*\S/gm);
  return [...new Set([...names].map(([, name = '']) => name))];
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Another user's file: then it cannot be a source of keys either.
    return '';
  }
}
