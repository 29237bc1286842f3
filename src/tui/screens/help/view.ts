import type { Seen } from '../../behaviour.ts';
import { helpLines } from '../../present/help.ts';
import { indented, type Line } from '../../present/line.ts';
import { bodyRows } from '../../size.ts';
import type { HelpScreen } from './state.ts';

/** Every key, and what the symbols mean. */
export function helpScreenLines({ screen, world }: Seen<HelpScreen>): readonly Line[] {
  const lines = helpLines(screen.sections, world.size.columns - 4);
  return indented(lines.slice(screen.scroll, screen.scroll + bodyRows(world.size)));
}
