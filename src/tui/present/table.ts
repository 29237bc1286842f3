import { fitText, type Line, span, type Span } from './line.ts';

/** A column of a panel. Columns with `grow` share what is left; those with the highest `drop` go first. */
export interface Column<Row> {
  /** Stands in the panel's title line, above the column. */
  readonly title: string;
  readonly width: number;
  /** Share of the width that is left over. */
  readonly grow?: number;
  readonly align?: 'left' | 'right';
  /** Absent: never left out. */
  readonly drop?: number;
  cell(row: Row): Span;
}

/** The columns that fit, with their widths. */
export interface TableLayout<Row> {
  readonly columns: readonly { readonly column: Column<Row>; readonly width: number }[];
}

const GAP = 2;

/** Chooses columns and widths so that everything takes exactly `columns` columns (if the fixed ones fit at all). */
export function layTable<Row>(all: readonly Column<Row>[], columns: number): TableLayout<Row> {
  let kept = all;
  while (needed(kept) > columns) {
    const next = mostDispensable(kept);
    if (next === undefined) break;
    kept = kept.filter((column) => column !== next);
  }
  const shares = kept.reduce((sum, { grow = 0 }) => sum + grow, 0);
  let spare = Math.max(0, columns - needed(kept));
  let sharesLeft = shares;
  return {
    columns: kept.map((column) => {
      const extra = column.grow ? Math.floor((spare * column.grow) / sharesLeft) : 0;
      spare -= extra;
      sharesLeft -= column.grow ?? 0;
      return { column, width: column.width + extra };
    }),
  };
}

/** The title line: the panel's name over the first column, the columns' titles over the others. */
export function tableHead<Row>({ columns }: TableLayout<Row>, heading: Line): Line {
  return columns.flatMap(({ column, width }, index) =>
    index === 0 ? heading : [span(' '.repeat(GAP)), span(fitText(column.title, width, column.align), 'dim')],
  );
}

/** The width of the first column, where the panel's name stands. */
export function headWidth<Row>({ columns }: TableLayout<Row>): number {
  return columns[0]?.width ?? 0;
}

/** One row of the table. */
export function tableRow<Row>({ columns }: TableLayout<Row>, row: Row): Line {
  return columns.flatMap(({ column, width }, index) => {
    const { text, tone } = column.cell(row);
    const cell = span(fitText(text, width, column.align), tone);
    return index === 0 ? [cell] : [span(' '.repeat(GAP)), cell];
  });
}

function needed(columns: readonly Column<never>[]): number {
  return columns.reduce((sum, { width }) => sum + width + GAP, -GAP);
}

function mostDispensable<Row>(columns: readonly Column<Row>[]): Column<Row> | undefined {
  let found: Column<Row> | undefined;
  for (const column of columns) if ((column.drop ?? 0) > (found?.drop ?? 0)) found = column;
  return found;
}
