import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/**
 * Removes what is ours in a directory, the directory when nothing is left in it, and those above it, below the home,
 * that hold nothing any more: they were made for it, or are made again by whoever needs them. Answers with what stays.
 */
export function removeOwned(path: string, home: string, isOurs: (name: string) => boolean): string[] {
  for (const name of readdirSync(path).filter(isOurs)) {
    rmSync(join(path, name), { recursive: true, force: true });
  }
  const rest = readdirSync(path);
  for (let each = path; each.startsWith(home + sep) || each === path; each = dirname(each)) {
    if (each === home || !existsSync(each) || readdirSync(each).length > 0) break;
    rmdirSync(each);
  }
  return rest;
}
