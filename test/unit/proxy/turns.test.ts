import { expect, test } from 'vitest';

import { Turns } from '../../../src/proxy/turns.ts';

/** How many of so many streams had gone on after each round of the event loop. */
async function rounds(streams: number): Promise<number[]> {
  const turns = new Turns();
  let went = 0;
  for (let at = 0; at < streams; at++) turns.wait(() => (went += 1));
  const seen = [went];
  while ((seen.at(-1) ?? streams) < streams) {
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(went);
  }
  return seen;
}

test('a stream that is alone goes on with the next round', async () => {
  expect(await rounds(1)).toEqual([0, 1]);
});

test('of many a few go on with each round, and every one does', async () => {
  const seen = await rounds(100);
  expect(seen.at(-1)).toBe(100);
  expect(Math.max(...seen.map((went, at) => went - (seen[at - 1] ?? 0)))).toBeLessThanOrEqual(8);
});

test('who comes back waits behind those who are waiting', async () => {
  const turns = new Turns();
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    for (let at = 0; at < 10; at++) {
      turns.wait(() => {
        order.push(`first ${at}`);
        if (at === 0) turns.wait(() => resolve());
      });
    }
  });
  expect(order).toHaveLength(10);
});
