import { showBudgets } from '../../budget/change.ts';
import type { Command } from '../../command.ts';
import { openProfile } from '../../profile-file.ts';

/** `gw budget list`. */
export const command: Command = {
  examples: ['gw budget list', 'gw budget list --json'],
  run(context) {
    showBudgets(context, openProfile(context).profile);
    return Promise.resolve();
  },
};
