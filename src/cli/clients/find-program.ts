import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

import { parseJson, stringField } from '../../lib/expect.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a command is on the PATH; undefined where it is not. */
export function findProgram(
  program: string,
  env: Environment,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  const endings = platform === 'win32' ? ['.exe', '.cmd', '.bat', '.com'] : [''];
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of folders) {
    const found = endings.map((ending) => join(folder, program + ending)).find(isProgram);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * The version of an installed program, from the package it is in or from its path, without running it: some of them
 * write into their person's home when they are asked. Undefined where neither tells.
 */
export function versionOf(path: string): string | undefined {
  let real: string;
  try {
    real = realpathSync(path);
  } catch {
    return undefined;
  }
  let folder = dirname(real);
  // bin/ or dist/ of the package, or the package itself.
  for (let up = 0; up < 4 && folder !== dirname(folder); up++) {
    const version = packageVersion(folder);
    if (version !== undefined) return version;
    folder = dirname(folder);
  }
  return /[\\/](\d+\.\d+\.\d+)(?=[\\/]|$)/.exec(real)?.[1];
}

function packageVersion(folder: string): string | undefined {
  try {
    const file: unknown = parseJson(readFileSync(join(folder, 'package.json'), 'utf8'));
    return stringField(file, 'name') === undefined ? undefined : stringField(file, 'version');
  } catch {
    return undefined;
  }
}
