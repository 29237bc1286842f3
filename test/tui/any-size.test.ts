import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Snapshot } from '../../src/control/index.ts';
import { displayWidth } from '../../src/lib/display-width.ts';
import { OTHER_KEYS, SCREEN_KEYS } from '../../src/tui/key-tables.ts';
import type { KeyName } from '../../src/tui/key.ts';
import { reduce } from '../../src/tui/state.ts';
import { demoMoment } from './demo-moments.ts';
import { frameOf, stateOf } from './frame.ts';
import { busyGateway, limitsTold } from './moments.ts';
import { healthy, outage } from './scenes.ts';

const MOMENTS: Readonly<Record<string, () => Snapshot | undefined>> = {
  nothing: () => undefined,
  healthy,
  outage,
  'a busy gateway': busyGateway,
  limits: limitsTold,
  'the demo offline': () => demoMoment('offline'),
  'the demo in an outage': () => demoMoment('outage'),
};
const KEYS: readonly KeyName[] = [SCREEN_KEYS, OTHER_KEYS]
  .flatMap((table) => Object.values(table).flat())
  .flatMap(({ keys }) => keys);

describe.each(Object.entries(MOMENTS))('%s', (_, moment) => {
  test('is drawn at any size and after any keys, however the terminal changes', () => {
    const snapshot = moment();
    const size = fc.record({
      columns: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 220 })),
      rows: fc.oneof(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 70 })),
    });
    fc.assert(
      fc.property(size, fc.array(fc.constantFrom(...KEYS), { maxLength: 8 }), size, (first, keys, then) => {
        const state = stateOf(snapshot, first.columns, first.rows, keys);
        for (const each of [first, then]) {
          const lines = frameOf(reduce(state, { type: 'terminal-resized', size: each }));
          expect(lines.length).toBeLessThanOrEqual(each.rows);
          expect(Math.max(0, ...lines.map((line) => displayWidth(line)))).toBeLessThanOrEqual(each.columns);
        }
      }),
      { numRuns: 300 },
    );
  });
});
