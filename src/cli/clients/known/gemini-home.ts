import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
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
export function borrowHome(
  home: string,
  edit: Edit,
  platform: NodeJS.Platform = process.platform,
): BorrowedHome {
  const real = join(home, FOLDER);
  const borrowed = mkdtempSync(join(tmpdir(), 'gw-gemini-'));
  const folder = join(borrowed, FOLDER);
  mkdirSync(folder, { mode: 0o700 });
  const copies = new Map<string, Buffer>();
  const kept = existsSync(real) ? readdirSync(real).filter((name) => name !== SETTINGS) : [];
  for (const name of kept) {
    const from = join(real, name);
    if (platform !== 'win32') symlinkSync(from, join(folder, name));
    else if (statSync(from).isDirectory()) leadTo(from, join(folder, name));
    // Windows lets few people make links to files.
    else copies.set(name, copyFile(from, join(folder, name)));
  }
  const settings = join(real, SETTINGS);
  const text = existsSync(settings) ? readFileSync(settings, 'utf8') : '';
  writeFileSync(join(folder, SETTINGS), editJson(text, edit), { mode: 0o600 });
  return { home: borrowed, giveBack: () => giveBack(borrowed, real, copies) };
}

/** A junction, which everybody may make; a copy where the disk knows none (FAT), which then goes home as a whole. */
function leadTo(from: string, to: string): void {
  try {
    symlinkSync(from, to, 'junction');
  } catch {
    cpSync(from, to, { recursive: true });
  }
}

function copyFile(from: string, to: string): Buffer {
  const content = readFileSync(from);
  writeFileSync(to, content, { mode: 0o600 });
  return content;
}

function giveBack(borrowed: string, real: string, copies: ReadonlyMap<string, Buffer>): void {
  const folder = join(borrowed, FOLDER);
  const isLink = (name: string): boolean => lstatSync(join(folder, name)).isSymbolicLink();
  const isAsItWas = (name: string): boolean => {
    const copied = copies.get(name);
    return copied?.equals(readFileSync(join(folder, name))) ?? false;
  };
  const names = readdirSync(folder);
  const links = names.filter(isLink);
  const made = names.filter((name) => name !== SETTINGS && !links.includes(name) && !isAsItWas(name));
  if (made.length > 0) mkdirSync(real, { recursive: true, mode: 0o700 });
  for (const name of made) cpSync(join(folder, name), join(real, name), { recursive: true, force: true });
  // One by one: what they lead to must not go with them.
  for (const name of links) unlinkSync(join(folder, name));
  rmSync(borrowed, { recursive: true, force: true });
}
