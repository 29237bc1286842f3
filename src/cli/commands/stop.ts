import { DaemonError, stopDaemon, type Stopped } from '../../daemon/index.ts';
import { formatDuration, parseDuration } from '../../lib/duration.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Command, Input } from '../command.ts';
import type { Context } from '../context.ts';
import { commandErrorFor } from '../daemon/launch.ts';
import { CommandError, EXIT } from '../error.ts';
import { findInstalled } from '../service/installed.ts';

/** Long enough for almost every answer; the callers of longer ones are told that theirs broke off. */
const DRAIN_MS = 30_000;

/** The options that say how a daemon ends; `restart` has them too. */
export const STOP_OPTIONS = [
  { flags: '--now', summary: 'cut off what is running instead of letting it finish' },
  { flags: '--timeout <duration>', summary: 'let running requests finish for this long (30s)' },
] as const;

/** Ends the daemon and returns when it is gone. */
export const command: Command = {
  options: STOP_OPTIONS,
  examples: ['gw stop', 'gw stop --timeout 2m', 'gw stop --now'],
  async run(context, input) {
    const stopped = await stopFor(context, input);
    const kept = await findInstalled(context);
    await kept?.stop();
    if (context.json) {
      context.printJson({
        stopped: stopped !== undefined,
        live: stopped?.live ?? 0,
        cutOff: stopped?.cutOff ?? 0,
        ...(kept && { service: true }),
      });
      return;
    }
    context.print(stopped ? sentence(stopped) : 'gw was not running.');
    if (kept)
      context.say('Its service begins again with your next login; to end that too: gw service uninstall');
  },
};

/** Stops the daemon as the command line says; undefined when none runs. */
export async function stopFor(context: Context, input: Input): Promise<Stopped | undefined> {
  const drainMs = input.flag('now') ? 0 : readTimeout(input.text('timeout'));
  try {
    return await stopDaemon({
      paths: context.paths,
      clock: context.clock,
      drainMs,
      onDraining: (live) =>
        context.say(
          `Letting ${requests(live)} finish, for up to ${formatDuration(drainMs)} (at once: gw stop --now) …`,
        ),
    });
  } catch (error) {
    throw error instanceof DaemonError ? commandErrorFor(error, context) : error;
  }
}

function sentence({ live, cutOff }: Stopped): string {
  if (live === 0) return 'gw stopped; nothing was running.';
  if (cutOff === 0) return `gw stopped; ${requests(live)} finished first.`;
  return `gw stopped; ${requests(live)} running, ${cutOff} cut off.`;
}

function requests(count: number): string {
  return count === 1 ? '1 request' : `${count} requests`;
}

function readTimeout(text: string | undefined): number {
  if (text === undefined) return DRAIN_MS;
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new CommandError(`${terminalSafe(text)} is no duration.`, {
    why: 'a duration is a number with a unit: 500ms, 30s, 2m',
    fix: '--timeout 30s',
    exit: EXIT.usage,
  });
}
