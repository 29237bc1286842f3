import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { isObject } from '../../../lib/expect.ts';
import { at, type Edit, withEdit } from '../edit/edit.ts';
import { editSettings, readSettings, type SettingsSyntax } from '../edit/syntax.ts';
import { readFileSettings } from '../settings.ts';
import type { FileChange } from './change.ts';

/** A value before and after. */
export interface ChangedValue extends Edit {
  /** Absent where there was none. */
  readonly was?: unknown;
}

/** A change to one file, worked out to the byte but not made. */
export type PlannedFile =
  | {
      readonly is: 'change' | 'same';
      readonly file: string;
      readonly syntax: SettingsSyntax;
      /** Undefined where there is no file yet. */
      readonly before: string | undefined;
      readonly after: string;
      readonly values: readonly ChangedValue[];
      /** Objects around the values that were not there before, the outermost first. */
      readonly made: readonly (readonly string[])[];
    }
  | { readonly is: 'refused'; readonly file: string; readonly why: string };

/** Works out what a change does to its file; refuses what it would not be sure of. */
export function planFile({ file, syntax, edits }: FileChange, home: string): PlannedFile {
  const outside = leavesHome(file, home);
  if (outside !== undefined) return { is: 'refused', file, why: `it leads out of your home, to ${outside}` };
  const found = readFileSettings({ path: file, syntax });
  if (found?.trouble !== undefined) {
    return { is: 'refused', file, why: `it cannot be read, and is left alone: ${found.trouble}` };
  }
  const document = found === undefined ? {} : found.document;
  if (!isObject(document)) return { is: 'refused', file, why: 'it is no table of settings' };
  const values = edits.map((edit) => {
    const was = at(document, edit.path);
    return { ...edit, ...(was === undefined ? {} : { was }) };
  });
  const before = found?.text;
  const wanted = edits.filter(({ path, value }) => !isDeepStrictEqual(at(document, path), value));
  const after = wanted.reduce((text, edit) => editSettings(syntax, text, edit), before ?? '');
  if (!says(syntax, after, wanted.reduce<unknown>(withEdit, document))) {
    return { is: 'refused', file, why: 'it is written in a way that gw cannot change safely' };
  }
  const is = wanted.length === 0 ? 'same' : 'change';
  return { is, file, syntax, before, after, values, made: madeBy(document, edits) };
}

/** True when a text means just this: a change by lines is held to it. */
export function says(syntax: SettingsSyntax, text: string, wanted: unknown): boolean {
  const read = readSettings(syntax, text);
  return read.is === 'ok' && isDeepStrictEqual(plain(read.document), plain(wanted));
}

/** Libraries make their objects in their own ways, which does not count. */
function plain(document: unknown): unknown {
  return JSON.parse(JSON.stringify(document ?? {}));
}

function madeBy(document: unknown, edits: readonly Edit[]): (readonly string[])[] {
  const around = edits.flatMap(({ path }) => path.slice(0, -1).map((_, index) => path.slice(0, index + 1)));
  const names = new Map(around.map((path) => [JSON.stringify(path), path]));
  return [...names.values()].filter((path) => at(document, path) === undefined);
}

/** Where a path that lies in the home really leads, when that is outside it. */
function leavesHome(file: string, home: string): string | undefined {
  if (!isBelow(resolve(file), resolve(home))) return undefined;
  const real = realPath(resolve(file));
  return isBelow(real, realPath(resolve(home))) ? undefined : real;
}

/** The path without symbolic links, also of a file that is not there yet. */
export function realPath(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const folder = dirname(path);
  return folder === path ? path : join(realPath(folder), basename(path));
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
