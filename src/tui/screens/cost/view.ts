import type { Spending } from '../../../core/spending.ts';
import type { Seen } from '../../behaviour.ts';
import { budgetLines } from '../../present/budgets.ts';
import { flow, type Line, span, spread } from '../../present/line.ts';
import { dollars } from '../../present/money.ts';
import { spendingColumns } from '../../present/spending.ts';
import { layTable, tableHead, tableRow } from '../../present/table.ts';
import { count, shortCount, timeOfDay } from '../../present/words.ts';
import { costRows, type CostScreen } from './state.ts';

/** What was asked and what it cost, kept apart by provider, model, client or day. */
export function costLines(seen: Seen<CostScreen>): readonly Line[] {
  const { screen, world } = seen;
  const { columns } = world.size;
  const { spending } = world;
  const lines = spending === undefined ? [[], [span('  reading the record …', 'dim')]] : body(seen, spending);
  return [settingsLine(screen, columns), ...lines];
}

function body(seen: Seen<CostScreen>, spending: Spending): readonly Line[] {
  const { screen, world } = seen;
  const table = layTable(spendingColumns(screen.by, spending), world.size.columns - 4);
  const rows = spending.by[screen.by].slice(screen.scroll, screen.scroll + costRows(seen));
  const heading = table.columns[0];
  const title = (heading?.column.title ?? '').padEnd(heading?.width ?? 0);
  const head = tableHead(table, [span(title, 'heading')]);
  const list: readonly Line[] =
    rows.length === 0
      ? [[span('nothing was asked in that time', 'dim')]]
      : rows.map((row) => tableRow(table, row));
  const total = totalLines(spending, world.size.columns - 4);
  const { status } = world.facts;
  const budgets = status === undefined ? [] : budgetLines(status, world.now, world.size.columns - 4);
  return [...total, ...(budgets.length === 0 ? [] : [[], ...budgets]), [], head, ...list].map((line) => [
    span('  '),
    ...line,
  ]);
}

function settingsLine({ by, days }: CostScreen, columns: number): Line {
  const left: Line = [
    span('  in the last ', 'dim'),
    span(days === 1 ? '24 hours' : `${days} days`, 'accent'),
    span('   by ', 'dim'),
    span(by, 'accent'),
  ];
  return spread(left, [span('from the record of requests; r reads it again  ', 'dim')], columns);
}

/** What it comes to, on as many lines as that takes: two at most. */
function totalLines({ total, since }: Spending, columns: number): readonly Line[] {
  const { requests, tokensIn, cachedIn, tokensOut, costUsd, wastedUsd, unpriced } = total;
  const lines = flow(
    [
      [span(dollars(costUsd), costUsd === undefined ? 'dim' : 'strong'), span(' cost', 'dim')],
      [span(count(requests), 'strong'), span(' requests', 'dim')],
      [span(`${shortCount(tokensIn)} in (${shortCount(cachedIn)} cached), ${shortCount(tokensOut)} out`)],
      ...(wastedUsd === undefined
        ? []
        : [[span(`${dollars(wastedUsd)} wasted`, wastedUsd > 0 ? 'warn' : 'plain')] as const]),
      ...(unpriced === 0 ? [] : [[span(`no price is known for ${count(unpriced)}`, 'dim')] as const]),
      [span(`since ${new Date(since).toLocaleDateString('en-CA')} ${timeOfDay(since)}`, 'dim')],
    ],
    columns,
  );
  return [lines[0] ?? [], lines[1] ?? []];
}
