import type { Seen } from '../../behaviour.ts';
import { requestColumns } from '../../present/exchanges.ts';
import { groupColumns } from '../../present/groups.ts';
import { beside, foreign, indented, type Line, span, spread } from '../../present/line.ts';
import { panelLines, panelOf, type PanelView } from '../../present/panel.ts';
import { requestLines, requestTitle } from '../../present/request.ts';
import { SORTS } from './sorts.ts';
import { isSplit, listRows, type RequestsScreen, shownRequest, shownWindow } from './state.ts';

const SPLIT_SHARE = 0.58;

/** Every request, and beside the list the one under the cursor, where there is room. */
export function requestsLines(seen: Seen<RequestsScreen>): readonly Line[] {
  const { columns } = seen.world.size;
  const split = isSplit(seen);
  const width = split ? Math.floor(columns * SPLIT_SHARE) : columns;
  const list = panelLines(listView(seen, width), width, listRows(seen));
  return [
    settingsLine(seen, columns),
    ...(split ? beside(list, indented(details(seen, columns - width - 4)), width) : list),
  ];
}

function details({ screen, world }: Seen<RequestsScreen>, columns: number): readonly Line[] {
  const trail = shownRequest(screen);
  return trail === undefined ? [] : [requestTitle(trail), ...requestLines(trail, columns, world.now)];
}

/** What the list shows and in which order: what one forgets first. */
function settingsLine({ screen, world }: Seen<RequestsScreen>, columns: number): Line {
  const { filter, mistake, errorsOnly, sort, groupBy, rows, groups } = screen;
  const hold = groupBy === undefined ? rows.hold : groups.hold;
  const pair = (name: string, value: string, changed: boolean): Line => [
    span(`   ${name} `, 'dim'),
    span(value, changed ? 'accent' : 'plain'),
  ];
  const filtered = pair('filter', filter.text === '' ? 'none' : foreign(filter.text), filter.text !== '');
  const right: Line = [
    ...(hold?.frozen === true ? [span('‖ frozen', 'warn')] : []),
    ...(world.facts.link.is === 'gone' ? [span('  as last seen', 'warn')] : []),
    span('  '),
  ];
  // A mistake is told where the eye begins: behind the others it would be cut off.
  if (mistake !== undefined)
    return spread([span(`  ${mistake.what}; ${mistake.expected}`, 'warn'), ...filtered], right, columns);
  const left: Line = [
    span('  sort ', 'dim'),
    span(SORTS[sort].label, sort === 'newest' ? 'plain' : 'accent'),
    ...pair('group', groupBy ?? 'none', groupBy !== undefined),
    ...pair('errors only', errorsOnly ? 'yes' : 'no', errorsOnly),
    ...filtered,
  ];
  return spread(left, right, columns);
}

function listView(seen: Seen<RequestsScreen>, width: number): PanelView {
  const { screen, world } = seen;
  const parts = { width, focused: true, shown: shownWindow(seen) };
  if (screen.groupBy !== undefined) {
    const { rows } = screen.groups;
    return panelOf({ ...parts, columns: groupColumns(screen.groupBy), rows, empty: 'no request fits' });
  }
  const { rows } = screen.rows;
  return panelOf({ ...parts, columns: requestColumns(world.now), rows, empty: emptyText(seen) });
}

function emptyText({ screen, world }: Seen<RequestsScreen>): string {
  const { facts } = world;
  if (facts.recent.length > 0 && (screen.filter.text !== '' || screen.errorsOnly)) {
    return `none of ${facts.recent.length} fits (esc shows all)`;
  }
  const address = facts.status?.address;
  return address === undefined ? 'not known yet' : `none yet: point a client at ${address}/v1`;
}
