import type { Snapshot } from '../../src/control/index.ts';
import type { KeyName } from '../../src/tui/key.ts';
import { fitLine } from '../../src/tui/present/line.ts';
import { type AppState, initialState, reduce } from '../../src/tui/state.ts';
import { viewLines } from '../../src/tui/view.ts';
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
  return viewLines(state).map((line) =>
    fitLine(line, state.size.columns)
      .map(({ text }) => text)
      .join('')
      .trimEnd(),
  );
}
