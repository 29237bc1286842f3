import { connectControl, ControlError } from '../../control/index.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Command } from '../command.ts';
import { CommandError, EXIT } from '../error.ts';
import { referencedValues } from '../notify.ts';

/** Has the daemon read the profile again, without dropping a connection. */
export const command: Command = {
  examples: ['gw reload', 'OPENAI_API_KEY=sk-new gw reload'],
  async run(context) {
    const connected = await connectControl(context.paths.socket);
    if (connected.is === 'failed') {
      throw new CommandError('gw is not running.', {
        why: 'there is nobody to read the profile again; a start reads it anyway',
        fix: 'gw start',
        exit: EXIT.notRunning,
      });
    }
    const daemon = connected.value;
    try {
      const result = await daemon.call('reload', { env: referencedValues(context) }, 90_000);
      if (context.json) context.printJson(result);
      if (result.problems.length > 0) {
        throw new CommandError('the profile on disk cannot be used, so the old one keeps serving', {
          why: result.problems
            .flatMap((problem) => problem.split(/\n\s*/).map(terminalSafe))
            .join('\n       '),
          fix: 'gw config edit, then: gw reload',
          exit: EXIT.config,
        });
      }
      if (context.json) return;
      context.print(`gw serves the profile ${terminalSafe(result.profile)} as it is now.`);
      for (const label of result.unresolvedKeys) {
        context.say(`! the key ${terminalSafe(label)} is not there; providers without a key are left out`);
      }
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      throw new CommandError(terminalSafe(error.message), { fix: error.fix ?? 'gw restart', cause: error });
    } finally {
      daemon.close();
    }
  },
};
