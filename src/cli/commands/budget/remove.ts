import { amountWords, PERIODS, scopeText } from '../../../core/budget.ts';
import { isKeyOf } from '../../../lib/expect.ts';
import { terminalSafe } from '../../../lib/terminal-safe.ts';
import { changeBudgets, showBudgets } from '../../budget/change.ts';
import { readScope } from '../../budget/scope.ts';
import { budgetJson } from '../../budget/words.ts';
import type { Command } from '../../command.ts';
import { CommandError, EXIT } from '../../error.ts';
import { openProfile } from '../../profile-file.ts';

/** `gw budget remove`. */
export const command: Command = {
  arguments: [{ name: '<scope>', summary: 'whose budgets: all, route:<name>, …' }],
  options: [{ flags: '--per <period>', summary: 'only the one per day, week or month' }],
  examples: ['gw budget remove all', 'gw budget remove route:smart --per month'],
  async run(context, input) {
    const open = openProfile(context);
    const scope = scopeText(readScope(input.argument(0) ?? '', 'gw budget list'));
    const per = input.text('per');
    if (per !== undefined && !isKeyOf(PERIODS, per))
      throw new CommandError(`--per cannot be ${terminalSafe(per)}.`, {
        why: 'it is one of day, week, month',
        fix: 'gw budget list',
        exit: EXIT.usage,
      });
    const all = open.profile.budgets ?? [];
    const kept = all.filter(
      (budget) => scopeText(budget.scope) !== scope || (per !== undefined && budget.per !== per),
    );
    if (kept.length === all.length)
      throw new CommandError(
        `There is no budget for ${terminalSafe(scope)}${per === undefined ? '' : ` per ${per}`}.`,
        {
          why:
            all.length === 0
              ? 'none is set'
              : `there are some for ${all.map((one) => scopeText(one.scope)).join(', ')}`,
          fix: 'gw budget list',
        },
      );
    const left = await changeBudgets(context, open, kept.map(budgetJson));
    if (!context.json)
      for (const { unit, amount, per: period } of all.filter((budget) => !kept.includes(budget)))
        context.say(`Removed: ${amountWords(unit, amount)} per ${period} for ${terminalSafe(scope)}.`);
    if (context.json || kept.length > 0) showBudgets(context, left);
  },
};
