import type { Budget, RequestLimit } from '../../core/budget.ts';
import type { Profile } from '../../core/profile.ts';
import type { JsonObject } from '../../lib/expect.ts';
import type { Context } from '../context.ts';
import { notifyDaemon } from '../notify.ts';
import { changeProfile, type OpenProfile } from '../profile-file.ts';
import { limitJson } from './change-limits.ts';
import { budgetJson, budgetTable, limitLines } from './words.ts';

/** Writes the budgets of the active profile, tells the daemon, and answers with the profile as it is now. */
export async function changeBudgets(
  context: Context,
  open: OpenProfile,
  budgets: readonly JsonObject[],
): Promise<Profile> {
  const profile = await changeProfile(context, open, ({ whole }) => {
    if (budgets.length === 0) delete whole['budgets'];
    else whole['budgets'] = budgets;
  });
  await notifyDaemon(context);
  return profile;
}

/** Prints what is set. */
export function showBudgets(
  context: Context,
  {
    budgets = [],
    limits = [],
  }: { readonly budgets?: readonly Budget[]; readonly limits?: readonly RequestLimit[] },
): void {
  if (context.json) {
    context.printJson({
      budgets: budgets.map(budgetJson),
      limits: limits.map(limitJson),
    });
    return;
  }
  if (budgets.length > 0) context.print(budgetTable(budgets, context));
  for (const line of limitLines(limits)) context.print(line);
  if (budgets.length + limits.length === 0)
    context.say('Nothing limits what is spent. To begin: gw budget set all --usd 5 --per day --then block');
}
