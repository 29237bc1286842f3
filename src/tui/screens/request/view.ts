import type { Seen } from '../../behaviour.ts';
import { indented, type Line, lineWidth, span, spread } from '../../present/line.ts';
import { requestTitle } from '../../present/request.ts';
import { furthest, requestRows, type RequestScreen, tabLines, TABS } from './state.ts';

/** One exchange: what was asked, what was planned, what was tried, when. */
export function requestScreenLines(seen: Seen<RequestScreen>): readonly Line[] {
  const { screen, world } = seen;
  const { columns } = world.size;
  const lines = tabLines(seen);
  const below = furthest(seen) - screen.scroll;
  const more = below > 0 ? span(`↓ ${below} more`, 'accent') : span('');
  const left = [span('  '), ...requestTitle(screen.trail)];
  const whole = [more, ...tabStrip(screen), span('  ')];
  const fits = lineWidth(left) + lineWidth(whole) + 2 <= columns;
  const title = spread(left, fits ? whole : [more, ...tabPlace(screen), span('  ')], columns);
  return [title, ...indented(lines.slice(screen.scroll, screen.scroll + requestRows(seen)))];
}

function tabStrip({ tab }: RequestScreen): Line {
  return TABS.map((name) => (name === tab ? span(`  [${name}]`, 'accent') : span(`   ${name} `, 'dim')));
}

/** The open tab alone, where all of them do not fit. */
function tabPlace({ tab }: RequestScreen): Line {
  return [span(`  [${tab} ${TABS.indexOf(tab) + 1}/${TABS.length}]`, 'accent')];
}
