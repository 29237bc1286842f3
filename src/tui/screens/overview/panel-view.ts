import type { World } from '../../behaviour.ts';
import { liveColumns, requestColumns } from '../../present/exchanges.ts';
import { failoverColumns } from '../../present/failovers.ts';
import { fitText, type Line, span } from '../../present/line.ts';
import { providerColumns } from '../../present/providers.ts';
import { rowWindow, type RowWindow } from '../../present/row-window.ts';
import { type Column, headWidth, layTable, tableHead, tableRow } from '../../present/table.ts';
import type { PanelBox } from './layout.ts';
import { liveRows, type OverviewScreen, providerRows } from './state.ts';

/** A panel, ready to be drawn: a title line that heads the columns, and its rows. */
export interface PanelView {
  readonly head: Line;
  readonly rows: readonly Line[];
  /** Which of the rows is under the cursor; -1 when none is. */
  readonly selected: number;
}

// Room for the cursor's mark on the left and a blank on the right.
const MARGIN = 3;

/** What a panel of the overview shows in its box. */
export function panelView(screen: OverviewScreen, world: World, box: PanelBox): PanelView {
  const { facts, now } = world;
  switch (box.name) {
    case 'providers':
      return view(screen, box, providerColumns(now), providerRows(facts), providersEmpty(world));
    case 'live':
      return view(screen, box, liveColumns(now), liveRows(screen, facts), 'nothing is running');
    case 'failovers':
      return view(screen, box, failoverColumns(now), facts.incidents, 'none: every first target served');
    case 'requests':
      return view(screen, box, requestColumns(), facts.recent, requestsEmpty(world));
  }
}

function view<Row extends { readonly id: string }>(
  screen: OverviewScreen,
  box: PanelBox,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  empty: string,
): PanelView {
  const focused = screen.focus === box.name;
  const table = layTable(columns, box.columns - MARGIN);
  const reading = focused ? screen.reading : undefined;
  const shown = rowWindow(
    rows.map(({ id }) => id),
    box.rows,
    reading,
  );
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

function providersEmpty({ facts }: World): string {
  return facts.status === undefined ? 'not known yet' : 'none is set up: gw provider add';
}

function requestsEmpty({ facts }: World): string {
  const address = facts.status?.address;
  return address === undefined ? 'not known yet' : `none yet: point a client at ${address}/v1`;
}
