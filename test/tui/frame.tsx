import { render } from 'ink';

import type { Snapshot } from '../../src/control/index.ts';
import { App } from '../../src/tui/app.tsx';
import type { KeyName } from '../../src/tui/key.ts';
import { type AppState, initialState, reduce } from '../../src/tui/state.ts';
import { createStore } from '../../src/tui/store.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { NOON } from './scenes.ts';

/** The state after a snapshot arrived and keys were pressed, without any drawing. */
export function stateOf(
  snapshot: Snapshot | undefined,
  columns: number,
  rows: number,
  keys: readonly KeyName[] = [],
): AppState {
  const begin = initialState(NOON, { columns, rows });
  const told = snapshot ? reduce(begin, { type: 'snapshot-received', at: NOON, snapshot }) : begin;
  return keys.reduce((state, key) => reduce(state, { type: 'key-pressed', key }), told);
}

/** What the terminal shows in this state: one string per line. */
export function frameOf(state: AppState): readonly string[] {
  const { columns, rows } = state.size;
  const { stdin, stdout, lastWrite } = fakeTerminal(columns, rows);
  const store = createStore(state, { after: () => () => undefined });
  const { unmount } = render(<App store={store} />, {
    stdin,
    stdout,
    debug: true,
    interactive: true,
    patchConsole: false,
  });
  const frame = lastWrite().split('\n');
  unmount();
  return frame;
}
