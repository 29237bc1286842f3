import { expect, test } from 'vitest';

import { PrefillMemory } from '../../../src/proxy/continuation/prefill-memory.ts';

test('what was learned of prefilled answers is told to whoever keeps it, and taken up again', () => {
  const before = new PrefillMemory();
  let told = 0;
  before.listener = () => told++;
  before.learn({ provider: 'p', model: 'a', prefill: 'accepts' });
  before.learn({ provider: 'p', model: 'b', prefill: 'refuses' });
  expect(told).toBe(2);
  const after = new PrefillMemory();
  after.learn({ provider: 'p', model: 'b', prefill: 'accepts' });
  after.restore(JSON.parse(JSON.stringify(before.snapshot())));
  expect([after.of('p', 'a'), after.of('p', 'b'), after.of('p', 'c')]).toEqual([
    'accepts',
    'accepts',
    'unknown',
  ]);
});

test('nonsense in the file teaches nothing', () => {
  const memory = new PrefillMemory();
  for (const stored of [
    undefined,
    null,
    'x',
    {},
    [1],
    [{ provider: 'p', model: 'm', prefill: 'constructor' }],
  ])
    memory.restore(stored);
  expect(memory.snapshot()).toEqual([]);
});
