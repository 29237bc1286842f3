import { type ConnectFailure, connectControl, type Status } from '../../control/index.ts';
import type { Command } from '../command.ts';
import type { Context } from '../context.ts';
import { downRoutes } from '../daemon/down-routes.ts';
import { statusLines } from '../daemon/status-lines.ts';
import { CommandError, EXIT } from '../error.ts';

// A daemon answers in about a millisecond; a person who waits longer wants to be told.
const PATIENCE_MS = 3_000;

/** Prints what the daemon is doing. Loads nothing but the control client: it must feel instant. */
export const command: Command = {
  examples: ['gw status', 'gw status --json'],
  async run(context) {
    const connected = await connectControl(context.paths.socket, { timeoutMs: PATIENCE_MS });
    if (connected.is === 'failed') return notRunning(context, connected.fault);
    const daemon = connected.value;
    let status: Status;
    try {
      status = await daemon.call('status', {}, PATIENCE_MS);
    } catch {
      return notRunning(context, 'timeout');
    } finally {
      daemon.close();
    }
    if (context.json) context.printJson({ running: true, ...status, down: downRoutes(status) });
    else for (const line of statusLines(status, context.style, context.columns)) context.print(line);
    return EXIT.ok;
  },
};

const REASONS: Readonly<Record<ConnectFailure, { what: string; why: string; fix: string }>> = {
  absent: { what: 'gw is not running', why: 'there is no control socket', fix: 'gw start' },
  refused: {
    what: 'gw is not running',
    why: 'nobody answers on the control socket: the last daemon ended without closing it',
    fix: 'gw start',
  },
  timeout: {
    what: 'the daemon does not answer',
    why: 'it holds the control socket, but does not pick up',
    fix: 'gw logs (what it did last)',
  },
};

function notRunning(context: Context, failure: ConnectFailure): number {
  const { what, why, fix } = REASONS[failure];
  if (!context.json) throw new CommandError(what, { why, fix, exit: EXIT.notRunning });
  context.printJson({ running: false, why, fix });
  return EXIT.notRunning;
}
