import { describe, expect, test } from 'vitest';

import { Backlog } from '../../../src/store/backlog.ts';
import type { Batch } from '../../../src/store/verdict.ts';
import { sampleTrail } from '../../sample-trail.ts';

const ROW = sampleTrail();
const ROW_BYTES = JSON.stringify(ROW).length + 1;
const LIMITS = { rows: 100, bytes: 1e6, batchRows: 4, segmentBytes: 8192 };
const NOW = 7;

function textOf(batch: Batch | undefined): string {
  return batch === undefined ? '' : Buffer.from(batch.lines).toString();
}

describe('the backlog', () => {
  test('gives rows back in their order, at most a batch at a time', () => {
    const backlog = new Backlog(LIMITS);
    const trails = Array.from({ length: 6 }, (_, i) => sampleTrail({ at: i, message: `“${i}”\n` }));
    expect(trails.every((trail) => backlog.add(trail))).toBe(true);
    expect([backlog.rows, backlog.hasFullBatch]).toEqual([6, true]);
    const first = backlog.take(NOW);
    expect(first).toMatchObject({ rows: 4, now: NOW });
    expect([backlog.rows, backlog.hasFullBatch]).toEqual([2, false]);
    const text = textOf(first) + textOf(backlog.take(NOW));
    expect(text).toBe(trails.map((trail) => `${JSON.stringify(trail)}\n`).join(''));
    expect(backlog.take(NOW)).toBeUndefined();
  });

  test('ends a batch early when the next row does not fit', () => {
    const backlog = new Backlog({ ...LIMITS, segmentBytes: 2 * ROW_BYTES });
    for (let i = 0; i < 3; i++) backlog.add(ROW);
    expect([backlog.take(NOW)?.rows, backlog.take(NOW)?.rows]).toEqual([2, 1]);
  });

  test('has room for a row that is longer than a segment, whatever its characters', () => {
    const backlog = new Backlog(LIMITS);
    const long = sampleTrail({ message: '漢'.repeat(LIMITS.segmentBytes) });
    for (const trail of [ROW, long, ROW]) backlog.add(trail);
    const texts = [backlog.take(NOW), backlog.take(NOW), backlog.take(NOW)].map(textOf);
    expect(texts).toEqual([ROW, long, ROW].map((trail) => `${JSON.stringify(trail)}\n`));
  });

  test('is full by rows and by bytes, and has room again when a batch is taken', () => {
    const byRows = new Backlog({ ...LIMITS, rows: 5 });
    const byBytes = new Backlog({ ...LIMITS, bytes: 5 * ROW_BYTES });
    for (const backlog of [byRows, byBytes]) {
      expect(Array.from({ length: 7 }, () => backlog.add(ROW)).filter(Boolean).length).toBe(5);
      backlog.take(NOW);
      expect(backlog.add(ROW)).toBe(true);
      backlog.clear();
      expect([backlog.rows, backlog.hasFullBatch, backlog.take(NOW)]).toEqual([0, false, undefined]);
    }
  });

  test('writes into the memory of a batch again only after it was given back', () => {
    const backlog = new Backlog(LIMITS);
    backlog.add(ROW);
    const first = backlog.take(NOW);
    const before = textOf(first);
    backlog.add(sampleTrail({ message: 'second' }));
    const second = backlog.take(NOW);
    expect(textOf(first)).toBe(before);
    expect(second?.lines.buffer).not.toBe(first?.lines.buffer);
    if (first !== undefined) backlog.reuse(first);
    backlog.add(ROW);
    const third = backlog.take(NOW);
    expect(third?.lines.buffer).toBe(first?.lines.buffer);
    expect(textOf(third)).toBe(before);
  });
});
