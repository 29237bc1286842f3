import type { Seen } from '../../behaviour.ts';
import { windowOf } from '../../listing.ts';
import { failoverColumns } from '../../present/failovers.ts';
import { incidentLines } from '../../present/incident.ts';
import { indented, type Line } from '../../present/line.ts';
import { panelLines, panelOf } from '../../present/panel.ts';
import { type FailoversScreen, incidentRows, shownIncident } from './state.ts';

/** The incidents, and the one under the cursor in words. */
export function failoversLines(seen: Seen<FailoversScreen>): readonly Line[] {
  const { screen, world } = seen;
  const { columns } = world.size;
  const rows = incidentRows(seen);
  const view = panelOf({
    columns: failoverColumns(world.now),
    rows: screen.rows.rows,
    shown: windowOf(screen.rows, rows),
    width: columns,
    focused: true,
    empty: 'none: every first target served',
  });
  const incident = shownIncident(screen);
  const words = incident === undefined ? [] : incidentLines(incident, columns - 4, world.now);
  return [...panelLines(view, columns, rows), [], ...indented(words)];
}
