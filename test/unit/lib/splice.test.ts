import { expect, test } from 'vitest';

import { applySplices, joined, splicedPieces } from '../../../src/lib/splice.ts';

const apply = (text: string, ...splices: (readonly [number, number, string])[]): string =>
  applySplices(
    Buffer.from(text),
    splices.map(([start, end, replaced]) => ({ start, end, text: replaced })),
  ).toString();

test('edits land where they were meant, in whatever order they come', () => {
  expect(apply('0123456789', [8, 9, 'eight'], [0, 0, '>'], [2, 4, ''])).toBe('>014567eight9');
});

test('text inserted where a removal begins stands before it, whichever is named first', () => {
  expect(apply('0123', [1, 3, ''], [1, 1, 'x'])).toBe('0x3');
  expect(apply('0123', [1, 1, 'x'], [1, 3, ''])).toBe('0x3');
});

test('without edits the bytes are the same ones', () => {
  const bytes = Buffer.from('x');
  expect(applySplices(bytes, [])).toBe(bytes);
});

test('counts in bytes, not characters', () => {
  expect(apply('é€x', [5, 6, '😀'])).toBe('é€😀');
});

test('pieces are views of the bytes, not copies', () => {
  const bytes = Buffer.from('0123');
  const pieces = splicedPieces(bytes, [{ start: 1, end: 2, text: 'x' }]);
  bytes.fill('-');
  expect(joined(pieces).toString()).toBe('-x--');
});
