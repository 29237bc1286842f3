import { displayWidth, takeColumns } from '../lib/display-width.ts';
import { terminalSafe } from '../lib/terminal-safe.ts';

/** What one cell shows; `paint` colours it after its width was measured. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

/** A column of a table. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** May be shortened, down to this many columns, when the table is wider than the terminal. */
  readonly shrinkTo?: number;
}

/** How a table is laid out: columns available, and how its titles are painted. */
export interface TableOptions {
  readonly width: number;
  readonly indent?: number;
  readonly paintTitle?: (text: string) => string;
}

const GAP = 2;

/**
 * A text table: columns as wide as their widest cell, two spaces between them, no trailing space, and the columns
 * that may be are shortened (with `…`) until each line fits. Cells are made safe for a terminal. Without any title
 * there is no title line.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions,
): string {
  const indent = ' '.repeat(options.indent ?? 0);
  const widths = fitWidths(columns, rows, options.width - indent.length);
  const titled = columns.some(({ title }) => title !== '');
  const paintTitle = options.paintTitle ?? same;
  const titles = columns.map(({ title }): Cell => ({ text: title, paint: paintTitle }));
  return [...(titled ? [titles] : []), ...rows]
    .map((row) => indent + formatRow(columns, row, widths))
    .join('\n');
}

/** The text, cut to at most `width` columns with `…` as its last when something had to go. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  return width <= 0 ? '' : `${takeColumns(text, width - 1)}…`;
}

function fitWidths(columns: readonly Column[], rows: readonly (readonly Cell[])[], width: number): number[] {
  const widths = columns.map(({ title }, index) =>
    Math.max(displayWidth(title), ...rows.map((row) => displayWidth(cellText(row[index])))),
  );
  let excess = widths.reduce((sum, each) => sum + each, 0) + GAP * (columns.length - 1) - width;
  while (excess > 0) {
    const widest = widestShrinkable(columns, widths);
    if (widest === undefined) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess--;
  }
  return widths;
}

function widestShrinkable(columns: readonly Column[], widths: readonly number[]): number | undefined {
  let best: number | undefined;
  for (const [index, { shrinkTo }] of columns.entries()) {
    const width = widths[index] ?? 0;
    if (shrinkTo === undefined || width <= shrinkTo) continue;
    if (best === undefined || width > (widths[best] ?? 0)) best = index;
  }
  return best;
}

function formatRow(columns: readonly Column[], row: readonly Cell[], widths: readonly number[]): string {
  const last = columns.length - 1;
  const cells = columns.map(({ align }, index) => {
    const width = widths[index] ?? 0;
    const text = truncate(cellText(row[index]), width);
    const padding = ' '.repeat(Math.max(0, width - displayWidth(text)));
    const painted = paintOf(row[index])(text);
    if (align === 'right') return padding + painted;
    return index === last ? painted : painted + padding;
  });
  return cells.join(' '.repeat(GAP)).trimEnd();
}

function cellText(cell: Cell | undefined): string {
  return terminalSafe(typeof cell === 'string' ? cell : (cell?.text ?? ''));
}

function paintOf(cell: Cell | undefined): (text: string) => string {
  return typeof cell === 'object' ? cell.paint : same;
}

function same(text: string): string {
  return text;
}
