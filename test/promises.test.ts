import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { PROMISES, THEMES, UNCOVERED } from './promises.ts';

const root = import.meta.dirname;
const OWN = ['promises.ts', 'promises.test.ts'];

const cited = new Map(
  globSync('**/*.{ts,tsx}', { cwd: root })
    .filter((file) => !OWN.includes(file))
    .flatMap((file) => citations(readFileSync(join(root, file), 'utf8')).map((id) => [id, file] as const)),
);

describe('the promises', () => {
  test('are each shown by a test, or listed as a known gap', () => {
    expect(withoutTest(Object.keys(PROMISES), [...cited.keys()], Object.keys(UNCOVERED))).toEqual([]);
  });

  test('are cited by the names they have', () => {
    const unknown = [...cited].filter(([id]) => !Object.hasOwn(PROMISES, id));
    expect(unknown.map(([id, file]) => `${file} cites ${id}, which nobody promised`)).toEqual([]);
  });

  test('leave the list of gaps when a test shows them', () => {
    const closed = Object.keys(UNCOVERED).filter((id) => cited.has(id));
    expect(closed.map((id) => `${cited.get(id)} shows ${id}: take it off UNCOVERED`)).toEqual([]);
  });

  test('have a reason for every gap', () => {
    for (const [id, reason] of Object.entries(UNCOVERED)) expect(reason, id).not.toBe('');
  });

  test('have an id that no other theme has', () => {
    expect(Object.keys(PROMISES)).toHaveLength(THEMES.flatMap((theme) => Object.keys(theme)).length);
  });

  test('are sentences with a source', () => {
    for (const [id, { behaviour, source }] of Object.entries(PROMISES)) {
      expect(behaviour, id).toMatch(/^[A-Zgrs].+\.$/);
      expect(source, id).not.toBe('');
    }
  });
});

describe('the search for citations', () => {
  test('reads names and comments, several on a line', () => {
    const open = '[promise';
    expect(citations(`test('x ${open}:a-b]') // ${open}:c9]`)).toEqual(['a-b', 'c9']);
    expect(citations('promise:a')).toEqual([]);
  });

  test('finds what is neither shown nor a known gap', () => {
    expect(withoutTest(['a', 'b', 'c'], ['a'], ['b'])).toEqual(['c']);
  });
});

function citations(text: string): string[] {
  return [...text.matchAll(/\[promise:([\w-]+)\]/g)].map(([, id = '']) => id);
}

function withoutTest(ids: readonly string[], shown: readonly string[], gaps: readonly string[]): string[] {
  return ids.filter((id) => !shown.includes(id) && !gaps.includes(id));
}
