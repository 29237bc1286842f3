import type { Command } from '../command.ts';
import { askDaemon, PATIENCE_MS } from '../rest/ask-daemon.ts';
import { restingLines } from '../rest/lines.ts';
import { restingIn } from '../rest/resting.ts';
import { speaksUtf8, toPlain } from '../story/lines.ts';

/** `gw cooldowns`. */
export const command: Command = {
  examples: ['gw cooldowns', 'gw cooldowns --json', 'watch -n1 gw cooldowns'],
  async run(context) {
    const status = await askDaemon(context, (daemon) => daemon.call('status', {}, PATIENCE_MS));
    const resting = restingIn(status);
    if (context.json) {
      context.printJson({ now: status.now, cooldowns: resting });
      return;
    }
    if (resting.length === 0) {
      context.say('All is well: nobody is being left alone.');
      return;
    }
    const utf8 = speaksUtf8(context.env);
    const { style, columns } = context;
    for (const line of restingLines(resting, { now: status.now, columns, style }))
      context.print(utf8 ? line : toPlain(line));
  },
};
