import { clearKept } from '../../cache/reach.ts';
import type { Command } from '../../command.ts';
import { CommandError } from '../../error.ts';

/** Forgets every kept answer, in memory and on disk. */
export const command: Command = {
  examples: ['gw cache clear', 'gw cache clear --json'],
  async run(context) {
    const { cleared, problem } = await clearKept(context);
    if (problem !== undefined) {
      throw new CommandError('The kept answers could not be removed.', {
        why: problem,
        fix: `remove ${context.paths.answers} yourself`,
      });
    }
    if (context.json) context.printJson({ cleared });
    else context.print(cleared === 1 ? '1 answer is forgotten.' : `${cleared} answers are forgotten.`);
  },
};
