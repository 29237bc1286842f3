import { scopeText } from '../../../core/budget.ts';
import { terminalSafe } from '../../../lib/terminal-safe.ts';
import { changeLimits, showLimits } from '../../budget/change-limits.ts';
import { readScope } from '../../budget/scope.ts';
import type { Command } from '../../command.ts';
import { CommandError } from '../../error.ts';
import { openProfile } from '../../profile-file.ts';

/** `gw limit remove`. */
export const command: Command = {
  arguments: [{ name: '<scope>', summary: 'whose limit: all, route:<name>, …' }],
  examples: ['gw limit remove all', 'gw limit remove each-client --json'],
  async run(context, input) {
    const open = openProfile(context);
    const scope = scopeText(readScope(input.argument(0) ?? '', 'gw limit list'));
    const all = open.profile.limits ?? [];
    const removed = all.find((limit) => scopeText(limit.scope) === scope);
    if (removed === undefined) {
      const others = all.map((limit) => scopeText(limit.scope)).join(', ');
      throw new CommandError(`There is no limit for ${terminalSafe(scope)}.`, {
        why: all.length === 0 ? 'none is set' : `there are some for ${terminalSafe(others)}`,
        fix: 'gw limit list',
      });
    }
    const kept = all.filter((limit) => limit !== removed);
    const left = await changeLimits(context, open, kept);
    if (!context.json)
      context.say(`Removed: ${removed.requestsPerMinute} requests a minute for ${terminalSafe(scope)}.`);
    if (context.json || left.length > 0) showLimits(context, left);
  },
};
