import { Box, useApp, useInput } from 'ink';
import { type ReactElement, useEffect, useSyncExternalStore } from 'react';

import { footerLine } from './present/footer.ts';
import { bannerLine, figuresLine, identityLine, oneLine } from './present/header.ts';
import { type Line, span } from './present/line.ts';
import { Help } from './screens/help/screen.tsx';
import { Overview } from './screens/overview/screen.tsx';
import { Request } from './screens/request/screen.tsx';
import { extentOf, headerRows } from './size.ts';
import { activeKeys, type AppState } from './state.ts';
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
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Rows lines={headerLines(state)} columns={columns} />
      <Box flexGrow={1}>
        <Body state={state} />
      </Box>
      <Row line={footerLine(activeKeys(state), state.notice, columns)} columns={columns} />
    </Box>
  );
}

/** One line per screen: its drawing. */
function Body({ state }: { readonly state: AppState }): ReactElement {
  const { screen } = state;
  switch (screen.is) {
    case 'overview':
      return <Overview screen={screen} world={state} />;
    case 'request':
      return <Request screen={screen} world={state} />;
    case 'help':
      return <Help screen={screen} world={state} />;
  }
}

function headerLines({ facts, now, size }: AppState): readonly Line[] {
  const width = size.columns - 4;
  const banner = bannerLine(facts, now, width);
  const figures = figuresLine(facts, width);
  const lines =
    headerRows(size) === 2
      ? [identityLine(facts, now, width), banner ?? figures]
      : [identityLine(facts, now, width), figures, banner ?? []];
  return lines.map((line) => [span('  '), ...line]);
}
