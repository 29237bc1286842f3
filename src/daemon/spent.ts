import { setImmediate as nextTurn } from 'node:timers/promises';

import { type BudgetView } from '../core/budget.ts';
import { expenseOf, isBudgeted } from '../core/expense.ts';
import { ok, type Outcome } from '../core/outcome.ts';
import type { Profile } from '../core/profile.ts';
import { type Meter, Purse } from '../proxy/index.ts';
import { openArchive } from '../store/index.ts';

/** Rows of the record read between two turns of everything else. */
const SLICE = 200;

/**
 * Has budgets know of what the record says was spent before `now`; answers with how many requests that were, or why the
 * record cannot be read. Takes about 10 µs a request.
 */
export async function recallSpending(
  { meters, budgets }: { readonly meters: readonly Meter[]; readonly budgets: Purse['budgets'] },
  database: string,
  now: number,
): Promise<Outcome<number, string>> {
  const archive = openArchive(database);
  if (archive.is === 'failed') return archive.fault === 'absent' ? ok(0) : archive;
  try {
    const since = Math.min(...meters.map(({ span }) => span.startsAt));
    let rows = 0;
    for (const trail of archive.value.each({ since, until: now, rehearsals: true })) {
      if (++rows % SLICE === 0) await nextTurn();
      if (!isBudgeted(trail) || trail.attempts.length === 0) continue;
      budgets.learn(trail);
      const expense = expenseOf(trail);
      for (const meter of meters) meter.restore(trail, trail.at, expense);
    }
    return ok(rows);
  } finally {
    archive.value.close();
  }
}

/** How full a profile's budgets are, as the record tells while no daemon runs. */
export async function spentSoFar(
  profile: Pick<Profile, 'budgets' | 'limits'>,
  database: string,
  now: number,
): Promise<Outcome<readonly BudgetView[], string>> {
  const purse = new Purse();
  const recalled = await recallSpending(
    { meters: purse.apply(profile, now), budgets: purse.budgets },
    database,
    now,
  );
  return recalled.is === 'ok' ? ok(purse.budgets.views(now)) : recalled;
}
