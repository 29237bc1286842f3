import { connectControl } from '../../../control/index.ts';
import { terminalSafe } from '../../../lib/terminal-safe.ts';
import type { Command } from '../../command.ts';
import { CommandError, EXIT } from '../../error.ts';

// Whoever is told may be far away, and asks nobody else meanwhile.
const PATIENCE_MS = 30_000;

/** `gw alerts test`. */
export const command: Command = {
  examples: ['gw alerts test', 'gw alerts test --json'],
  async run(context) {
    const connected = await connectControl(context.paths.socket);
    if (connected.is === 'failed')
      throw new CommandError('gw is not running, so nobody can be told anything.', {
        why: 'alerts are sent by the daemon',
        fix: 'gw start',
        exit: EXIT.notRunning,
      });
    try {
      const { sent } = await connected.value.call('test-alerts', {}, PATIENCE_MS);
      if (context.json) context.printJson({ sent });
      else
        for (const { sink, problem } of sent)
          context.print(`${sink}: ${problem === undefined ? 'sent' : terminalSafe(problem)}`);
      if (sent.length === 0)
        throw new CommandError('Nobody is told anything: alerts are off.', {
          why: 'neither alerts.desktop nor alerts.webhook is set, or its address does not resolve',
          fix: 'gw config set alerts.desktop true',
        });
      return sent.some(({ problem }) => problem !== undefined) ? EXIT.failed : EXIT.ok;
    } finally {
      connected.value.close();
    }
  },
};
