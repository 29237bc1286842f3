import { findRunning, type Overrides, splitAddress, type Started } from '../../daemon/index.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Command } from '../command.ts';
import type { Context } from '../context.ts';
import {
  chooseFor,
  launch,
  LAUNCH_OPTIONS,
  printStarted,
  readOverrides,
  sayWhereFrom,
} from '../daemon/launch.ts';
import { findInstalled } from '../service/installed.ts';

/** Starts the daemon in the background and returns when it answers. */
export const command: Command = {
  options: LAUNCH_OPTIONS,
  examples: ['gw start', 'gw start --port 4500 --profile work', 'gw start --json'],
  async run(context, input) {
    const overrides = readOverrides(context, input);
    // Looked for first: what runs is there whatever this shell's environment has to offer.
    const started = (await findRunning(context.paths)) ?? (await launchNew(context, overrides));
    if (started.already) sayDifferences(context, started, overrides);
    printStarted(context, started);
  },
};

async function launchNew(context: Context, overrides: Overrides): Promise<Started> {
  const chosen = chooseFor(context, overrides);
  const kept = await findInstalled(context);
  kept?.refuseOverrides(overrides);
  const started = await (kept ? kept.start(context) : launch(context, overrides));
  if (started.already) return started;
  sayWhereFrom(context, chosen);
  // Loaded for the few starts in which a daemon begins: it brings the formats with it.
  const { sayBrokenChains } = await import('../lint/notice.ts');
  sayBrokenChains(context, chosen.profile);
  return started;
}

/** Something else was asked for than what runs: it stays, and the person is told how to change it. */
function sayDifferences(context: Context, { status }: Started, asked: Overrides): void {
  const running = splitAddress(status.address);
  const different = [
    asked.port !== undefined && asked.port !== 0 && asked.port !== running.port ? `--port ${asked.port}` : '',
    asked.host !== undefined && asked.host !== running.host ? `--host ${asked.host}` : '',
    asked.profile !== undefined && asked.profile !== status.profile ? `--profile ${asked.profile}` : '',
    asked.capture !== undefined && asked.capture !== status.capture ? `--capture ${asked.capture}` : '',
    asked.socket !== undefined && asked.socket !== status.socket ? `--socket ${asked.socket}` : '',
  ].filter((flag) => flag !== '');
  if (different.length > 0) {
    const flags = terminalSafe(different.join(' '));
    context.say(`It was started differently and was left as it is. To change it: gw restart ${flags}`);
  }
}
