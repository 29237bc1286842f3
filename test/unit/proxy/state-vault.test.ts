import { expect, test } from 'vitest';

import type { CarriedState } from '../../../src/core/format.ts';
import { StateVault } from '../../../src/proxy/conversations/state-vault.ts';

function thought(length: number): readonly CarriedState[] {
  const states = [{ format: 'gemini', kind: 'signature', data: 'x'.repeat(length) } as const];
  return [{ on: 'reasoning', text: 'x'.repeat(length), states }];
}

const BOUNDS = { entries: 3, weight: 1000, heaviest: 600 };

test('what was kept under the id of a call is recalled as often as it is asked for', () => {
  const vault = new StateVault(BOUNDS).of(() => 'talk');
  vault.keep('a', thought(10));
  expect([vault.recall('a'), vault.recall('a'), vault.recall('b')]).toEqual([
    thought(10),
    thought(10),
    undefined,
  ]);
});

test('long thoughts are forgotten sooner than short ones, and endless ones are not kept', () => {
  const vault = new StateVault(BOUNDS).of(() => 'talk');
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

test('ids that may come again are looked up in their own conversation, and unique ones anywhere', () => {
  const vault = new StateVault({ ...BOUNDS, entries: 20 });
  const [first, second] = [vault.of(() => 'first'), vault.of(() => 'second')];
  for (const id of ['get_weather', 'functions.get_weather:0', '0', 'call_a1', '__proto__']) {
    first.keep(id, thought(1));
    expect([first.recall(id), second.recall(id)]).toEqual([thought(1), undefined]);
    second.keep(id, thought(2));
    expect([first.recall(id), second.recall(id)]).toEqual([thought(1), thought(2)]);
  }
  const unnamed = vault.of(() => {
    throw new Error('the request was read for nothing');
  });
  for (const id of [
    'call_Qm3xN0sWYpfGk1vZr8LtD2aH',
    'toolu_01A09q90qw90lq917835lq9',
    'chatcmpl-tool-9f1d5c3b7a8e4f60b2c1d4e5f6a7b8c9',
    '7b8f1c34-9d0e-4a51-8c77-2f6e5d4c3b2a',
  ]) {
    first.keep(id, thought(3));
    expect(unnamed.recall(id)).toEqual(thought(3));
  }
});
