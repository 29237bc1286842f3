import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { DRILL_FAULTS, parseWanted } from '../../../src/cli/test-route/faults.ts';
import { parseSimulatedFault } from '../../../src/simulator/index.ts';

describe('the faults of a drill', () => {
  test.each(DRILL_FAULTS.map(({ name, text }) => [name, text]))(
    '%s is one the simulator knows',
    (_, text) => {
      expect(parseSimulatedFault(text).is).toBe('ok');
    },
  );

  test('are read with positions', () => {
    const wanted = parseWanted('429@1, timeout@2');
    expect(wanted.map(({ fault, at }) => [fault.name, fault.text, at])).toEqual([
      ['429', '429;retry-after=60', 1],
      ['timeout', 'stall@accept', 2],
    ]);
  });

  test('are read without positions', () => {
    expect(parseWanted('503,reset').map(({ fault, at }) => [fault.name, at])).toEqual([
      ['503', undefined],
      ['reset', undefined],
    ]);
  });

  test("may be in the simulator's own notation, whose places are no positions", () => {
    const wanted = parseWanted('429;retry-after=2@1,stall@headers@3');
    expect(wanted.map(({ fault, at }) => [fault.text, at])).toEqual([
      ['429;retry-after=2', 1],
      ['stall@headers', 3],
    ]);
    expect(parseWanted('stall@headers')[0]?.at).toBeUndefined();
  });

  test('that cut an answer are known as such in both notations', () => {
    expect(parseWanted('cut@1')[0]?.fault.cuts).toBe(true);
    expect(parseWanted('cut@token=9;by=end@1')[0]?.fault.cuts).toBe(true);
    expect(parseWanted('429@1')[0]?.fault.cuts).toBe(false);
  });

  test('that do not exist are answered with the nearest', () => {
    expect(() => parseWanted('tmeout@1')).toThrow(
      expect.objectContaining({ fix: 'did you mean timeout?', exit: 2 }),
    );
  });

  test('cannot be mixed: with a position and without', () => {
    expect(() => parseWanted('429@1,timeout')).toThrow(expect.objectContaining({ exit: 2 }));
    expect(() => parseWanted(' , ')).toThrow(expect.objectContaining({ why: 'none was given' }));
  });
});

test('docs/test-route.md lists every fault of the drill, and no other', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/test-route.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` *\| (.*?) *\| (yes)? *\|$/gm)];
  expect(rows.map(([, name, summary, usual]) => [name, summary, usual === 'yes'])).toEqual(
    DRILL_FAULTS.map(({ name, summary, usual }) => [name, summary, usual]),
  );
});
