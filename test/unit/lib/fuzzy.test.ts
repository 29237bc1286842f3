import { describe, expect, test } from 'vitest';

import { fuzzyFind, fuzzyRank } from '../../../src/lib/fuzzy.ts';

describe('what somebody typed', () => {
  test.each([
    ['groq', 'groq', 0],
    ['MOON', 'moonshotai', 1],
    ['turbo', 'gpt-4-turbo', 2],
    ['shot', 'moonshotai', 3],
    ['4omini', 'gpt-4o-mini', 4],
    ['mini gpt', 'gpt-4o-mini', 2],
    ['', 'anything', 0],
  ])('%s is found in %s', (typed, text, rank) => {
    expect(fuzzyRank(typed, text)).toBe(rank);
  });

  test.each([
    ['gpt-9', 'gpt-4o'],
    ['mini claude', 'gpt-4o-mini'],
    ['zq', 'ziq'],
    ['abc', 'a very long text with b and c far apart'],
  ])('%s is not found in %s', (typed, text) => {
    expect(fuzzyRank(typed, text)).toBeUndefined();
  });

  test('is answered with the best first, and what is equally good in its order', () => {
    const items = ['x-sonnet', 'sonnet', 'sonnet-2', 'sonnet-1', 'opus'];
    const find = (typed: string): string[] => fuzzyFind(typed, items, (item) => [item]);
    expect(find('sonnet')).toEqual(['sonnet', 'sonnet-2', 'sonnet-1', 'x-sonnet']);
    expect(find(' ')).toEqual(items);
    expect(find('haiku')).toEqual([]);
  });

  test('may be in any text of an item', () => {
    const items = [{ name: 'zai', title: 'Z.AI' }];
    expect(fuzzyFind('z.ai', items, ({ name, title }) => [name, title])).toEqual(items);
  });
});
