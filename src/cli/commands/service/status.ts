import { findRunning } from '../../../daemon/index.ts';
import { terminalSafe } from '../../../lib/terminal-safe.ts';
import type { Command } from '../../command.ts';
import { EXIT } from '../../error.ts';
import { readEnvFile } from '../../service/env-file.ts';
import { findKeeper, serviceName } from '../../service/find-keeper.ts';

/** Whether gw runs as a service, in the system's words and by whether it answers. */
export const command: Command = {
  examples: ['gw service status', 'gw service status --json'],
  async run(context) {
    const keeper = findKeeper(context);
    const objection = await keeper.objection();
    const state = await keeper.state();
    const running = await findRunning(context.paths);
    const variables = Object.keys(readEnvFile(context));
    const answers = running !== undefined;
    if (context.json) {
      context.printJson({
        name: serviceName(context),
        kind: keeper.kind,
        path: keeper.path,
        ...state,
        answers,
        ...(running && { address: running.status.address, pid: running.hello.pid }),
        variables,
        ...(objection !== undefined && { objection }),
      });
      return state.installed && !answers ? EXIT.notRunning : EXIT.ok;
    }
    if (!state.installed) {
      context.print(
        `gw is not installed as a service${answers ? `; it runs at ${running.status.address}` : ''}.`,
      );
      if (objection !== undefined) context.say(`Services cannot be kept here: ${terminalSafe(objection)}`);
      else context.say('To have it begin when you log in: gw service install');
      return EXIT.ok;
    }
    const crashes = state.restarts ? `, started again ${state.restarts} times after a crash` : '';
    context.print(`${terminalSafe(keeper.path)}: ${terminalSafe(state.words)}${crashes}`);
    context.print(answers ? `gw answers at ${running.status.address}` : 'gw does not answer');
    if (variables.length > 0) context.print(`it is given ${terminalSafe(variables.join(', '))}`);
    if (objection !== undefined) context.say(`! ${terminalSafe(objection)}`);
    if (!state.enabled) context.say('! it does not begin by itself; fix: gw service install');
    if (!answers) context.say('! fix: gw start, and if that fails: gw logs');
    return answers ? EXIT.ok : EXIT.notRunning;
  },
};
