import { describe, expect, test } from 'vitest';

import type { BudgetView } from '../../src/core/budget.ts';
import { budgetGroups, budgetLines } from '../../src/tui/present/budgets.ts';
import type { Line } from '../../src/tui/present/line.ts';

const NOON = new Date(2026, 5, 10, 12).getTime();

function view(share: number, change: Partial<BudgetView> = {}): BudgetView {
  return {
    scope: 'all',
    per: 'day',
    unit: 'usd',
    amount: 5,
    action: 'block',
    at: [0.8, 1],
    used: 5 * share,
    reserved: 0,
    share,
    requests: 1,
    unpriced: 0,
    startsAt: NOON - 12 * 3_600_000,
    endsAt: NOON + 12 * 3_600_000,
    ...change,
  };
}

const textOf = (line: Line | undefined): string => (line ?? []).map(({ text }) => text).join('');

describe('budgets in the dashboard', () => {
  test('are not in the header while none is nearly used up', () => {
    expect(budgetGroups({})).toEqual([]);
    expect(budgetGroups({ budgets: [view(0.79)] })).toEqual([]);
  });

  test('are in the header from their first share on, the fullest of them', () => {
    const budgets = [view(0.82), view(0.95, { scope: 'route:fast' }), view(0.1)];
    const [line] = budgetGroups({ budgets });
    expect(textOf(line)).toBe('budget 95% of $5.00 today for route:fast');
    expect(line?.at(-1)?.tone).toBe('warn');
    expect(budgetGroups({ budgets: [view(1)] })[0]?.at(-1)?.tone).toBe('bad');
  });

  test('stand above the costs, four of them, with what follows and what is not in them', () => {
    const budgets = [0.1, 0.2, 0.3, 0.5, 1.2].map((share) => view(share, { unpriced: 2 }));
    const lines = budgetLines({ budgets }, NOON, 96);
    expect(lines).toHaveLength(4);
    expect(textOf(lines[0])).toMatch(
      /^█{12} \$6\.00 of \$5\.00 today, all: refusing +ends in 12h.*; 2 of unknown price$/,
    );
    expect(textOf(lines[1])).toMatch(/^█{6}░{6} \$2\.50 of \$5\.00 today, all +ends/);
  });

  test('show a session’s name as what it is: text from elsewhere', () => {
    const [line] = budgetLines(
      { budgets: [view(0.5, { scope: 'each-session', holder: 'a\u001B[31mb' })] },
      NOON,
      96,
    );
    expect(textOf(line)).not.toContain('\u001B');
  });
});
