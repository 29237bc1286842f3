import type { Seen } from '../../behaviour.ts';
import { foreign, type Line, span, spread } from '../../present/line.ts';
import { furthestText, type TextScreen, textRows, wrapped } from './state.ts';

/** Lines below a title. */
export function textLines(seen: Seen<TextScreen>): readonly Line[] {
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
  return [title, [], ...lines];
}
