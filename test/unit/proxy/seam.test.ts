import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { overlap } from '../../../src/proxy/continuation/overlap.ts';
import { Seam, type SeamSides } from '../../../src/proxy/continuation/seam.ts';

const SAID = 'The quick brown fox jumps over the lazy dog and ';
const REST = 'runs into the wood.';

/** What passes when these pieces come, or why nothing does. */
function joined(sides: Partial<SeamSides>, pieces: readonly string[]): string {
  const delivered = sides.delivered ?? SAID;
  const how = sides.how ?? 'prefill';
  const prefilled = how === 'prefill' ? delivered.trimEnd() : delivered;
  const seam = new Seam({ how, delivered, prefilled, isSure: false, ...sides });
  const passed = pieces.map((piece) => seam.push(piece)).join('') + seam.end();
  return seam.isOther ? 'other' : passed;
}

describe('a model that was given the beginning', () => {
  test('and goes on is passed on, without the space that was not given to it', () => {
    expect(joined({}, [' runs', ' into the wood.'])).toBe(REST);
    expect(joined({ isSure: true }, [' ', REST])).toBe(REST);
    expect(joined({}, [REST])).toBe(REST);
  });

  test('and begins again is passed on from where the caller is', () => {
    expect(joined({}, [SAID + REST])).toBe(REST);
    expect(joined({ isSure: true }, (SAID + REST).split(''))).toBe(REST);
  });

  test('and begins again in other words is no rest of it', () => {
    expect(joined({}, [`${SAID.slice(0, 40)}!!`, REST])).toBe('other');
    expect(joined({ delivered: 'The quick brown' }, ['Sure! Here it is:'])).toBe('other');
    expect(joined({}, [SAID.slice(0, 9)])).toBe('other');
  });

  test('and has nothing to add had said all, if it is known to go on', () => {
    expect(joined({ isSure: true }, [])).toBe('');
    expect(joined({}, [])).toBe('other');
  });
});

describe('a model that says it all again', () => {
  test('is passed on from where the caller is, wherever its pieces are cut', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.string(),
        fc.array(fc.nat(40), { maxLength: 30 }),
        (delivered, rest, cuts) => {
          const pieces: string[] = [];
          let left = delivered + rest;
          for (const cut of cuts) {
            pieces.push(left.slice(0, cut));
            left = left.slice(cut);
          }
          expect(joined({ how: 'replay', delivered }, [...pieces, left])).toBe(rest);
        },
      ),
    );
  });

  test('in other words, or not all of it, is no rest of it', () => {
    expect(joined({ how: 'replay' }, ['The quick red fox'])).toBe('other');
    expect(joined({ how: 'replay' }, [SAID.slice(0, 20)])).toBe('other');
  });
});

describe('a model that was told to go on', () => {
  test('is passed on without what it repeats', () => {
    expect(joined({ how: 'instructed' }, [REST])).toBe(REST);
    expect(joined({ how: 'instructed' }, ['the lazy dog and ', REST])).toBe(REST);
    expect(joined({ how: 'instructed' }, [SAID, REST])).toBe(REST);
  });

  test('and says nothing does not go on', () => {
    expect(joined({ how: 'instructed' }, [])).toBe('other');
  });
});

test.each([
  ['and the lazy d', 'dog sleeps', 0],
  ['over the la', 'lazy dog', 0],
  ['over the laz', 'lazy dog', 3],
  ['I like na na na', ' na na hey', 0],
  ['it says: to be or not to be', 'to be or not to be, that is', 18],
])('%j and %j have %i characters in common', (before, next, length) => {
  expect(overlap(before, next, true)).toBe(length);
});
