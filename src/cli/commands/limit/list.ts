import { showLimits } from '../../budget/change-limits.ts';
import type { Command } from '../../command.ts';
import { openProfile } from '../../profile-file.ts';

/** `gw limit list`. */
export const command: Command = {
  examples: ['gw limit list', 'gw limit list --json'],
  run(context) {
    showLimits(context, openProfile(context).profile.limits ?? []);
    return Promise.resolve();
  },
};
