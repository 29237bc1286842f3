import { SPENDING_BY, type SpendingBy } from '../../../core/spending.ts';
import type { Seen, Turn, World } from '../../behaviour.ts';
import { budgetLines } from '../../present/budgets.ts';
import { isScrollAction, type ScrollAction, scrolledTo } from '../../scrolling.ts';
import { bodyRows } from '../../size.ts';

/** What was asked and what it cost. */
export interface CostScreen {
  readonly is: 'cost';
  readonly by: SpendingBy;
  /** How many days back. */
  readonly days: number;
  readonly scroll: number;
}

export type CostAction = ScrollAction | 'group' | 'span' | 'refresh';

/** Spans of time in days, in the order `s` goes through. */
const SPANS = [1, 7, 30] as const;
/** What is shown, the sum on two lines, a blank line and the titles. */
const HEAD_ROWS = 5;

/** The costs as they open: of the last day, by provider. */
export const COST: CostScreen = { is: 'cost', by: 'provider', days: 1, scroll: 0 };

/** What a key's action does to the costs. */
export function actOnCost(seen: Seen<CostScreen>, action: CostAction): Turn<CostScreen> {
  const { screen } = seen;
  if (isScrollAction(action)) {
    const place = { at: screen.scroll, furthest: furthestCost(seen), page: costRows(seen) };
    return { is: 'stay', screen: { ...screen, scroll: scrolledTo(place, action) } };
  }
  switch (action) {
    case 'group': {
      const by = SPENDING_BY[(SPENDING_BY.indexOf(screen.by) + 1) % SPENDING_BY.length] ?? screen.by;
      return { is: 'stay', screen: { ...screen, by, scroll: 0 } };
    }
    case 'span': {
      const index = SPANS.findIndex((days) => days === screen.days);
      const days = SPANS[(index + 1) % SPANS.length] ?? screen.days;
      return { is: 'do', screen: { ...screen, days, scroll: 0 }, deed: { is: 'read-spending', days } };
    }
    case 'refresh':
      return { is: 'do', screen, deed: { is: 'read-spending', days: screen.days } };
  }
}

/** How far the list can be scrolled. */
export function furthestCost(seen: Seen<CostScreen>): number {
  const { screen, world } = seen;
  return Math.max(0, (world.spending?.by[screen.by].length ?? 0) - costRows(seen));
}

/** What budgets take above the list: a line each, and a blank one. */
function budgetRows({ facts, now, size }: World): number {
  const { status } = facts;
  const rows = status === undefined ? 0 : budgetLines(status, now, size.columns).length;
  return rows === 0 ? 0 : rows + 1;
}

/** How many rows of the list fit. */
export function costRows({ world }: Seen<CostScreen>): number {
  return Math.max(1, bodyRows(world.size) - HEAD_ROWS - budgetRows(world));
}
