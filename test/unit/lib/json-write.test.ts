import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type JsonOut, Verbatim, writeJson } from '../../../src/lib/json-write.ts';

describe('written JSON', () => {
  it('is what a printer makes of the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const parsed: Exclude<JsonOut, undefined> = JSON.parse(JSON.stringify(value));
        expect(writeJson(parsed)).toBe(JSON.stringify(value));
        expect(JSON.parse(writeJson(parsed))).toEqual(parsed);
      }),
    );
  });

  it('holds text that is JSON already as it is', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(writeJson({ a: [new Verbatim(text)], b: new Verbatim('1.0') })).toBe(
          `{"a":[${text}],"b":1.0}`,
        );
      }),
    );
  });

  it('has no trace of what is undefined', () => {
    expect(writeJson({ a: undefined, b: [undefined, 1, undefined], c: null })).toBe('{"b":[1],"c":null}');
    expect(writeJson({ a: undefined })).toBe('{}');
  });

  it('escapes what a reader could stumble over', () => {
    expect(writeJson('\ud800"\u2028')).toBe('"\\ud800\\"\u2028"');
  });
});
