import { Box } from 'ink';
import type { ReactElement } from 'react';

import type { Seen } from '../../behaviour.ts';
import { windowOf } from '../../listing.ts';
import { failoverColumns } from '../../present/failovers.ts';
import { incidentLines } from '../../present/incident.ts';
import { span } from '../../present/line.ts';
import { panelOf } from '../../present/panel.ts';
import { bodyRows } from '../../size.ts';
import { Panel } from '../../widgets/panel.tsx';
import { Rows } from '../../widgets/rows.tsx';
import { type FailoversScreen, incidentRows, shownIncident } from './state.ts';

/** The incidents, and the one under the cursor in words. */
export function Failovers(seen: Seen<FailoversScreen>): ReactElement {
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
  const below = bodyRows(world.size) - rows - 1;
  const words = incident === undefined ? [] : incidentLines(incident, columns - 4, world.now);
  const lines = [[], ...words].slice(0, below).map((line) => [span('  '), ...line]);
  return (
    <Box flexDirection="column">
      <Panel view={view} columns={columns} rows={rows} />
      {below > 0 && <Rows lines={lines} columns={columns} />}
    </Box>
  );
}
