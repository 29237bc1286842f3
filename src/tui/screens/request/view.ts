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
  // That there is more below is told even where the tabs are not.
  const rights = [tabStrip(screen), tabPlace(screen), []].map((tabs) => [more, ...tabs, span('  ')]);
  const right = rights.find((line) => lineWidth(left) + lineWidth(line) + 2 <= columns);
  const title = spread(left, right ?? [], columns);
  return [title, ...indented(lines.slice(screen.scroll, screen.scroll + requestRows(seen)))];
}

function tabStrip({ tab }: RequestScreen): Line {
  return TABS.map((name) => (name === tab ? span(`  [${name}]`, 'accent') : span(`   ${name} `, 'dim')));
}

/** The open tab alone, where all of them do not fit. */
function tabPlace({ tab }: RequestScreen): Line {
  return [span(`  [${tab} ${TABS.indexOf(tab) + 1}/${TABS.length}]`, 'accent')];
}
