import { connectControl } from '../../control/index.ts';
import { type BudgetView, type RateView, scopeText } from '../../core/budget.ts';
import { spentSoFar } from '../../daemon/index.ts';
import type { Context } from '../context.ts';
import { CommandError } from '../error.ts';
import { openProfile } from '../profile-file.ts';

const PATIENCE_MS = 3_000;

/** How far budgets are used, and what limits held up. */
export interface Used {
  readonly running: boolean;
  readonly budgets: readonly BudgetView[];
  readonly rates: readonly RateView[];
}

/** Asks the daemon, which also knows what is under way; undefined without one. */
export async function usedByDaemon({ paths }: Context): Promise<Used | undefined> {
  const connected = await connectControl(paths.socket, { timeoutMs: PATIENCE_MS });
  if (connected.is === 'failed') return undefined;
  try {
    const { budgets = [], rates = [] } = await connected.value.call('status', {}, PATIENCE_MS);
    return { running: true, budgets, rates };
  } finally {
    connected.value.close();
  }
}

/** The same from the record of requests, which does not know what limits held up. */
export async function usedByRecord(context: Context, now: number): Promise<Used> {
  const { profile } = openProfile(context);
  const { limits = [], budgets = [] } = profile;
  const spent = budgets.length === 0 ? undefined : await spentSoFar(profile, context.paths.database, now);
  if (spent?.is === 'failed')
    throw new CommandError('What was spent cannot be told.', { why: spent.fault, fix: 'gw doctor' });
  const rates = limits.map(({ scope, requestsPerMinute }) => ({
    scope: scopeText(scope),
    requestsPerMinute,
    waited: 0,
    refused: 0,
  }));
  return { running: false, budgets: spent?.value ?? [], rates };
}
