import type { Status } from '../../control/index.ts';
import { amountWords, type BudgetView, PERIODS, usedWords } from '../../core/budget.ts';
import { fitText, foreign, type Line, span, type Tone } from './line.ts';
import { age } from './words.ts';

/** Of many budgets so many stand above the costs: the fullest. */
const LINES_SHOWN = 4;
const BAR_WIDTH = 12;

/** The fullest budget, for the header; nothing while none is nearly used up. */
export function budgetGroups({ budgets = [] }: Pick<Status, 'budgets'>): readonly Line[] {
  const [fullest] = fullestFirst(budgets);
  if (fullest === undefined || !isNear(fullest)) return [];
  return [[span('budget ', 'dim'), span(foreign(usedWords(fullest, fullest.holder)), toneOf(fullest))]];
}

/** One line for each budget, for the screen of costs. */
export function budgetLines(
  { budgets = [] }: Pick<Status, 'budgets'>,
  now: number,
  columns: number,
): readonly Line[] {
  return fullestFirst(budgets)
    .slice(0, LINES_SHOWN)
    .map((view) => budgetLine(view, now, columns));
}

function budgetLine(view: BudgetView, now: number, columns: number): Line {
  const { scope, holder, unit, amount, used, share, per, endsAt, unpriced } = view;
  const whose = foreign(holder === undefined ? scope : `${scope} ${holder}`);
  const full = Math.min(BAR_WIDTH, Math.round(share * BAR_WIDTH));
  const bar = `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)}`;
  const missing = unit === 'usd' && unpriced > 0 ? `; ${unpriced} of unknown price` : '';
  const words = `${amountWords(unit, used)} of ${amountWords(unit, amount)} ${PERIODS[per]}, ${whose}${followed(view)}`;
  const rest = `  ends in ${age(Math.max(0, endsAt - now))}${missing}`;
  return [
    span(bar, toneOf(view)),
    span(` ${fitText(words, Math.max(20, columns - BAR_WIDTH - 1 - rest.length))}`),
    span(rest, 'dim'),
  ];
}

function followed({ share, action }: BudgetView): string {
  if (share < 1) return '';
  return { warn: ': used up', block: ': refusing', cheaper: ': cheaper targets only' }[action];
}

function isNear({ share, at }: BudgetView): boolean {
  return share >= (at[0] ?? 1);
}

function toneOf(view: BudgetView): Tone {
  if (view.share >= 1) return 'bad';
  return isNear(view) ? 'warn' : 'good';
}

function fullestFirst(budgets: readonly BudgetView[]): BudgetView[] {
  return [...budgets].sort((a, b) => b.share - a.share);
}
