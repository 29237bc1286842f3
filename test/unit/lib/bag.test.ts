import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { Bag } from '../../../src/lib/bag.ts';

test('a bag holds what was added and not taken out, whatever the order', () => {
  const steps = fc.array(fc.record({ add: fc.boolean(), item: fc.nat(9) }), { maxLength: 100 });
  fc.assert(
    fc.property(steps, (taken) => {
      const bag = new Bag<number>();
      const model: number[] = [];
      for (const { add, item } of taken) {
        if (add) {
          bag.add(item);
          model.push(item);
          continue;
        }
        const place = model.indexOf(item);
        if (place !== -1) model.splice(place, 1);
        expect(bag.delete(item)).toBe(place !== -1);
      }
      expect(bag.size).toBe(model.length);
      expect([...bag].sort((a, b) => a - b)).toEqual(model.sort((a, b) => a - b));
    }),
  );
});
