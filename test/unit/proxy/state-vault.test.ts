import { expect, test } from 'vitest';

import type { CarriedState } from '../../../src/core/format.ts';
import { StateVault } from '../../../src/proxy/state-vault.ts';

function thought(length: number): readonly CarriedState[] {
  const states = [{ format: 'gemini', kind: 'signature', data: 'x'.repeat(length) } as const];
  return [{ on: 'reasoning', text: 'x'.repeat(length), states }];
}

const BOUNDS = { entries: 3, weight: 1000, heaviest: 600 };

test('what was kept under the id of a call is recalled as often as it is asked for', () => {
  const vault = new StateVault(BOUNDS);
  vault.keep('a', thought(10));
  expect([vault.recall('a'), vault.recall('a'), vault.recall('b')]).toEqual([
    thought(10),
    thought(10),
    undefined,
  ]);
});

test('long thoughts are forgotten sooner than short ones, and endless ones are not kept', () => {
  const vault = new StateVault(BOUNDS);
  for (const id of ['a', 'b', 'c', 'd']) vault.keep(id, thought(10));
  expect(['a', 'b', 'c', 'd'].filter((id) => vault.recall(id) !== undefined)).toEqual(['b', 'c', 'd']);
  vault.keep('long', thought(145));
  vault.keep('longer', thought(149));
  expect(['b', 'c', 'd', 'long', 'longer'].filter((id) => vault.recall(id) !== undefined)).toEqual([
    'longer',
  ]);
  vault.keep('endless', thought(200));
  expect([vault.recall('endless'), vault.recall('longer')]).toEqual([undefined, thought(149)]);
});
