/** A terminal's size in character cells. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** From here on there is room for a panel; below, one line says how things are. */
export const SMALLEST: Size = { columns: 60, rows: 12 };
const COMPACT: Size = { columns: 80, rows: 20 };
const ROOMY: Size = { columns: 100, rows: 24 };
const WIDE: Size = { columns: 140, rows: 36 };

/**
 * How much can be shown. `line`: one line. `single`: one panel at a time. `compact`: all panels, no blank lines.
 * `full`: all panels. `split`: providers on top, the rest in two columns.
 */
export type Extent = 'line' | 'single' | 'compact' | 'full' | 'split';

/** The extent of a terminal of this size. */
export function extentOf(size: Size): Extent {
  if (!holds(size, SMALLEST)) return 'line';
  if (!holds(size, COMPACT)) return 'single';
  if (!holds(size, ROOMY)) return 'compact';
  return holds(size, WIDE) ? 'split' : 'full';
}

/** What is left between the header and the footer (one row). */
export function bodyRows(size: Size): number {
  return size.rows - headerRows(size) - 1;
}

/**
 * Who we are, how it goes, which screens there are, and a blank line that a warning may take. Small terminals have two
 * rows, of which a warning takes the second.
 */
export function headerRows(size: Size): number {
  const extent = extentOf(size);
  return extent === 'single' || extent === 'compact' ? 2 : 4;
}

function holds(size: Size, needed: Size): boolean {
  return size.columns >= needed.columns && size.rows >= needed.rows;
}
