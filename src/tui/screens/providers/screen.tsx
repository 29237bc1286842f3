import { Box } from 'ink';
import type { ReactElement } from 'react';

import type { Seen } from '../../behaviour.ts';
import { windowOf } from '../../listing.ts';
import { type Line, span } from '../../present/line.ts';
import { panelOf } from '../../present/panel.ts';
import { providerColumns } from '../../present/providers.ts';
import { targetDetails } from '../../present/target-details.ts';
import { bodyRows } from '../../size.ts';
import { Panel } from '../../widgets/panel.tsx';
import { Rows } from '../../widgets/rows.tsx';
import { type ProvidersScreen, shownTarget, targetRowsShown } from './state.ts';

/** Every target, and the one under the cursor in full. */
export function Providers(seen: Seen<ProvidersScreen>): ReactElement {
  const { screen, world } = seen;
  const { columns } = world.size;
  const rows = targetRowsShown(seen);
  const view = panelOf({
    columns: providerColumns(world.now),
    rows: screen.rows.rows,
    shown: windowOf(screen.rows, rows),
    width: columns,
    focused: true,
    empty: world.facts.status === undefined ? 'not known yet' : 'none is set up: gw provider add',
  });
  const below = bodyRows(world.size) - rows - 1;
  return (
    <Box flexDirection="column">
      <Panel view={view} columns={columns} rows={rows} />
      {below > 0 && <Rows lines={details(seen, columns).slice(0, below)} columns={columns} />}
    </Box>
  );
}

function details({ screen, world }: Seen<ProvidersScreen>, columns: number): readonly Line[] {
  const row = shownTarget(screen);
  const { facts, now } = world;
  if (row === undefined || facts.status === undefined) return [];
  const lines = targetDetails(row, { status: facts.status, recent: facts.recent, now }, columns - 4);
  return [[], ...lines.map((line) => [span('  '), ...line])];
}
