import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type DiffPiece, diffWords } from '../../../src/lib/word-diff.ts';

const sideOf = (pieces: readonly DiffPiece[], gone: DiffPiece['is']) =>
  pieces
    .filter(({ is }) => is !== gone)
    .map(({ text }) => text)
    .join('');

describe('a comparison by words', () => {
  it('finds the one word that changed', () => {
    expect(diffWords('the capital is Paris today', 'the capital is Lyon today')).toEqual([
      { is: 'same', text: 'the capital is ' },
      { is: 'removed', text: 'Paris ' },
      { is: 'added', text: 'Lyon ' },
      { is: 'same', text: 'today' },
    ]);
  });

  it('finds nothing between equal texts, and everything beside none', () => {
    expect(diffWords('a b', 'a b')).toEqual([{ is: 'same', text: 'a b' }]);
    expect(diffWords('', 'a b')).toEqual([{ is: 'added', text: 'a b' }]);
    expect(diffWords('', '')).toEqual([]);
  });

  it('holds both texts whole, whatever they are', () => {
    const text = fc.array(fc.constantFrom('a', 'b ', 'c\n', ' ', 'ä  '), { maxLength: 30 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const pieces = diffWords(a.join(''), b.join(''));
        expect(sideOf(pieces, 'added')).toBe(a.join(''));
        expect(sideOf(pieces, 'removed')).toBe(b.join(''));
      }),
    );
  });

  it('gives up on the middle of texts too long to compare, and still holds both', () => {
    const words = (letter: string) => Array.from({ length: 5_000 }, (_, index) => `${letter}${index} `);
    const [a, b] = [['begin ', ...words('a')].join(''), ['begin ', ...words('b')].join('')];
    const pieces = diffWords(a, b);
    expect(pieces.map(({ is }) => is)).toEqual(['same', 'removed', 'added']);
    expect([sideOf(pieces, 'added'), sideOf(pieces, 'removed')]).toEqual([a, b]);
  });
});
