import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Edit } from '../edit/edit.ts';
import { editJson } from '../edit/json.ts';

const FOLDER = '.gemini';
const SETTINGS = 'settings.json';

/** A home that is Gemini CLI's own but for one setting. */
export interface BorrowedHome {
  readonly home: string;
  readonly giveBack: () => void;
}

/**
 * Makes a home in a temporary folder in which everything leads to the real one, except the settings, which are a copy
 * with one value changed. What Gemini CLI puts there that it did not have before (its history, say) goes home with it.
 */
export function borrowHome(home: string, edit: Edit): BorrowedHome {
  const real = join(home, FOLDER);
  const borrowed = mkdtempSync(join(tmpdir(), 'gw-gemini-'));
  const folder = join(borrowed, FOLDER);
  mkdirSync(folder, { mode: 0o700 });
  const kept = existsSync(real) ? readdirSync(real).filter((name) => name !== SETTINGS) : [];
  for (const name of kept) symlinkSync(join(real, name), join(folder, name));
  const settings = join(real, SETTINGS);
  const text = existsSync(settings) ? readFileSync(settings, 'utf8') : '';
  writeFileSync(join(folder, SETTINGS), editJson(text, edit), { mode: 0o600 });
  return { home: borrowed, giveBack: () => giveBack(borrowed, real) };
}

function giveBack(borrowed: string, real: string): void {
  const folder = join(borrowed, FOLDER);
  const made = readdirSync(folder).filter(
    (name) => name !== SETTINGS && !lstatSync(join(folder, name)).isSymbolicLink(),
  );
  if (made.length > 0) mkdirSync(real, { recursive: true, mode: 0o700 });
  for (const name of made) cpSync(join(folder, name), join(real, name), { recursive: true, force: true });
  rmSync(borrowed, { recursive: true, force: true });
}
