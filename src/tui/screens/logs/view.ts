import type { Seen } from '../../behaviour.ts';
import { windowOf } from '../../listing.ts';
import { foreign, type Line, span, spread } from '../../present/line.ts';
import { logColumns } from '../../present/log.ts';
import { panelLines, panelOf } from '../../present/panel.ts';
import { logRows, type LogsScreen } from './state.ts';

/** The daemon's log, the newest first. */
export function logsLines(seen: Seen<LogsScreen>): readonly Line[] {
  const { screen, world } = seen;
  const { columns } = world.size;
  const rows = logRows(seen);
  const view = panelOf({
    columns: logColumns(),
    rows: screen.rows.rows,
    shown: windowOf(screen.rows, rows),
    width: columns,
    focused: true,
    empty: world.facts.log.length === 0 ? 'nothing was written yet' : 'no line fits (esc shows all)',
  });
  return [settingsLine(seen, columns), ...panelLines(view, columns, rows)];
}

function settingsLine({ screen, world }: Seen<LogsScreen>, columns: number): Line {
  const { wanted, errorsOnly, rows } = screen;
  const path = world.facts.status?.logPath;
  const left: Line = [
    span('  levels ', 'dim'),
    span(errorsOnly ? 'warnings and errors' : 'all', errorsOnly ? 'accent' : 'plain'),
    span('   search ', 'dim'),
    span(wanted === '' ? 'none' : foreign(wanted), wanted === '' ? 'plain' : 'accent'),
    ...(rows.hold?.frozen === true ? [span('   ‖ frozen', 'warn')] : []),
  ];
  return spread(left, [span(path === undefined ? '' : foreign(path), 'dim'), span('  ')], columns);
}
