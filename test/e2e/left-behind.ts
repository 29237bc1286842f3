import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { join } from 'node:path';

/** Where the process that clears up listens; one for each file of tests, from its first home on. */
let clearer: Socket | undefined;

/**
 * From now on, when this process ends in whatever way, the daemon of this home is ended and the home removed. A daemon
 * that `gw start` left is nobody's child, so without this a run that is killed leaves one behind. The function that is
 * returned is for who did it himself.
 */
export function clearUpAfterwards(folder: string): () => void {
  const pipe = (clearer ??= openClearer());
  pipe.write(`+${folder}\n`);
  return () => pipe.write(`-${folder}\n`);
}

function openClearer(): Socket {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'left-behind-process.ts')], {
    // Of a group of its own: what is typed into the terminal of the tests is not meant for it.
    detached: true,
    windowsHide: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.on('error', () => undefined).unref();
  if (!(child.stdin instanceof Socket)) throw new Error('a pipe to a process is no socket');
  return child.stdin.on('error', () => undefined).unref();
}
