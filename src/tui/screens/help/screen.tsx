import type { ReactElement } from 'react';

import type { Seen } from '../../behaviour.ts';
import { helpLines } from '../../present/help.ts';
import { span } from '../../present/line.ts';
import { bodyRows } from '../../size.ts';
import { Rows } from '../../widgets/rows.tsx';
import type { HelpScreen } from './state.ts';

/** Every key, and what the symbols mean. */
export function Help({ screen, world }: Seen<HelpScreen>): ReactElement {
  const { columns } = world.size;
  const lines = helpLines(screen.sections, columns - 4)
    .slice(screen.scroll, screen.scroll + bodyRows(world.size))
    .map((line) => [span('  '), ...line]);
  return <Rows lines={lines} columns={columns} />;
}
