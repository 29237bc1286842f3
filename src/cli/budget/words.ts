import {
  amountWords,
  type Budget,
  BUDGET_ACTIONS,
  type BudgetView,
  PERIODS,
  type RateView,
  type RequestLimit,
  scopeText,
} from '../../core/budget.ts';
import { formatDuration } from '../../lib/duration.ts';
import type { JsonObject } from '../../lib/expect.ts';
import type { Style } from '../style.ts';
import { type Cell, formatTable } from '../table.ts';

/** Where and for when a table of budgets is made. */
export interface BudgetLayout {
  readonly columns: number;
  readonly style: Style;
}

/** The budgets of a profile as they are set. */
export function budgetTable(budgets: readonly Budget[], { columns, style }: BudgetLayout): string {
  const titles = [
    { title: 'FOR', shrinkTo: 12 },
    { title: 'BUDGET' },
    { title: 'PER' },
    { title: 'WHEN USED UP', shrinkTo: 12 },
  ];
  const rows = budgets.map(({ scope, unit, amount, per, action, at }): Cell[] => [
    scopeText(scope),
    amountWords(unit, amount),
    per,
    `${action}: ${BUDGET_ACTIONS[action]}; told at ${at.map((share) => `${Math.round(share * 100)}%`).join(', ')}`,
  ]);
  return formatTable(titles, rows, { width: columns, paintTitle: style.dim });
}

/** The same as JSON, in the words of the profile file. */
export function budgetJson({ scope, unit, amount, per, action, at }: Budget): JsonObject {
  // oxlint-disable-next-line unicorn/no-thenable -- a part of the profile file that nobody awaits
  return { scope: scopeText(scope), per, [unit]: amount, then: action, at };
}

/** How full budgets are. */
export function usedTable(
  views: readonly BudgetView[],
  now: number,
  { columns, style }: BudgetLayout,
): string {
  const titles = [
    { title: 'FOR', shrinkTo: 10 },
    { title: 'USED', align: 'right' as const },
    { title: 'OF' },
    { title: '', align: 'right' as const },
    { title: 'LEFT' },
    { title: 'ENDS' },
    { title: '', shrinkTo: 8 },
  ];
  const rows = views.map((view): Cell[] => {
    const { scope, holder, unit, amount, used, per, endsAt } = view;
    return [
      holder === undefined ? scope : `${scope} ${holder}`,
      amountWords(unit, used),
      `${amountWords(unit, amount)} ${PERIODS[per]}`,
      { text: shareText(view), paint: paintOf(view, style) },
      amountWords(unit, Math.max(0, amount - used)),
      `in ${formatDuration(Math.max(0, endsAt - now))}`,
      stateWords(view),
    ];
  });
  return formatTable(titles, rows, { width: columns, paintTitle: style.dim });
}

/** A view as JSON, with what is left. */
export function usedJson(view: BudgetView): JsonObject {
  return { ...view, left: Math.max(0, view.amount - view.used) };
}

/** What is not in the sums. */
export function unpricedWords(views: readonly BudgetView[]): string | undefined {
  const unpriced = Math.max(0, ...views.filter(({ unit }) => unit === 'usd').map((view) => view.unpriced));
  if (unpriced === 0) return undefined;
  const requests = unpriced === 1 ? '1 request has' : `${unpriced} requests have`;
  return `${requests} no known price, and count in no budget in dollars. A budget in tokens counts them; gw provider edit sets what you pay.`;
}

/** Limits on requests per minute, as they are set or as they were met. */
export function limitLines(limits: readonly (RequestLimit | RateView)[]): string[] {
  return limits.map((limit) => {
    const scope = typeof limit.scope === 'string' ? limit.scope : scopeText(limit.scope);
    const met = 'waited' in limit ? `: ${limit.waited} waited, ${limit.refused} refused` : '';
    return `${limit.requestsPerMinute} requests a minute for ${scope}${met}`;
  });
}

/** One line for each budget that a status should not keep quiet about. */
export function statusBudgetLine(view: BudgetView): string {
  const { scope, holder, unit, amount, used, per } = view;
  const whose = scope === 'all' ? '' : ` for ${holder === undefined ? scope : `${scope} ${holder}`}`;
  const state = stateWords(view);
  return `${amountWords(unit, used)} of ${amountWords(unit, amount)} ${PERIODS[per]}${whose} (${shareText(view)})${state === '' ? '' : `: ${state}`}`;
}

function shareText({ share }: BudgetView): string {
  return `${Math.floor(share * 100 + 1e-9)}%`;
}

function paintOf({ share, at }: BudgetView, style: Style): (text: string) => string {
  if (share >= 1) return style.red;
  return share >= (at[0] ?? 1) ? style.yellow : style.green;
}

function stateWords({ share, action, reserved, unit }: BudgetView): string {
  if (share >= 1) return action === 'warn' ? 'used up' : BUDGET_ACTIONS[action];
  return reserved > 0 ? `about ${amountWords(unit, reserved)} under way` : '';
}
