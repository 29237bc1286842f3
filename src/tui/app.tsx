import { Box, useApp, useInput } from 'ink';
import { type ReactElement, useEffect, useSyncExternalStore } from 'react';

import { footerLine } from './present/footer.ts';
import { bannerLine, figuresLine, identityLine, oneLine, sceneLine } from './present/header.ts';
import { type Line, span } from './present/line.ts';
import { roomsLine } from './present/tabs.ts';
import { Chaos } from './screens/chaos/screen.tsx';
import { Cost } from './screens/cost/screen.tsx';
import { Failovers } from './screens/failovers/screen.tsx';
import { Help } from './screens/help/screen.tsx';
import { Logs } from './screens/logs/screen.tsx';
import { Overview } from './screens/overview/screen.tsx';
import { Providers } from './screens/providers/screen.tsx';
import { Request } from './screens/request/screen.tsx';
import { Requests } from './screens/requests/screen.tsx';
import { Text } from './screens/text/screen.tsx';
import { activeKeys } from './shared-keys.ts';
import { extentOf, headerRows } from './size.ts';
import type { AppState } from './state.ts';
import type { Store } from './store.ts';
import { keyNames } from './widgets/key-input.ts';
import { Row, Rows } from './widgets/rows.tsx';

/** The whole dashboard: header, the screen on top, footer. */
export function App({ store }: { readonly store: Store }): ReactElement {
  const state = useSyncExternalStore(store.subscribe, store.get);
  const { exit } = useApp();
  useInput((input, key) => {
    for (const name of keyNames(input, key)) store.dispatch({ type: 'key-pressed', key: name });
  });
  useEffect(() => {
    if (state.ended) exit();
  }, [state.ended, exit]);

  const { columns, rows } = state.size;
  if (extentOf(state.size) === 'line') return <Row line={oneLine(state.facts, columns)} columns={columns} />;
  const { notice, prompt } = state;
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Rows lines={headerLines(state)} columns={columns} />
      <Box flexGrow={1}>
        <Body state={state} />
      </Box>
      <Row line={footerLine({ keys: activeKeys(state), notice, prompt }, columns)} columns={columns} />
    </Box>
  );
}

/** One line per screen: its drawing. */
function Body({ state }: { readonly state: AppState }): ReactElement {
  const { screen } = state;
  switch (screen.is) {
    case 'overview':
      return <Overview screen={screen} world={state} />;
    case 'requests':
      return <Requests screen={screen} world={state} />;
    case 'providers':
      return <Providers screen={screen} world={state} />;
    case 'failovers':
      return <Failovers screen={screen} world={state} />;
    case 'cost':
      return <Cost screen={screen} world={state} />;
    case 'logs':
      return <Logs screen={screen} world={state} />;
    case 'request':
      return <Request screen={screen} world={state} />;
    case 'chaos':
      return <Chaos screen={screen} world={state} />;
    case 'text':
      return <Text screen={screen} world={state} />;
    case 'help':
      return <Help screen={screen} world={state} />;
  }
}

function headerLines({ facts, now, size, screen, below, scene }: AppState): readonly Line[] {
  const width = size.columns - 4;
  const banner = bannerLine(facts, now, width) ?? (scene && sceneLine(scene, width));
  const figures = figuresLine(facts, width);
  const rooms = roomsLine((below[0] ?? screen).is);
  const lines =
    headerRows(size) === 2
      ? [identityLine(facts, now, width), banner ?? figures]
      : [identityLine(facts, now, width), figures, rooms, banner ?? []];
  return lines.map((line) => [span('  '), ...line]);
}
