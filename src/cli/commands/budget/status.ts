import { connectControl } from '../../../control/index.ts';
import type { BudgetView, RateView } from '../../../core/budget.ts';
import { spentSoFar } from '../../../daemon/index.ts';
import { limitLines, unpricedWords, usedJson, usedTable } from '../../budget/words.ts';
import type { Command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { CommandError } from '../../error.ts';
import { openProfile } from '../../profile-file.ts';

const PATIENCE_MS = 3_000;

interface Used {
  readonly running: boolean;
  readonly budgets: readonly BudgetView[];
  readonly rates: readonly RateView[];
}

/** `gw budget status`. */
export const command: Command = {
  examples: ['gw budget status', 'gw budget status --json'],
  async run(context) {
    const now = context.clock.now();
    const { running, budgets, rates } = (await fromDaemon(context)) ?? (await fromRecord(context, now));
    if (context.json) {
      context.printJson({ now, running, budgets: budgets.map(usedJson), limits: rates });
      return;
    }
    if (budgets.length > 0) context.print(usedTable(budgets, now, context));
    for (const line of limitLines(rates)) context.print(line);
    if (budgets.length + rates.length === 0) {
      context.say('Nothing limits what is spent. To begin: gw budget set all --usd 5 --per day --then block');
      return;
    }
    const unpriced = unpricedWords(budgets);
    if (unpriced !== undefined) context.say(unpriced);
    if (!running) context.say('gw is not running; this is what its record of requests says.');
  },
};

/** The daemon also knows what is under way. */
async function fromDaemon({ paths }: Context): Promise<Used | undefined> {
  const connected = await connectControl(paths.socket, { timeoutMs: PATIENCE_MS });
  if (connected.is === 'failed') return undefined;
  try {
    const { budgets = [], rates = [] } = await connected.value.call('status', {}, PATIENCE_MS);
    return { running: true, budgets, rates };
  } finally {
    connected.value.close();
  }
}

async function fromRecord(context: Context, now: number): Promise<Used> {
  const { profile } = openProfile(context);
  const { limits = [], budgets = [] } = profile;
  const spent = budgets.length === 0 ? undefined : await spentSoFar(profile, context.paths.database, now);
  if (spent?.is === 'failed')
    throw new CommandError('What was spent cannot be told.', { why: spent.fault, fix: 'gw doctor' });
  const rates = limits.map(({ scope, requestsPerMinute }) => ({
    scope: 'name' in scope ? `${scope.is}:${scope.name}` : scope.is,
    requestsPerMinute,
    waited: 0,
    refused: 0,
  }));
  return { running: false, budgets: spent?.value ?? [], rates };
}
