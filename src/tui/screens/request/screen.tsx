import type { ReactElement } from 'react';

import type { Seen } from '../../behaviour.ts';
import { type Line, span, spread } from '../../present/line.ts';
import { requestTitle } from '../../present/request.ts';
import { Rows } from '../../widgets/rows.tsx';
import { furthest, requestRows, type RequestScreen, tabLines, TABS } from './state.ts';

/** One exchange: what was asked, what was planned, what was tried, when. */
export function Request(seen: Seen<RequestScreen>): ReactElement {
  const { screen, world } = seen;
  const { columns } = world.size;
  const lines = tabLines(seen);
  const below = furthest(seen) - screen.scroll;
  const more = below > 0 ? span(`↓ ${below} more`, 'accent') : span('');
  const title = spread(
    [span('  '), ...requestTitle(screen.trail)],
    [more, ...tabStrip(screen), span('  ')],
    columns,
  );
  const shown = lines
    .slice(screen.scroll, screen.scroll + requestRows(seen))
    .map((line) => [span('  '), ...line]);
  return <Rows lines={[title, ...shown]} columns={columns} />;
}

function tabStrip({ tab }: RequestScreen): Line {
  return TABS.map((name) => (name === tab ? span(`  [${name}]`, 'accent') : span(`   ${name} `, 'dim')));
}
