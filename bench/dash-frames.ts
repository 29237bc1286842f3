// Draws frames of the dashboard into a terminal that is none, and prints how long each took. Bundled by dash.ts.
import { Chalk } from 'chalk';

import { initialState } from '../src/tui/state.ts';
import { createStore } from '../src/tui/store.ts';
import { createPainter } from '../src/tui/terminal/painter.ts';
import { makePalette } from '../src/tui/terminal/palette.ts';
import { viewLines } from '../src/tui/view.ts';
import { deltaAt, snapshotOf } from './dash-scene.ts';

const [columns = 120, rows = 40, frames = 300] = process.argv.slice(2, 5).map(Number);
const keys = process.argv[5] ?? '1';
const WARM_UP = 50;

let draw: (() => void) | undefined;
const start = Date.now();
const store = createStore(initialState(start, { columns, rows }), {
  after: (_delayMs, action) => {
    draw = action;
    return () => (draw = undefined);
  },
});
store.dispatch({ type: 'snapshot-received', at: start, snapshot: snapshotOf(start) });
for (const key of keys) store.dispatch({ type: 'key-pressed', key });
const painter = createPainter(() => undefined, makePalette(new Chalk({ level: 1 })));
store.subscribe(() => painter.draw(viewLines(store.get()), columns));
const times: number[] = [];
for (let index = 0; index < frames + WARM_UP; index++) {
  const at = start + index * 100;
  const before = performance.now();
  store.dispatch({ type: 'delta-received', at, delta: deltaAt(index, at) });
  draw?.();
  if (index >= WARM_UP) times.push(performance.now() - before);
  await new Promise((resolve) => setTimeout(resolve, 2));
}
times.sort((a, b) => a - b);
const at = (share: number): number => times[Math.ceil(share * times.length) - 1] ?? Number.NaN;
process.stdout.write(`${JSON.stringify({ p50: at(0.5), p95: at(0.95), most: at(1) })}\n`);
