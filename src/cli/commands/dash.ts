import { connectControl } from '../../control/index.ts';
import { openNarration, noteText, runDashboard, type FeedPorts } from '../../tui/index.ts';
import type { Command, Input } from '../command.ts';
import type { Context } from '../context.ts';
import { readPort } from '../daemon/launch.ts';
import { dashboardHands } from '../dash/hands.ts';
import { lookOf } from '../dash/look.ts';
import { boundNursery } from '../dash/nursery.ts';
import { CommandError, EXIT } from '../error.ts';

/** `gw dash`. */
export const command: Command = {
  options: [
    { flags: '--wait', summary: 'open even when no daemon runs yet, and wait for one' },
    { flags: '--readonly', summary: 'only look: no key changes anything' },
    { flags: '--plain', summary: 'lines instead of a screen, also on a terminal (for screen readers)' },
    { flags: '--ascii', summary: 'draw with ASCII characters only' },
    { flags: '--light', summary: 'colours for a light background' },
    { flags: '--web', summary: 'as a page in the browser, to look at; on this machine only' },
    { flags: '--port <number>', summary: 'with --web: serve the page on this port instead of any free one' },
  ],
  examples: [
    'gw dash',
    'gw dash --wait --readonly',
    'gw dash --plain',
    'gw dash --web',
    'gw dash --json | jq -r "select(.event == \\"exchange-ended\\") | .trail.id"',
  ],
  async run(context, input) {
    if (!input.flag('wait')) await requireDaemon(context);
    if (input.flag('web')) return showPage(context, input);
    if (!drawsHere(context, input)) return tell(context);
    const { stdin, stdout, stderr, style } = context;
    boundNursery();
    const summary = await runDashboard({
      ...feedPorts(context),
      stdin,
      stdout,
      stderr,
      style,
      look: lookOf(context, { ascii: input.flag('ascii'), light: input.flag('light') }),
      readonly: input.flag('readonly'),
      hands: dashboardHands(context),
    });
    for (const line of summary) context.say(line);
    return EXIT.ok;
  },
};

async function showPage(context: Context, input: Input): Promise<number> {
  const port = readPort(input.text('port')) ?? 0;
  // Loaded here: only who looks in a browser needs a server.
  const { serveWeb } = await import('../dash/web.ts');
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  await serveWeb(context, feedPorts(context), { port, ended });
  return EXIT.ok;
}

/** A dumb terminal cannot move its cursor, and a screen that is redrawn cannot be read aloud. */
function drawsHere({ interactive, env }: Context, input: Input): boolean {
  return interactive && env['TERM'] !== 'dumb' && !input.flag('plain') && env['INK_SCREEN_READER'] !== 'true';
}

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

/** Without a screen: one line per finished exchange and change of state, until interrupted. */
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
