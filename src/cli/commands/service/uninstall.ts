import { existsSync, rmSync } from 'node:fs';

import { terminalSafe } from '../../../lib/terminal-safe.ts';
import type { Command } from '../../command.ts';
import { CommandError } from '../../error.ts';
import { envFilePath } from '../../service/env-file.ts';
import { findKeeper } from '../../service/find-keeper.ts';
import { STOP_OPTIONS, stopFor } from '../stop.ts';

/** Ends the service, and takes away everything that installing it wrote. */
export const command: Command = {
  options: STOP_OPTIONS,
  examples: ['gw service uninstall', 'gw service uninstall --now'],
  async run(context, input) {
    const keeper = findKeeper(context);
    const wasThere = existsSync(keeper.path);
    if (wasThere) {
      const objection = await keeper.objection();
      // Its requests finish first; what ends well is not started again.
      if (objection === undefined && (await keeper.state()).running) await stopFor(context, input);
      const complaint = objection === undefined ? await keeper.disable() : undefined;
      if (complaint !== undefined) {
        throw new CommandError('The system did not let go of the service.', {
          why: complaint,
          fix: 'gw service status',
        });
      }
      rmSync(keeper.path, { force: true });
      if (objection === undefined) await keeper.forgotten();
    }
    rmSync(envFilePath(context), { force: true });
    if (context.json) context.printJson({ uninstalled: wasThere, path: keeper.path });
    else if (!wasThere) context.print('There is no service of gw.');
    else
      context.print(`The service is gone, and so is ${terminalSafe(keeper.path)}. To run gw again: gw start`);
  },
};
