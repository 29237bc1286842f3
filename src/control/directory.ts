import { chmodSync, lstatSync, mkdirSync } from 'node:fs';

import { ControlError } from './error.ts';

/**
 * Makes a directory that only its owner may enter (0700), or checks that it is one. A link, a file or somebody
 * else's directory is refused: whoever may write here could pose as the daemon.
 */
export function ensurePrivateDirectory(path: string, platform: NodeJS.Platform = process.platform): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (platform === 'win32') return;
  const found = lstatSync(path);
  if (found.isSymbolicLink()) throw unusable(`${path} is a symbolic link`, path);
  if (found.uid !== process.getuid?.()) throw unusable(`${path} belongs to another user`, path);
  if ((found.mode & 0o077) !== 0) chmodSync(path, 0o700);
}

function unusable(message: string, path: string): ControlError {
  return new ControlError('unusable', message, `remove ${path}, or set GW_HOME to a directory of your own`);
}
