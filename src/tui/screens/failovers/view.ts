import type { Seen } from '../../behaviour.ts';
import { windowOf } from '../../listing.ts';
import { chaosNote, failoverColumns, failoversEmpty } from '../../present/failovers.ts';
import { incidentLines } from '../../present/incident.ts';
import { indented, type Line, span } from '../../present/line.ts';
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
    empty: failoversEmpty(world.facts),
  });
  const incident = shownIncident(screen);
  const words = incident === undefined ? [] : incidentLines(incident, columns - 4, world.now);
  const note = chaosNote(world.facts.recent);
  const below = note === undefined ? words : [...words, [span(note, 'dim')]];
  return [...panelLines(view, columns, rows), [], ...indented(below)];
}
