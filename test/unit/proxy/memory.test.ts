import { describe, expect, test } from 'vitest';

import type { Target } from '../../../src/core/target.ts';
import { Memory } from '../../../src/proxy/memory.ts';

const KEPT = 5000;
const OWN: Target = { provider: 'openai', model: 'gpt-4.1', key: 'env:OPENAI_API_KEY' };

function named(model: string | number): Target {
  return { ...OWN, model: String(model) };
}

describe('what is known of targets', () => {
  test('is kept of those in use, however many names callers make up', () => {
    const memory = new Memory();
    const own = memory.target(OWN);
    own.trip(60_000, 0);
    for (let index = 0; index < 3 * KEPT; index++) {
      memory.target(named(index));
      if (index % 1000 === 0) memory.target(OWN);
    }
    expect(memory.known(OWN)).toBe(own);
    expect(memory.known(OWN)?.isOpen(1)).toBe(true);
    expect([...memory.states()]).toHaveLength(KEPT);
  });

  test('is dropped of the one that was not used for longest, and of nobody else', () => {
    const memory = new Memory();
    for (let index = 0; index < KEPT; index++) memory.target(named(index));
    memory.target(named(0));
    memory.target(named('one more'));
    expect(memory.known(named(1))).toBeUndefined();
    for (const kept of [0, 2, KEPT - 1, 'one more'])
      expect(memory.known(named(kept)), String(kept)).toBeDefined();
  });

  test('is shown in the order in which they were met, whoever is used', () => {
    const memory = new Memory();
    for (const model of ['a', 'b', 'c', 'a']) memory.target(named(model));
    expect(memory.views(0).map(({ target }) => target.model)).toEqual(['a', 'b', 'c']);
  });
});
