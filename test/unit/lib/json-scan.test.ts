import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';

import { isLiteral, readString, scanArray, scanObject, wantedKeys } from '../../../src/lib/json-scan.ts';

const KEYS = ['model', 'stream', 'a', '', 'übung', '__proto__'];
// Keys of other alphabets are decoded only when they are escaped; the tables that are scanned for are ASCII.
const WANTED = wantedKeys(KEYS.filter((key) => /^[\x20-\x7e]*$/.test(key)));

/** The fields found, the last of each name, each parsed by itself; or where the text breaks. */
function scan(text: string | Buffer): Map<string, unknown> | number {
  const bytes = Buffer.from(text);
  const found = new Map<string, unknown>();
  const broken = scanObject(bytes, WANTED, (key, keyStart, start, end) => {
    expect(
      JSON.parse(bytes.toString('utf8', keyStart, bytes.indexOf(':', keyStart)).trim() || '""'),
    ).toBeTypeOf('string');
    found.set(key, JSON.parse(bytes.toString('utf8', start, end)));
  });
  return broken === -1 ? found : broken;
}

/** JSON text with whitespace wherever it may stand. */
function spaced(value: unknown, space: () => string): string {
  const s = space;
  if (Array.isArray(value))
    return `[${s()}${value.map((item) => spaced(item, s)).join(`${s()},${s()}`)}${s()}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(
      ([key, item]) => `${JSON.stringify(key)}${s()}:${s()}${spaced(item, s)}`,
    );
    return `{${s()}${fields.join(`${s()},${s()}`)}${s()}}`;
  }
  return JSON.stringify(value);
}

const OBJECTS = fc.dictionary(
  fc.constantFrom(...KEYS.slice(0, 4), 'other', 'mode'),
  fc.jsonValue({ maxDepth: 4 }),
  { noNullPrototype: true },
);
const SPACES = fc.infiniteStream(fc.constantFrom('', '', ' ', '\n', '\r\n\t', '  '));

describe('the JSON scanner', () => {
  test('finds in any object what a parser finds', () => {
    fc.assert(
      fc.property(OBJECTS, SPACES, fc.boolean(), (value, spaces, mark) => {
        const text = spaced(value, () => spaces.next().value ?? '');
        const found = scan((mark ? '\uFEFF' : '') + text);
        if (!(found instanceof Map)) return expect.unreachable(`broken at ${found}`);
        const parsed: unknown = JSON.parse(text);
        for (const key of ['model', 'stream', 'a', '']) {
          const wanted = Object.hasOwn(parsed as object, key)
            ? (parsed as Record<string, unknown>)[key]
            : undefined;
          expect(found.get(key)).toEqual(wanted);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('says of every object that is cut off that it is broken', () => {
    fc.assert(
      fc.property(OBJECTS, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (value, share) => {
        const bytes = Buffer.from(JSON.stringify(value));
        const cut = bytes.subarray(0, Math.floor(bytes.length * share));
        expect(scanObject(cut, WANTED, () => undefined)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 1000 },
    );
  });

  test('strings of any length end where they end, wherever they lie in memory', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a'.repeat(7), '\\', '"', 'é', '\n', 'x'.repeat(300), '\u0022'), {
          maxLength: 30,
        }),
        fc.nat(7),
        (pieces, offset) => {
          const value = { before: pieces.join(''), model: 'm', after: 'y'.repeat(300) + pieces.join('') };
          const text = JSON.stringify(value);
          const bytes = Buffer.alloc(Buffer.byteLength(text) + offset).subarray(offset);
          bytes.write(text);
          const found: string[] = [];
          expect(
            scanObject(bytes, wantedKeys(['model', 'after']), (key, _, from, to) => {
              found.push(`${key}=${bytes.toString('utf8', from, to)}`);
            }),
          ).toBe(-1);
          expect(found).toEqual(['model="m"', `after=${JSON.stringify(value.after)}`]);
          // Cut anywhere, it is not whole.
          expect(scanObject(bytes.subarray(0, -2), wantedKeys([]), () => {})).not.toBe(-1);
        },
      ),
    );
  });

  test('never runs past the end or throws, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', 'a', '1', ' ', '\uFEFF')),
        (pieces) => {
          const bytes = Buffer.from(pieces.join(''));
          const broken = scanObject(bytes, WANTED, (_, keyStart, start, end) => {
            expect(keyStart < start && start < end && end <= bytes.length).toBe(true);
          });
          expect(broken).toBeLessThanOrEqual(bytes.length);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['a key spelled with escapes', '{"m\\u006fdel":"x"}', { model: 'x' }],
    [
      'an escaped quote before the end of a string',
      '{"a":"\\\\\\"","model":"\\\\"}',
      { a: '\\"', model: '\\' },
    ],
    ['a key given twice: the last', '{"model":1,"model":2}', { model: 2 }],
    ['no key below the top', '{"other":{"model":1},"x":[{"model":2}]}', {}],
    ['no key in a string', '{"other":"\\"model\\":1"}', {}],
    ['an empty object', ' { } ', {}],
    ['a key that pollutes', '{"__proto__":{"model":1},"a":2}', { __proto__: null, a: 2 }],
  ])('handles %s', (_, text, wanted) => {
    const found = scan(text);
    if (!(found instanceof Map)) return expect.unreachable();
    for (const [key, value] of Object.entries(wanted)) expect(found.get(key)).toEqual(value);
    expect([...found.keys()].filter((key) => key !== '__proto__')).toEqual(
      Object.keys(wanted).filter((key) => key !== '__proto__'),
    );
  });

  test.each([49, 50, 51, 97, 4096])(
    'finds the end of a string of %i characters, wherever its escapes are',
    (length) => {
      for (let at = 0; at < Math.min(length, 120); at++) {
        for (const escape of ['\\"', '\\\\', '\\u00e9']) {
          const text = `{"other":"${'x'.repeat(at)}${escape}${'y'.repeat(length - at)}","a":1}`;
          expect(scan(text)).toEqual(new Map([['a', 1]]));
        }
      }
    },
  );

  test.each([
    ['', 0],
    ['[]', 0],
    ['tell me', 0],
    ['{"a":1', 6],
    ['{"a":1}x', 7],
    ['{"a":}', 5],
    ['{"a" 1}', 5],
    ['{a:1}', 1],
    ['{"a":1,}', 7],
    ['{"a":"x', 7],
    ['{"a":[1', 7],
    ['{"a":1 "b":2}', 7],
    ['{,}', 1],
  ])('says where %s stops making sense', (text, at) => {
    expect(scanObject(Buffer.from(text), WANTED, () => undefined)).toBe(at);
  });

  test('counts a million brackets instead of following them', () => {
    const text = `{"x":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)},"a":1}`;
    expect(scan(text)).toEqual(new Map([['a', 1]]));
  });
});

describe('values in place', () => {
  test('strings are read with their escapes', () => {
    const read = (text: string): string | undefined =>
      readString(Buffer.from(text), 0, Buffer.byteLength(text));
    expect([read('"gpt-4o"'), read('"a\\u00e9\\"b"'), read('"é😀"'), read('7'), read('null')]).toEqual([
      'gpt-4o',
      'aé"b',
      'é😀',
      undefined,
      undefined,
    ]);
    expect(read('"\\x"')).toBeUndefined();
  });

  test('literals are themselves and nothing longer', () => {
    const is = (text: string): boolean => isLiteral(Buffer.from(text), 0, text.length, 'true');
    expect([is('true'), is('truer'), is('"true"'), is('tru')]).toEqual([true, false, false, false]);
  });
});

describe('the scanner of a list', () => {
  const itemsOf = (text: string): string[] => {
    const bytes = Buffer.from(text);
    const items: string[] = [];
    scanArray(bytes, 0, (start, end) => void items.push(bytes.toString('utf8', start, end)));
    return items;
  };

  it('finds every item of a list, as a parser does', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom(undefined, 2), (list, indent) => {
        const items = itemsOf(JSON.stringify(list, undefined, indent));
        expect(items.map((item) => JSON.parse(item) as unknown)).toEqual(JSON.parse(JSON.stringify(list)));
      }),
    );
  });

  it.each(['', '{}', '[', '[]', '[ ]', '[[', '["', '[,', '[}'])('finds nothing in %j', (text) => {
    expect(itemsOf(text)).toEqual([]);
  });
});
