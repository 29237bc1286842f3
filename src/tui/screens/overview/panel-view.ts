import type { World } from '../../behaviour.ts';
import { shownOf } from '../../listing.ts';
import { liveColumns, requestColumns } from '../../present/exchanges.ts';
import { chaosNote, failoverColumns, failoversEmpty } from '../../present/failovers.ts';
import { span } from '../../present/line.ts';
import { panelOf, type PanelView } from '../../present/panel.ts';
import { providerColumns } from '../../present/providers.ts';
import type { Column } from '../../present/table.ts';
import type { PanelBox } from './layout.ts';
import { liveRows, type OverviewScreen, providerRows } from './state.ts';

/** What a panel of the overview shows in its box. */
export function panelView(screen: OverviewScreen, world: World, box: PanelBox): PanelView {
  const { facts, now } = world;
  switch (box.name) {
    case 'providers':
      return view(screen, box, providerColumns(now), providerRows(facts), providersEmpty(world));
    case 'live':
      return view(screen, box, liveColumns(now), liveRows(screen, facts), 'nothing is running');
    case 'failovers':
      return withNote(
        view(screen, box, failoverColumns(now), facts.incidents, failoversEmpty(facts)),
        chaosNote(facts.recent),
        box.rows,
      );
    case 'requests':
      return view(screen, box, requestColumns(now), facts.recent, requestsEmpty(world));
  }
}

/** The note below the rows, where they leave room for it. */
function withNote(panel: PanelView, note: string | undefined, rows: number): PanelView {
  if (note === undefined || panel.rows.length >= rows) return panel;
  return { ...panel, rows: [...panel.rows, [span(`  ${note}`, 'dim')]] };
}

function view<Row extends { readonly id: string }>(
  screen: OverviewScreen,
  box: PanelBox,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  empty: string,
): PanelView {
  const focused = screen.focus === box.name;
  const reading = focused ? screen.reading : undefined;
  const shown = shownOf(rows, box.rows, reading);
  return panelOf({ columns, rows, shown, width: box.columns, focused, empty });
}

/** What stands where no provider is. */
export function providersEmpty({ facts }: World): string {
  return facts.status === undefined ? 'not known yet' : 'none is set up: gw provider add';
}

/** What stands where no request is. */
export function requestsEmpty({ facts }: World): string {
  const address = facts.status?.address;
  return address === undefined ? 'not known yet' : `none yet: point a client at ${address}/v1`;
}
