import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type JsonView, viewJson } from '../../../src/lib/json-view.ts';

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

const anyText = fc
  .tuple(fc.jsonValue({ maxDepth: 5 }), fc.infiniteStream(fc.constantFrom('', '', ' ', '\n\t ', '\r\n')))
  .map(([value, spaces]) => {
    const space = (): string => String(spaces.next().value);
    return space() + spaced(value, space) + space();
  });

/** The value, put together from everything the view says of its pieces. */
function rebuilt(view: JsonView): unknown {
  switch (view.kind) {
    case 'object':
      return Object.fromEntries([...view.fields()].map(([name, field]) => [name, rebuilt(field)]));
    case 'array':
      return view.items().map(rebuilt);
    case 'string':
      return view.asString();
    case 'number':
      return view.asNumber();
    case 'literal':
      return view.text === 'null' ? null : view.asFlag();
  }
}

function view(text: string): JsonView {
  const made = viewJson(text);
  if (!made) throw new Error('not JSON');
  return made;
}

describe('a view of a JSON text', () => {
  it('says what a parser says, however the text is spaced', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(rebuilt(view(text))).toEqual(JSON.parse(text));
        expect(view(text).value()).toEqual(JSON.parse(text));
      }),
    );
  });

  it('is there for JSON and for nothing else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((text) => text.slice(0, -1)),
          fc.json(),
        ),
        (text) => {
          let isJson = true;
          try {
            JSON.parse(text);
          } catch {
            isJson = false;
          }
          expect(viewJson(text) !== undefined).toBe(isJson);
        },
      ),
    );
  });

  it('knows where it stands', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { start, end } = view(text).span;
        expect(text.slice(start, end)).toBe(text.trim());
      }),
    );
  });

  it('keeps numbers, escapes and the order of keys as they were written', () => {
    const text = '{"b":1.0,"10":1e3,"a":{"big":12345678901234567890,"s":"\\u00e9\\/"}}';
    expect(view(text).get('a')?.text).toBe('{"big":12345678901234567890,"s":"\\u00e9\\/"}');
    expect(view(text).get('b')?.text).toBe('1.0');
    expect([...view(text).fields().keys()]).toEqual(['b', '10', 'a']);
    expect(view(text).get('a')?.string('s')).toBe('é/');
  });

  it('takes the last of a field given twice, as parsers do', () => {
    expect(view('{"a":1,"a":2}').number('a')).toBe(2);
    expect(view('{"a":1,"\\u0061":3}').number('a')).toBe(3);
  });

  it('has fields of its own only, whatever they are called', () => {
    expect(view('{}').get('constructor')).toBeUndefined();
    expect(view('{"__proto__":{"x":1}}').get('__proto__')?.number('x')).toBe(1);
  });

  it('does not tell a null field from one that is not there', () => {
    expect(view('{"a":null}').get('a')).toBeUndefined();
    expect(view('{"a":null}').fields().has('a')).toBe(true);
  });

  it('gives nothing for a value of another kind', () => {
    const some = view('{"s":"x","n":1,"f":true,"l":[1]}');
    expect(some.string('n')).toBeUndefined();
    expect(some.number('s')).toBeUndefined();
    expect(some.flag('n')).toBeUndefined();
    expect(some.list('s')).toEqual([]);
    expect(some.get('n')?.fields().size).toBe(0);
    expect(some.flag('f')).toBe(true);
    expect(some.list('l').map((item) => item.asNumber())).toEqual([1]);
  });

  it('passes over a byte order mark', () => {
    expect(view('\uFEFF {"a":1}').number('a')).toBe(1);
  });

  it('looks into a hundred thousand nested lists without a stack', () => {
    const depth = 100_000;
    const text = `{"deep":${'['.repeat(depth)}${']'.repeat(depth)},"after":1}`;
    expect(viewJson(text)?.number('after')).toBe(1);
  });
});
