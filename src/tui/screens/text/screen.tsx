import type { ReactElement } from 'react';

import type { Seen } from '../../behaviour.ts';
import { foreign, type Line, span, spread } from '../../present/line.ts';
import { Rows } from '../../widgets/rows.tsx';
import { furthestText, type TextScreen, textRows, wrapped } from './state.ts';

/** Lines below a title. */
export function Text(seen: Seen<TextScreen>): ReactElement {
  const { screen, world } = seen;
  const { columns } = world.size;
  const below = furthestText(seen) - screen.scroll;
  const title = spread(
    [span('  '), span(foreign(screen.title), 'heading')],
    [span(below > 0 ? `↓ ${below} more` : '', 'accent'), span('  ')],
    columns,
  );
  const lines = wrapped(seen)
    .slice(screen.scroll, screen.scroll + textRows(world))
    .map((line): Line => [span('  '), span(line)]);
  return <Rows lines={[title, [], ...lines]} columns={columns} />;
}
