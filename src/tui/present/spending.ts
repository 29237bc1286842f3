import type { NamedSpent, Spending, SpendingBy } from '../../core/spending.ts';
import { foreign, span } from './line.ts';
import { dollars } from './money.ts';
import type { Column } from './table.ts';
import { count, shortCount } from './words.ts';

const BAR_WIDTH = 16;

/** The columns of the costs; bars are shares of the largest row. */
export function spendingColumns(
  by: SpendingBy,
  { by: rows, total }: Spending,
): readonly Column<NamedSpent>[] {
  const priced = total.costUsd !== undefined && total.costUsd > 0;
  const weight = (spent: NamedSpent): number =>
    priced ? (spent.costUsd ?? 0) : spent.tokensIn + spent.tokensOut;
  const most = Math.max(0, ...rows[by].map(weight));
  return [
    { title: by.toUpperCase(), width: 20, grow: 1, cell: ({ name }) => span(foreign(name)) },
    number('requests', 8, undefined, ({ requests }) => count(requests)),
    number('in', 7, 3, ({ tokensIn }) => shortCount(tokensIn)),
    number('cached', 7, 4, ({ cachedIn }) => shortCount(cachedIn)),
    number('out', 7, 2, ({ tokensOut }) => shortCount(tokensOut)),
    number('cost', 9, undefined, (spent) => dollars(spent.costUsd)),
    number('wasted', 9, 1, ({ wastedUsd }) => (wastedUsd === undefined ? '–' : dollars(wastedUsd))),
    number('no price', 8, 5, ({ unpriced }) => (unpriced === 0 ? '' : count(unpriced))),
    {
      title: priced ? 'of cost' : 'of tokens',
      width: BAR_WIDTH,
      drop: 6,
      cell: (row) => span(bar(weight(row), most), 'accent'),
    },
  ];
}

function bar(value: number, most: number): string {
  return '█'.repeat(most === 0 ? 0 : Math.round((value / most) * BAR_WIDTH));
}

function number(
  title: string,
  width: number,
  drop: number | undefined,
  text: (spent: NamedSpent) => string,
): Column<NamedSpent> {
  const cell = (row: NamedSpent) => {
    const shown = text(row);
    return span(shown, shown === 'unknown' || shown === '–' ? 'dim' : 'plain');
  };
  return { title, width, align: 'right', ...(drop === undefined ? {} : { drop }), cell };
}
