import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { positionOf, scanJson } from '../../../src/config/json-text.ts';

const PIECES = [
  '',
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  ':',
  '\\',
  ' ',
  '0',
  '-',
  '.',
  'e',
  'E',
  't',
  '\n',
  '\u0001',
];

function accepts(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('a scan of JSON text', () => {
  it('takes and refuses exactly what JSON.parse does', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 5 }),
        fc.nat(),
        fc.constantFrom(...PIECES),
        fc.nat(2),
        (json, at, insert, drop) => {
          const cut = at % (json.length + 1);
          const text = json.slice(0, cut) + insert + json.slice(cut + drop);
          expect(scanJson(text).fault === undefined).toBe(accepts(text));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['{"a": 1,}', 9, 'comma'],
    ['{"a" 1}', 6, 'colon'],
    ["{'a': 1}", 2, 'double quotes'],
    ['{"a": 1 "b": 2}', 9, 'comma'],
    ['{"a": tru}', 7, 'value'],
    ['{"a": // no\n1}', 7, 'comments'],
    ['{"a": 1', 8, 'early'],
    ['{"a": "x\ny"}', 7, 'does not end'],
    ['{} {}', 4, 'follow'],
  ])('says where and why: %j', (text, column, words) => {
    const { fault } = scanJson(text);
    expect(fault?.message).toContain(words);
    expect(positionOf(text, fault?.offset ?? -1)).toEqual({ line: 1, column });
  });

  it('finds keys that are written twice, at any depth and in any spelling', () => {
    const { duplicates } = scanJson('{"a": {"b": 1, "\\u0062": 2}, "c": [{"d": 1, "d": 1}]}');
    expect(duplicates.map(({ place }) => place)).toEqual(['a.b', 'c[0].d']);
  });

  it('does not follow a text that nests without end', () => {
    expect(scanJson('['.repeat(100_000)).fault?.message).toContain('deep');
  });
});
