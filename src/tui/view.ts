import { footerLine } from './present/footer.ts';
import { bannerLine, figuresLine, identityLine, oneLine, sceneLine } from './present/header.ts';
import { filled, indented, type Line } from './present/line.ts';
import { roomsLine } from './present/tabs.ts';
import { chaosLines } from './screens/chaos/view.ts';
import { costLines } from './screens/cost/view.ts';
import { failoversLines } from './screens/failovers/view.ts';
import { gatewayScreenLines } from './screens/gateway/view.ts';
import { helpScreenLines } from './screens/help/view.ts';
import { logsLines } from './screens/logs/view.ts';
import { overviewLines } from './screens/overview/view.ts';
import { providersLines } from './screens/providers/view.ts';
import { requestScreenLines } from './screens/request/view.ts';
import { requestsLines } from './screens/requests/view.ts';
import { textLines } from './screens/text/view.ts';
import { activeKeys } from './shared-keys.ts';
import { bodyRows, extentOf, headerRows } from './size.ts';
import type { AppState } from './state.ts';

/** The whole dashboard, a line for each row of the terminal: header, the screen on top, footer. */
export function viewLines(state: AppState): readonly Line[] {
  const { size, facts, notice, prompt } = state;
  if (extentOf(size) === 'line') return [oneLine(facts, size.columns)];
  return [
    ...headerLines(state),
    ...filled(bodyLines(state), bodyRows(size)),
    footerLine({ keys: activeKeys(state), notice, prompt }, size.columns),
  ];
}

/** One line per screen: its drawing. */
function bodyLines(world: AppState): readonly Line[] {
  const { screen } = world;
  switch (screen.is) {
    case 'overview':
      return overviewLines({ screen, world });
    case 'requests':
      return requestsLines({ screen, world });
    case 'providers':
      return providersLines({ screen, world });
    case 'failovers':
      return failoversLines({ screen, world });
    case 'cost':
      return costLines({ screen, world });
    case 'logs':
      return logsLines({ screen, world });
    case 'gateway':
      return gatewayScreenLines({ screen, world });
    case 'request':
      return requestScreenLines({ screen, world });
    case 'chaos':
      return chaosLines({ screen, world });
    case 'text':
      return textLines({ screen, world });
    case 'help':
      return helpScreenLines({ screen, world });
  }
}

function headerLines({ facts, now, size, screen, below, scene }: AppState): readonly Line[] {
  const width = size.columns - 4;
  const banner = bannerLine(facts, now, width) ?? (scene && sceneLine(scene, width));
  const figures = figuresLine(facts, width);
  const rooms = roomsLine((below[0] ?? screen).is);
  return indented(
    headerRows(size) === 2
      ? [identityLine(facts, now, width), banner ?? figures]
      : [identityLine(facts, now, width), figures, rooms, banner ?? []],
  );
}
