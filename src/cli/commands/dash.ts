import { connectControl } from '../../control/index.ts';
import { openNarration, noteText, runDashboard, type FeedPorts } from '../../tui/index.ts';
import type { Command } from '../command.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';

/** `gw dash`. */
export const command: Command = {
  options: [{ flags: '--wait', summary: 'open even when no daemon runs yet, and wait for one' }],
  examples: [
    'gw dash',
    'gw dash --wait',
    'gw dash --json | jq -r "select(.event == \\"exchange-ended\\") | .trail.id"',
  ],
  async run(context, input) {
    if (!input.flag('wait')) await requireDaemon(context);
    // A dumb terminal cannot move its cursor.
    if (!context.interactive || context.env['TERM'] === 'dumb') return tell(context);
    const { stdin, stdout, stderr, style } = context;
    const summary = await runDashboard({ ...feedPorts(context), stdin, stdout, stderr, style });
    for (const line of summary) context.say(line);
    return EXIT.ok;
  },
};

async function requireDaemon(context: Context): Promise<void> {
  const outcome = await connectControl(context.paths.socket);
  if (outcome.is === 'ok') {
    outcome.value.close();
    return;
  }
  throw new CommandError('no daemon is running', {
    why: `nobody answers at ${context.paths.socket}`,
    fix: 'gw start   (or gw dash --wait to wait for one)',
    exit: EXIT.notRunning,
  });
}

/** Without a terminal: one line per finished exchange and change of state, until interrupted. */
async function tell(context: Context): Promise<never> {
  openNarration(feedPorts(context), (note) =>
    context.print(context.json ? JSON.stringify(note) : noteText(note)),
  );
  // Runs until a signal ends the process: the feed's own timers and socket keep it alive.
  return new Promise<never>(() => {});
}

function feedPorts({ clock, paths }: Context): FeedPorts {
  return {
    connect: () => connectControl(paths.socket),
    now: () => clock.now(),
    // Not the clock's timers: these must keep the process alive while it waits for a daemon to come back.
    after: (delayMs, action) => {
      const timer = setTimeout(action, delayMs);
      return () => clearTimeout(timer);
    },
  };
}
