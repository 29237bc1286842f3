import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { isObject, parseJson, stringField } from '../lib/expect.ts';
import { shownValue } from './pasted-key.ts';

/** The name of the file with which a project chooses a profile or a route. */
export const PROJECT_FILE = '.gw.json';

/** What a project may decide: nothing that could send a key elsewhere. */
export interface ProjectChoice {
  readonly path: string;
  readonly profile: string | undefined;
  readonly route: string | undefined;
  /** What was ignored, in sentences for the person at the terminal. */
  readonly notices: readonly string[];
}

const LIMIT_BYTES = 64 * 1024;
const ALLOWED = ['profile', 'route'] as const;

/**
 * The choice of the nearest `.gw.json` in a directory or above it. The file comes with a repository that a stranger
 * may have written, so it may name a profile and a route that exist here, and everything else in it is ignored.
 */
export function findProjectChoice(directory: string): ProjectChoice | undefined {
  for (let folder = directory; ; folder = dirname(folder)) {
    const path = join(folder, PROJECT_FILE);
    const status = statSync(path, { throwIfNoEntry: false });
    if (status?.isFile()) return readChoice(path, status.size);
    if (dirname(folder) === folder) return undefined;
  }
}

function readChoice(path: string, size: number): ProjectChoice {
  const document = size <= LIMIT_BYTES ? parseJson(readText(path)) : undefined;
  if (!isObject(document)) {
    return {
      path,
      profile: undefined,
      route: undefined,
      notices: [`${path} is ignored: it is no JSON object`],
    };
  }
  const notices = Object.keys(document)
    .filter((key) => key !== '$schema' && !ALLOWED.some((allowed) => allowed === key))
    .map((key) => `${path}: ${shownValue(key)} is ignored: a project may choose only a profile and a route`);
  for (const key of ALLOWED) {
    if (Object.hasOwn(document, key) && stringField(document, key) === undefined) {
      notices.push(`${path}: "${key}" is ignored: it must be text`);
    }
  }
  return { path, profile: stringField(document, 'profile'), route: stringField(document, 'route'), notices };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
