import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { renameOver } from '../../../config/index.ts';

/** Writes a file whole or not at all: beside it first, then over it. */
export function replaceFile(path: string, text: string, mode: number): void {
  const beside = join(dirname(path), `.${basename(path)}.gw-${process.pid}`);
  try {
    writeFileSync(beside, text, { mode, flag: 'wx' });
    // What the mode of a new file may be is also up to the umask.
    chmodSync(beside, mode);
    renameOver(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}
