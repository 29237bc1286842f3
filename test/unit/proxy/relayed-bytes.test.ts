import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { type RelayedBytes, RelayedShelf } from '../../../src/proxy/continuation/relayed-bytes.ts';

const MIB = 1024 * 1024;
const PIECE = Buffer.alloc(MIB / 4, 'a');

function fill(kept: RelayedBytes, mebibytes: number): RelayedBytes {
  for (let at = 0; at < mebibytes * 4; at++) kept.push(PIECE);
  return kept;
}

test('keeps what came, in its order', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 100 }), (pieces) => {
      const kept = new RelayedShelf().open();
      for (const piece of pieces) kept.push(Buffer.from(piece));
      expect(Buffer.concat(kept.all ?? []).toString()).toBe(pieces.join(''));
    }),
  );
});

test('keeps nothing of a stream of more than 4 MiB, and says that it was too long', () => {
  const shelf = new RelayedShelf();
  const kept = fill(shelf.open(), 4.25);
  expect([kept.all, kept.dropped, shelf.bytes]).toEqual([undefined, 'long', 0]);
});

test('keeps no more than 32 MiB of all streams; the longest give way [promise:kept-bytes-bounded]', () => {
  const shelf = new RelayedShelf();
  const short = Array.from({ length: 10 }, () => fill(shelf.open(), 0.25));
  const long = Array.from({ length: 20 }, () => fill(shelf.open(), 2));
  expect(shelf.bytes).toBeLessThanOrEqual(32 * MIB);
  expect(short.map(({ dropped }) => dropped)).toEqual(short.map(() => undefined));
  const left = long.filter(({ dropped }) => dropped === undefined);
  expect(left.length).toBeGreaterThan(5);
  expect(left.length).toBeLessThan(16);
  expect(long.filter(({ dropped }) => dropped === 'crowd')).toHaveLength(20 - left.length);
});

test('counts the memory that is taken, not what of it is written; ten thousand short streams fit', () => {
  const shelf = new RelayedShelf();
  const streams = Array.from({ length: 10_000 }, () => shelf.open());
  for (const kept of streams) kept.push(Buffer.from('a'));
  expect(shelf.bytes).toBeGreaterThan(10_000 * 1024);
  expect(shelf.bytes).toBeLessThanOrEqual(32 * MIB);
  expect(streams.every(({ dropped }) => dropped === undefined)).toBe(true);
});

test('does not count a stream that is over, whose bytes can still be read', () => {
  const shelf = new RelayedShelf();
  const kept = fill(shelf.open(), 1);
  kept.release();
  kept.release();
  expect(shelf.bytes).toBe(0);
  expect(Buffer.concat(kept.all ?? [])).toHaveLength(MIB);
});

test('has nothing left to count once every stream is over, whatever was dropped before', () => {
  const shelf = new RelayedShelf();
  const streams = Array.from({ length: 40 }, (_, index) => fill(shelf.open(), 1 + (index % 5)));
  for (const kept of streams) kept.release();
  expect(shelf.bytes).toBe(0);
});
