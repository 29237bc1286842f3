import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { BoundedMap } from '../../../src/lib/bounded-map.ts';

const weigh = (text: string): number => text.length;

describe('a bounded map', () => {
  it('forgets what was not used for longest when there are too many', () => {
    const map = new BoundedMap({ entries: 2, weight: 100, heaviest: 100 }, weigh);
    map.set('a', '1');
    map.set('b', '2');
    expect(map.get('a')).toBe('1');
    map.set('c', '3');
    expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual(['1', undefined, '3']);
  });

  it('forgets as many as the new one needs room', () => {
    const map = new BoundedMap({ entries: 100, weight: 10, heaviest: 10 }, weigh);
    for (const key of ['a', 'b', 'c']) map.set(key, 'xxx');
    map.set('d', 'xxxxxx');
    expect(['a', 'b', 'c', 'd'].map((key) => map.get(key) !== undefined)).toEqual([false, false, true, true]);
  });

  it('takes nothing that would drive out everything else, and then does not answer with what it was before', () => {
    const map = new BoundedMap({ entries: 100, weight: 10, heaviest: 4 }, weigh);
    map.set('a', 'x');
    map.set('b', 'x');
    map.set('a', 'xxxxx');
    expect([map.get('a'), map.get('b')]).toEqual([undefined, 'x']);
  });

  it('never holds more than it may, and knows what it holds', () => {
    const keys = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const step = fc.oneof(
      fc.record({ is: fc.constant('set'), key: keys, value: fc.string({ maxLength: 8 }) }),
      fc.record({ is: fc.constantFrom('get', 'delete'), key: keys, value: fc.constant('') }),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const map = new BoundedMap<string>({ entries: 3, weight: 12, heaviest: 6 }, weigh);
        for (const { is, key, value } of steps) {
          if (is === 'set') map.set(key, value);
          else if (is === 'get') map.get(key);
          else map.delete(key);
          expect(map.size).toBeLessThanOrEqual(3);
          expect(map.weight).toBeLessThanOrEqual(12);
        }
        const held = ['a', 'b', 'c', 'd', 'e'].map((key) => map.get(key)?.length ?? 0);
        expect(held.reduce((sum, length) => sum + length)).toBe(map.weight);
      }),
    );
  });
});
