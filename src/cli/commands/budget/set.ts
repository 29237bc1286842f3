import { type Budget, BUDGET_ACTIONS, budgetKey, DEFAULT_AT, PERIODS } from '../../../core/budget.ts';
import { isKeyOf, keysOf } from '../../../lib/expect.ts';
import { nearest } from '../../../lib/nearest.ts';
import { terminalSafe } from '../../../lib/terminal-safe.ts';
import { changeBudgets, showBudgets } from '../../budget/change.ts';
import { readScope, refuseUnknownRoute, SCOPE_ARGUMENT } from '../../budget/scope.ts';
import { budgetJson } from '../../budget/words.ts';
import type { Command, Input } from '../../command.ts';
import { CommandError, EXIT } from '../../error.ts';
import { openProfile } from '../../profile-file.ts';

const EXAMPLE = 'gw budget set all --usd 5 --per day --then block';

/** `gw budget set`. */
export const command: Command = {
  arguments: [SCOPE_ARGUMENT],
  options: [
    { flags: '--usd <dollars>', summary: 'US dollars that may be spent' },
    { flags: '--tokens <count>', summary: 'tokens that may be used, read and written: 200k, 1.5M' },
    { flags: '--per <period>', summary: 'day, week or month of the local calendar (day)' },
    {
      flags: '--then <action>',
      summary:
        'when it is used up: warn, block (refuse requests) or cheaper (ask cheaper targets only) (warn)',
    },
    { flags: '--at <share...>', summary: 'when it is said how much is used (80% 100%)' },
  ],
  examples: [
    EXAMPLE,
    'gw budget set route:smart --usd 20 --per month --then cheaper',
    'gw budget set each-session --tokens 2M --then block --at 50% 90%',
  ],
  async run(context, input) {
    const open = openProfile(context);
    const budget = readBudget(input);
    refuseUnknownRoute(
      budget.scope,
      open.profile.routes.map(({ name }) => name),
      'gw budget set',
    );
    const others = (open.profile.budgets ?? []).filter((other) => budgetKey(other) !== budgetKey(budget));
    showBudgets(context, await changeBudgets(context, open, [...others, budget].map(budgetJson)));
  },
};

function readBudget(input: Input): Budget {
  const scope = readScope(input.argument(0) ?? '', EXAMPLE);
  const [usd, tokens] = [input.text('usd'), input.text('tokens')];
  if ((usd === undefined) === (tokens === undefined))
    throw wrong(
      usd === undefined ? 'It is not said how much may be spent.' : 'One budget cannot count in two units.',
      'a budget has either --usd or --tokens',
    );
  const unit = usd === undefined ? 'tokens' : 'usd';
  const per = oneOf(PERIODS, input.text('per') ?? 'day', '--per');
  const action = oneOf(BUDGET_ACTIONS, input.text('then') ?? 'warn', '--then');
  return {
    scope,
    per,
    unit,
    amount: readAmount(usd ?? tokens ?? '', unit),
    action,
    at: readShares(input.list('at')),
  };
}

function readAmount(text: string, unit: Budget['unit']): number {
  const [, number, size = ''] = /^\$?(\d+(?:\.\d+)?)\s*([kM]?)$/.exec(text.trim()) ?? [];
  const amount = Number(number) * { '': 1, k: 1e3, M: 1e6 }[size === 'k' || size === 'M' ? size : ''];
  const isRight = amount > 0 && (unit === 'usd' ? size === '' : Number.isInteger(amount));
  if (isRight) return amount;
  const expected = unit === 'usd' ? 'dollars: 5, 0.5' : 'a number of tokens: 50000, 200k, 1.5M';
  throw wrong(`${terminalSafe(text)} is no amount.`, `--${unit} takes ${expected}`);
}

function readShares(texts: readonly string[]): readonly number[] {
  if (texts.length === 0) return DEFAULT_AT;
  return texts
    .map((text) => {
      const [, number, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim()) ?? [];
      const share = percent === '%' ? Number(number) / 100 : Number(number);
      if (share >= 0.01 && share <= 1) return share;
      throw wrong(`${terminalSafe(text)} is no share of a budget.`, '--at takes shares from 1% to 100%');
    })
    .sort((a, b) => a - b);
}

function oneOf<K extends string>(table: Readonly<Record<K, unknown>>, text: string, flag: string): K {
  if (isKeyOf(table, text)) return text;
  const meant = nearest(text, keysOf(table));
  const why = `${flag} is one of ${keysOf(table).join(', ')}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
  throw wrong(`${flag} cannot be ${terminalSafe(text)}.`, why);
}

function wrong(what: string, why: string): CommandError {
  return new CommandError(what, { why, fix: EXAMPLE, exit: EXIT.usage });
}
