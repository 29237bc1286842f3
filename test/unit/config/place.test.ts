import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { mayBeKey } from '../../../src/config/pasted-key.ts';
import { parsePlace, placeBelow, putAt, removeAt, valueAt } from '../../../src/config/place.ts';

describe('a place in the profile file', () => {
  it('is read back as it was written, whatever the names', () => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !mayBeKey(text));
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 6 }), (names) => {
        const place = names.reduce((parent, each) => placeBelow(parent, each), '');
        expect(parsePlace(place)).toEqual({ is: 'ok', value: names });
      }),
    );
  });

  it.each([
    ['a.b', ['a', 'b']],
    ['a."b.c".d', ['a', 'b.c', 'd']],
    ['a.list[2].b', ['a', 'list', '2', 'b']],
    ['a.list.2', ['a', 'list', '2']],
    ['"a"', ['a']],
    ['', []],
  ])('%j is %j', (text, segments) => {
    expect(parsePlace(text)).toEqual({ is: 'ok', value: segments });
  });

  it.each(['a..b', 'a.', '.a', 'a b', 'a."b', 'a[x]', 'a"b"'])('%j is refused', (text) => {
    expect(parsePlace(text).is).toBe('failed');
  });

  it('is made with all that leads to it, and taken away again', () => {
    const document = {};
    expect(putAt(document, ['a', 'b', 'c'], 1)).toBeUndefined();
    expect(document).toEqual({ a: { b: { c: 1 } } });
    expect(removeAt(document, ['a', 'b', 'c'])).toBe(true);
    expect(removeAt(document, ['a', 'b', 'c'])).toBe(false);
    expect(document).toEqual({ a: { b: {} } });
  });

  it('in a list replaces or appends, and leaves no hole', () => {
    const document = { list: ['a'] };
    expect(putAt(document, ['list', '1'], 'b')).toBeUndefined();
    expect(putAt(document, ['list', '5'], 'c')).toContain('no place 5');
    expect(putAt(document, ['list', 'x'], 'c')).toContain('no place x');
    removeAt(document, ['list', '0']);
    expect(document).toEqual({ list: ['b'] });
  });

  it('below a plain value is refused', () => {
    expect(putAt({ a: 1 }, ['a', 'b'], 2)).toContain('a holds no object');
  });

  it('never reaches what every object inherits', () => {
    const document = {};
    expect(valueAt(document, ['constructor', 'name'])).toBeUndefined();
    putAt(document, ['__proto__', 'polluted'], true);
    expect('polluted' in {}).toBe(false);
    expect(Object.hasOwn(document, '__proto__')).toBe(true);
  });
});
