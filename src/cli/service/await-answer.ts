import { connectControl } from '../../control/index.ts';
import { findRunning, lastLines, readableLine, type Started } from '../../daemon/index.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { referencedValues } from '../notify.ts';
import type { Keeper } from './keeper.ts';

// A cold disk and a keychain that asks its owner included.
const PATIENCE_MS = 60_000;
const POLL_MS = 250;
/** launchd and the Task Scheduler begin what they were asked to a moment later. */
const SETTLED_MS = 2_000;
/** After so many crashes it is no accident. */
const MOST_RESTARTS = 2;
const SHOWN_LINES = 8;

/** Has the service begin, and returns when gw answers: that a unit is active says little. */
export async function startKept(context: Context, keeper: Keeper): Promise<Started> {
  const complaint = await keeper.start();
  if (complaint !== undefined) throw await failedStart(context, keeper, complaint);
  const begun = context.clock.monotonic();
  for (;;) {
    const running = await findRunning(context.paths);
    if (running) return { ...running, already: false };
    const state = await keeper.state();
    // A crash is followed by another try; what is neither running nor waiting for that has given up.
    const waited = context.clock.monotonic() - begun;
    const hasEnded = !state.running && (keeper.kind === 'systemd' || waited > SETTLED_MS);
    if (hasEnded || waited > PATIENCE_MS || (state.restarts ?? 0) > MOST_RESTARTS)
      throw await failedStart(context, keeper, `it does not answer, and is ${state.words}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Gives the daemon the variables of this shell, in memory only, as `gw start` without a service would. */
export async function handOver(context: Context): Promise<void> {
  const env = referencedValues(context);
  if (Object.keys(env).length === 0) return;
  const connected = await connectControl(context.paths.socket);
  if (connected.is === 'failed') return;
  try {
    await connected.value.call('reload', { env });
  } catch {
    // What it lacks then stands in its status.
  } finally {
    connected.value.close();
  }
}

async function failedStart(context: Context, keeper: Keeper, why: string): Promise<CommandError> {
  const state = await keeper.state();
  const lines = lastLines(context.paths.log, SHOWN_LINES).map(readableLine);
  if (lines.length > 0) context.say(`The last lines of ${terminalSafe(context.paths.log)}:`);
  for (const line of lines) context.say(`  ${line}`);
  return new CommandError('The service does not run.', {
    why: `${why}${state.restarts ? `; it was started again ${state.restarts} times` : ''}`,
    fix: 'gw serve (shows what happens), or: gw service uninstall',
    exit: EXIT.start,
  });
}
