import { connectControl } from '../../control/index.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { type Archive, openArchive } from '../../store/index.ts';
import type { Context } from '../context.ts';
import { CommandError } from '../error.ts';

// A daemon on this machine picks up within a millisecond; one that hangs must not keep anyone from its log.
const CONNECT_MS = 300;
const FLUSH_MS = 2_000;

/** Asks a running daemon to write what it still holds, so that the newest exchange is in the log. */
export async function flushDaemon(context: Context): Promise<void> {
  const connection = await connectControl(context.paths.socket, { timeoutMs: CONNECT_MS });
  if (connection.is === 'failed') return;
  try {
    await connection.value.call('flush', {}, FLUSH_MS);
  } catch {
    // The log without its last fifth of a second is better than none.
  } finally {
    connection.value.close();
  }
}

/** Reads from the request log; undefined when nothing was ever recorded. */
export function readLog<T>(context: Context, look: (archive: Archive) => T): T | undefined {
  const opened = openArchive(context.paths.database);
  if (opened.is === 'failed') {
    if (opened.fault === 'absent') return undefined;
    throw new CommandError('the request log cannot be read', {
      why: terminalSafe(opened.fault),
      fix: 'gw restart (a damaged log is set aside and a new one begun), or update gw',
    });
  }
  try {
    return look(opened.value);
  } finally {
    opened.value.close();
  }
}
