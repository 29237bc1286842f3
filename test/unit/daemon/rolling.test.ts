import { expect, test } from 'vitest';

import { RollingWindow } from '../../../src/daemon/rolling.ts';

class Count {
  value = 0;
  clear(): void {
    this.value = 0;
  }
}

function counted(window: RollingWindow<Count>, now: number): number {
  return window.recent(now).reduce((sum, { value }) => sum + value, 0);
}

const NOON = 1_800_000_000_000;
const HOURS = 5 * 3_600_000;

test.each([HOURS, -HOURS])('what was counted before the clock was set by %i ms no longer counts', (jump) => {
  const window = new RollingWindow(() => new Count());
  for (let slot = 0; slot < 10; slot++) window.at(NOON + slot * 30_000).value++;
  const now = NOON + jump;
  expect(counted(window, now)).toBe(0);
  for (let turn = 0; turn < 3; turn++) window.at(now).value++;
  expect(counted(window, now)).toBe(3);
  expect(counted(window, now + 299_000)).toBe(3);
  expect(counted(window, now + 331_000)).toBe(0);
});
