import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { FairQueue } from '../../../src/resilience/index.ts';

interface Item {
  readonly lane: string;
  readonly number: number;
}

function filled(lanes: readonly string[], most = 1000): FairQueue<Item> {
  const queue = new FairQueue<Item>();
  for (const [number, lane] of lanes.entries()) queue.add(lane, { lane, number }, most);
  return queue;
}

function drain(queue: FairQueue<Item>): Item[] {
  const taken: Item[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) taken.push(item);
  return taken;
}

const lane = fc.constantFrom('a', 'b', 'c', 'd');

describe('a fair queue', () => {
  test('gives an agent its turn after one request of a script that sent a thousand', () => {
    const queue = filled([...Array.from({ length: 999 }, () => 'script'), 'agent']);
    expect([queue.take()?.lane, queue.take()?.lane]).toEqual(['script', 'agent']);
  });

  // [promise:overload-fair]
  test('serves no lane twice while another waits', () => {
    fc.assert(
      fc.property(fc.array(lane, { maxLength: 60 }), (lanes) => {
        const waiting = new Map<string, number>();
        for (const name of lanes) waiting.set(name, (waiting.get(name) ?? 0) + 1);
        const since = new Map<string, Set<string>>();
        for (const { lane: served } of drain(filled(lanes))) {
          const others = since.get(served);
          for (const [name, count] of waiting)
            if (others !== undefined && name !== served && count > 0) expect(others).toContain(name);
          waiting.set(served, (waiting.get(served) ?? 0) - 1);
          for (const seen of since.values()) seen.add(served);
          since.set(served, new Set());
        }
      }),
    );
  });

  test('keeps the order within a lane and loses nobody', () => {
    fc.assert(
      fc.property(fc.array(lane, { maxLength: 60 }), (lanes) => {
        const taken = drain(filled(lanes));
        expect(taken.map(({ number }) => number).sort((a, b) => a - b)).toEqual([...lanes.keys()]);
        for (const name of ['a', 'b', 'c', 'd']) {
          const own = taken.filter((item) => item.lane === name).map(({ number }) => number);
          expect(own).toEqual([...own].sort((a, b) => a - b));
        }
      }),
    );
  });

  test('never holds more than it may, and tells of everybody it does not serve', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const), lane }),
      fc.record({ do: fc.constant('take' as const), lane }),
      fc.record({ do: fc.constant('remove' as const), lane }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 0, max: 8 }), (steps, most) => {
        const queue = new FairQueue<Item>();
        const inside = new Set<Item>();
        for (const [number, { do: action, lane: name }] of steps.entries()) {
          const item = { lane: name, number };
          if (action === 'add') {
            const queued = queue.add(name, item, most);
            if (queued.is !== 'full') inside.add(item);
            if (queued.is === 'instead-of') expect(inside.delete(queued.item)).toBe(true);
          } else if (action === 'take') {
            const taken = queue.take();
            if (taken === undefined) expect(inside.size).toBe(0);
            else expect(inside.delete(taken)).toBe(true);
          } else {
            const one = [...inside].find((known) => known.lane === name);
            if (one === undefined) continue;
            queue.remove(name, one);
            inside.delete(one);
          }
          expect(queue.size).toBe(inside.size);
          expect(queue.size).toBeLessThanOrEqual(most);
        }
        expect(new Set(drain(queue))).toEqual(inside);
      }),
    );
  });

  test('full, gives a place to whoever has fewer waiting, at the cost of the newest of whoever has most', () => {
    const queue = filled(['script', 'script', 'script', 'agent'], 4);
    expect(queue.add('agent', { lane: 'agent', number: 4 }, 4)).toMatchObject({
      is: 'instead-of',
      item: { lane: 'script', number: 2 },
    });
    expect(queue.add('script', { lane: 'script', number: 5 }, 4)).toEqual({ is: 'full' });
    expect(queue.add('third', { lane: 'third', number: 6 }, 4)).toMatchObject({ is: 'instead-of' });
    expect(queue.add('fourth', { lane: 'fourth', number: 7 }, 4)).toMatchObject({ is: 'instead-of' });
    expect(queue.add('fifth', { lane: 'fifth', number: 8 }, 4)).toEqual({ is: 'full' });
  });

  test('that may hold nobody refuses at once', () => {
    expect(new FairQueue<Item>().add('a', { lane: 'a', number: 0 }, 0)).toEqual({ is: 'full' });
  });
});
