import { connectControl, type Status } from '../../control/index.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';

// A daemon answers in about a millisecond; whoever types a command waits no longer than this to be told.
const PATIENCE_MS = 3_000;

/** The daemon that clients can be pointed at; without one the command ends with exit code 3. */
export async function reachDaemon(context: Context, fix = 'gw start'): Promise<Status> {
  const status = await askStatus(context);
  if (typeof status === 'string') throw unreachable(status, fix);
  if (status.draining) throw unreachable('it is stopping and takes no new requests', 'gw restart');
  return status;
}

/** What the daemon says of itself; a sentence when nobody answers. */
export async function askStatus({ paths }: Context): Promise<Status | string> {
  const connected = await connectControl(paths.socket, { timeoutMs: PATIENCE_MS });
  if (connected.is === 'failed') {
    return connected.fault === 'timeout'
      ? 'the daemon does not pick up'
      : `nobody answers at ${paths.socket}`;
  }
  try {
    return await connected.value.call('status', {}, PATIENCE_MS);
  } catch {
    return 'the daemon does not answer';
  } finally {
    connected.value.close();
  }
}

function unreachable(why: string, fix: string): CommandError {
  return new CommandError('gw is not running, so there is no address to give.', {
    why,
    fix,
    exit: EXIT.notRunning,
  });
}
