import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { isTooDeep } from '../../../src/simulator/deep.ts';
import { createSimulator, type Simulator } from '../../../src/simulator/index.ts';

function nested(depth: number): string {
  return `${'['.repeat(depth)}${']'.repeat(depth)}`;
}

describe('nesting', () => {
  test.each([
    [nested(10_000), true],
    [`{"a":${nested(1000)},"b":"${'x'.repeat(4000)}"}`, true],
    [`{"a":${nested(999)},"b":"${'x'.repeat(4000)}"}`, false],
    [`["${'['.repeat(9000)}"]`, false],
    [`["${'\\"['.repeat(9000)}"]`, false],
    [`[${'[],'.repeat(5000)}[]]`, false],
    [`["${'x'.repeat(5000)}`, false],
  ])('is told from what only looks like it (%#)', (json, deep) => {
    expect(isTooDeep(Buffer.from(json))).toBe(deep);
  });
});

describe('a request that is nested a million deep', () => {
  let simulator: Simulator;
  let url: string;
  beforeAll(async () => {
    simulator = createSimulator({ name: 'deep' });
    ({ url } = await simulator.listen());
  });
  afterAll(() => simulator.close());

  test.each([
    ['chat/completions', 'messages'],
    ['completions', 'prompt'],
    ['embeddings', 'input'],
    ['moderations', 'input'],
  ])('is refused, and the next one is answered: %s', async (path, field) => {
    const ask = (value: string) =>
      fetch(`${url}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: `{"model":"m","${field}":${value}}`,
      });
    for (const depth of [1_000_000, 20_000]) expect((await ask(nested(depth))).status).toBe(400);
    const plain = field === 'messages' ? '[{"role":"user","content":"x"}]' : '"x"';
    expect((await ask(plain)).status).toBe(200);
  });
});
