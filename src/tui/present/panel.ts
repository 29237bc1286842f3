import { filled, fitLine, fitText, type Line, span } from './line.ts';
import type { RowWindow } from './row-window.ts';
import { type Column, headWidth, layTable, tableHead, tableRow } from './table.ts';

/** A panel, ready to be drawn: a title line that heads the columns, and its rows. */
export interface PanelView {
  readonly head: Line;
  readonly rows: readonly Line[];
  /** Which of the rows is under the cursor; -1 when none is. */
  readonly selected: number;
}

/** What a panel is made from. */
export interface PanelParts<Row> {
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly shown: RowWindow;
  readonly width: number;
  /** Keys go to it. */
  readonly focused: boolean;
  /** Stands there while there are no rows. */
  readonly empty: string;
}

// Room for the cursor's mark on the left and a blank on the right.
const MARGIN = 3;

/** A list with its titles, of which the first is the panel's name. */
export function panelOf<Row>({ columns, rows, shown, width, focused, empty }: PanelParts<Row>): PanelView {
  const table = layTable(columns, width - MARGIN);
  const mark = span(focused && shown.selected === -1 ? '› ' : '  ', 'accent');
  const heading = headingOf(columns[0]?.title ?? '', headWidth(table), focused, place(shown, rows.length));
  const body = rows.slice(shown.start, shown.end).map((row, index) => {
    const cursor = shown.start + index === shown.selected;
    return [span(cursor ? '› ' : '  '), ...tableRow(table, row)];
  });
  return {
    head: [mark, ...withPlace(tableHead(table, heading.line), heading.rest)],
    rows: body.length > 0 ? body : [[span(`  ${empty}`, 'dim')]],
    selected: shown.selected === -1 ? -1 : shown.selected - shown.start,
  };
}

/** The panel as it is drawn: its title and so many rows. */
export function panelLines(
  { head, rows, selected }: PanelView,
  columns: number,
  height: number,
): readonly Line[] {
  const lines = rows.map((line, index) => (index === selected ? underCursor(line, columns) : line));
  return [head, ...filled(lines, height)];
}

/** One look for all of the row, whatever its tones. */
function underCursor(line: Line, columns: number): Line {
  const text = fitLine(line, columns).map((piece) => piece.text);
  return [span(text.join(''), 'selected')];
}

/** What waits above, or how much there is beyond the rows that fit. */
function place({ start, end, selected, fresh }: RowWindow, total: number): string {
  if (fresh > 0) return `▲ ${fresh} new`;
  if (selected !== -1) return `${selected + 1} of ${total}`;
  return total > end - start ? `${end - start} of ${total}` : '';
}

/** The name stands in the first column; the place behind it, or over the second column's title when it is narrow. */
function headingOf(name: string, width: number, focused: boolean, note: string) {
  const tone = focused ? 'accent' : 'heading';
  const inside = note === '' || name.length + 2 + note.length <= width;
  const spare = width - name.length;
  const line: Line = [
    span(name, tone),
    span(inside && note !== '' ? fitText(`  ${note}`, spare) : ' '.repeat(Math.max(0, spare)), 'dim'),
  ];
  return { line, rest: inside ? '' : note };
}

function withPlace(head: Line, note: string): Line {
  if (note === '') return head;
  // Heading, its fill, a gap, then the second column's title.
  return head.map((piece, index) =>
    index === 3 ? { text: fitText(note, piece.text.length), tone: 'accent' } : piece,
  );
}
