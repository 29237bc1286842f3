import { connectControl, type ControlClient, ControlError } from '../../control/index.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';

/** A daemon answers in about a millisecond; a person who waits longer wants to be told. */
export const PATIENCE_MS = 3_000;

/** Speaks with the daemon: who is left alone is its to know and to change, also in the file it keeps that in. */
export async function askDaemon<T>(
  { paths }: Context,
  work: (daemon: ControlClient) => Promise<T>,
): Promise<T> {
  const connected = await connectControl(paths.socket, { timeoutMs: PATIENCE_MS });
  if (connected.is === 'failed') {
    throw new CommandError('gw is not running.', {
      why: `only a running gw leaves anybody alone; what it knew, if anything, is kept in ${paths.health} for the next start`,
      fix: 'gw start',
      exit: EXIT.notRunning,
    });
  }
  try {
    return await work(connected.value);
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    throw new CommandError('The daemon could not be asked.', {
      why: error.message,
      fix: error.fix ?? 'gw status',
      cause: error,
    });
  } finally {
    connected.value.close();
  }
}
