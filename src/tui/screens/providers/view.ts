import type { Seen } from '../../behaviour.ts';
import { windowOf } from '../../listing.ts';
import { indented, type Line } from '../../present/line.ts';
import { panelLines, panelOf } from '../../present/panel.ts';
import { providerColumns } from '../../present/providers.ts';
import { targetDetails } from '../../present/target-details.ts';
import { type ProvidersScreen, shownTarget, targetRowsShown } from './state.ts';

/** Every target, and the one under the cursor in full. */
export function providersLines(seen: Seen<ProvidersScreen>): readonly Line[] {
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
  return [...panelLines(view, columns, rows), [], ...indented(details(seen, columns))];
}

function details({ screen, world }: Seen<ProvidersScreen>, columns: number): readonly Line[] {
  const row = shownTarget(screen);
  const { facts, now } = world;
  if (row === undefined || facts.status === undefined) return [];
  return targetDetails(row, { status: facts.status, recent: facts.recent, now }, columns - 4);
}
