import { rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { basename, dirname } from 'node:path';

/** The variable that ties a daemon to its starter: the file descriptor that closes when the starter is gone. */
export const TIE_VARIABLE = 'GW_TIE_FD';
/** What the name of a home begins with that was made for one demo and goes with it. */
export const TEMPORARY_HOME = 'gw-demo-';

/**
 * Calls `onLoose` once the process at the other end of the tie has ended, however it ended: the system closes the pipe
 * of one that was killed too. A daemon that nobody tied waits for nobody.
 */
export function watchTie(descriptor: string | undefined, onLoose: () => void): void {
  if (descriptor === undefined || !/^\d+$/.test(descriptor)) return;
  try {
    const pipe = new Socket({ fd: Number(descriptor), readable: true, writable: false });
    pipe
      .on('error', () => undefined)
      .on('close', onLoose)
      .resume()
      .unref();
  } catch {
    // No such descriptor: whoever set the variable is not there to be waited for.
  }
}

/** Removes a home that was made for one demo; any other stays, whatever the environment says. */
export function removeTemporaryHome(home: string): void {
  if (!basename(home).startsWith(TEMPORARY_HOME) || dirname(home) === home) return;
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}
