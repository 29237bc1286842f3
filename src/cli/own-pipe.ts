import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { isNamedPipe, type Paths } from '../core/paths.ts';

/** A started write is over in no time; this many looks, a moment apart, are enough for it. */
const LOOKS = 50;
const MOMENT_MS = 10;

/**
 * On Windows the control socket is a pipe, and no directory keeps others away from it: whoever knows its name could make
 * it first, pose as the daemon and be handed keys. So a part of the name is a secret of this home, made when first needed.
 */
export function withOwnPipe(paths: Paths): Paths {
  if (!isNamedPipe(paths.socket)) return paths;
  let socket: string | undefined;
  return {
    ...paths,
    get socket() {
      socket ??= `${paths.socket}-${secretIn(paths.stateDir)}`;
      return socket;
    },
  };
}

function secretIn(directory: string): string {
  const path = join(directory, 'pipe');
  const known = readSecret(path);
  if (known !== undefined) return known;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(path, crypto.randomUUID(), { flag: 'wx', mode: 0o600 });
  } catch {
    // Another command was quicker, or nothing can be written there: then a start says so.
  }
  for (let look = 0; look < LOOKS; look++) {
    const made = readSecret(path);
    if (made !== undefined) return made;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, MOMENT_MS);
  }
  return crypto.randomUUID();
}

/** Undefined where it is not there, or not all of it yet. */
function readSecret(path: string): string | undefined {
  try {
    return /^[\da-f-]{36}$/.exec(readFileSync(path, 'utf8'))?.[0];
  } catch {
    return undefined;
  }
}
