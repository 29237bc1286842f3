import type { ReactElement } from 'react';

import type { Seen } from '../../behaviour.ts';
import { span, spread } from '../../present/line.ts';
import { requestLines, requestTitle } from '../../present/request.ts';
import { Rows } from '../../widgets/rows.tsx';
import { furthest, requestRows, type RequestScreen } from './state.ts';

/** One exchange: what was asked, what was planned, what was tried, when. */
export function Request(seen: Seen<RequestScreen>): ReactElement {
  const { screen, world } = seen;
  const { columns } = world.size;
  const rows = requestRows(seen);
  const lines = requestLines(screen.trail, columns - 4, world.now);
  const below = furthest(seen) - screen.scroll;
  const more = below > 0 ? `↓ ${below} more` : '';
  const title = spread(
    [span('  '), ...requestTitle(screen.trail)],
    [span(more, 'accent'), span('  ')],
    columns,
  );
  const shown = lines.slice(screen.scroll, screen.scroll + rows).map((line) => [span('  '), ...line]);
  return <Rows lines={[title, ...shown]} columns={columns} />;
}
