import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { schemaFor } from '../../../src/formats/hub/schema.ts';

function gemini(schema: object): { schema: unknown; lossy: boolean } {
  const fitted = schemaFor('gemini', JSON.stringify(schema));
  return { schema: JSON.parse(fitted.schema), lossy: fitted.lossy };
}

describe('a schema for Gemini’s OpenAPI subset', () => {
  test('keeps what means the same there', () => {
    const text =
      '{"type":"object","properties":{"b":{"type":"string","description":"B"},"a":{"type":"integer","minimum":1.0}},"required":["b"]}';
    expect(schemaFor('gemini', text)).toEqual({
      schema:
        '{"type":"OBJECT","properties":{"b":{"type":"STRING","description":"B"},"a":{"type":"INTEGER","minimum":1.0}},"required":["b"]}',
      lossy: false,
    });
  });

  test.each<[string, object, object]>([
    ['two types', { type: ['string', 'null'] }, { type: 'STRING', nullable: true }],
    [
      'several types',
      { type: ['string', 'number', 'null'] },
      { nullable: true, anyOf: [{ type: 'STRING' }, { type: 'NUMBER' }] },
    ],
    [
      'a choice with null',
      { anyOf: [{ type: 'string', maxLength: 3 }, { type: 'null' }], default: null, description: 'D' },
      { type: 'STRING', maxLength: 3, nullable: true, default: null, description: 'D' },
    ],
    [
      'oneOf',
      { oneOf: [{ type: 'string' }, { type: 'number' }] },
      { anyOf: [{ type: 'STRING' }, { type: 'NUMBER' }] },
    ],
    ['const', { const: 'x' }, { type: 'STRING', format: 'enum', enum: ['x'] }],
    [
      'enum with null',
      { type: ['string', 'null'], enum: ['a', null] },
      { type: 'STRING', nullable: true, format: 'enum', enum: ['a'] },
    ],
    ['allOf of one', { allOf: [{ type: 'string' }], description: 'D' }, { type: 'STRING', description: 'D' }],
    [
      'a closed object',
      { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false, $schema: 'x' },
      { type: 'OBJECT', properties: { a: { type: 'STRING' } } },
    ],
    [
      'an object without its type',
      { properties: { a: { type: 'string' } } },
      { type: 'OBJECT', properties: { a: { type: 'STRING' } } },
    ],
    [
      'required names that are not there',
      { type: 'object', properties: { a: { type: 'string' } }, required: ['a', 'b'] },
      { type: 'OBJECT', properties: { a: { type: 'STRING' } }, required: ['a'] },
    ],
    ['an array', { type: 'array', items: { type: 'string' } }, { type: 'ARRAY', items: { type: 'STRING' } }],
  ])('turns %s into its own words', (_, schema, wanted) => {
    expect(gemini(schema)).toEqual({ schema: wanted, lossy: false });
  });

  test('unfolds references', () => {
    const schema = {
      type: 'object',
      properties: {
        a: { $ref: '#/$defs/A' },
        b: { allOf: [{ $ref: '#/definitions/B' }], description: 'mine' },
      },
      $defs: { A: { type: 'string' } },
      definitions: { B: { type: 'number', description: 'theirs' } },
    };
    expect(gemini(schema)).toEqual({
      schema: {
        type: 'OBJECT',
        properties: { a: { type: 'STRING' }, b: { type: 'NUMBER', description: 'mine' } },
      },
      lossy: false,
    });
  });

  test('cuts recursion, and says so', () => {
    const schema = {
      $defs: { Node: { type: 'object', description: 'N', properties: { next: { $ref: '#/$defs/Node' } } } },
      $ref: '#/$defs/Node',
    };
    expect(gemini(schema)).toEqual({
      schema: {
        type: 'OBJECT',
        properties: { next: { type: 'OBJECT', description: 'N' } },
        description: 'N',
      },
      lossy: true,
    });
  });

  test('stays small when references double at every level', () => {
    const $defs: Record<string, object> = { N0: { type: 'string' } };
    for (let i = 1; i < 40; i++) {
      const $ref = `#/$defs/N${i - 1}`;
      $defs[`N${i}`] = { type: 'object', properties: { a: { $ref }, b: { $ref } } };
    }
    const fitted = schemaFor('gemini', JSON.stringify({ $defs, $ref: '#/$defs/N39' }));
    expect(fitted.lossy).toBe(true);
    expect(fitted.schema.length).toBeLessThan(1_000_000);
  });

  test.each<[string, object, object]>([
    [
      'rules it has no word for',
      { type: 'number', exclusiveMinimum: 0, multipleOf: 0.5, description: 'D' },
      { type: 'NUMBER', description: 'D\nexclusiveMinimum: 0; multipleOf: 0.5.' },
    ],
    [
      'formats it refuses',
      { type: 'string', format: 'uuid' },
      { type: 'STRING', description: 'format: uuid.' },
    ],
    [
      'values that are no strings',
      { type: 'integer', enum: [1, 2] },
      { type: 'INTEGER', description: 'enum: [1,2].' },
    ],
    ['an array of anything', { type: 'array' }, { type: 'ARRAY', items: { type: 'STRING' } }],
    [
      'a map',
      { type: 'object', additionalProperties: { type: 'string' } },
      { type: 'OBJECT', description: 'additionalProperties: {"type":"string"}.' },
    ],
    [
      'an intersection',
      {
        allOf: [
          { properties: { a: { type: 'string' } }, required: ['a'] },
          { properties: { b: { type: 'number' } } },
        ],
      },
      { type: 'OBJECT', properties: { a: { type: 'STRING' }, b: { type: 'NUMBER' } }, required: ['a'] },
    ],
  ])('tells %s in the description', (_, schema, wanted) => {
    expect(gemini(schema)).toEqual({ schema: wanted, lossy: true });
  });
});

describe('a schema for the other dialects', () => {
  test('keeps order and spelling of names that are numbers', () => {
    const text = '{"type":"object","properties":{"10":{"type":"string"},"9":{"enum":["\\u0041"]}}}';
    expect(schemaFor('gemini-json', text)).toEqual({ schema: text, lossy: false });
  });

  test('of Gemini’s JSON Schema spells const and definitions its way', () => {
    const text =
      '{"definitions":{"A":{"const":1}},"properties":{"a":{"$ref":"#/definitions/A","description":"D"},"b":{"oneOf":[{"type":"string"}]}},"additionalProperties":false}';
    expect(schemaFor('gemini-json', text)).toEqual({
      schema:
        '{"$defs":{"A":{"enum":[1]}},"properties":{"a":{"anyOf":[{"$ref":"#/$defs/A"}],"description":"D"},"b":{"oneOf":[{"type":"string"}]}},"additionalProperties":false}',
      lossy: false,
    });
  });

  test('of Anthropic closes objects and tells rules in the description', () => {
    const text =
      '{"type":"object","properties":{"n":{"type":"integer","minimum":1,"description":"N"},"l":{"type":"array","items":{"type":"string","format":"color"},"minItems":2}},"required":["n"]}';
    expect(schemaFor('anthropic', text)).toEqual({
      schema:
        '{"type":"object","properties":{"n":{"type":"integer","description":"N\\nminimum: 1."},"l":{"type":"array","items":{"type":"string","description":"format: color."},"description":"minItems: 2."}},"required":["n"],"additionalProperties":false}',
      lossy: true,
    });
  });

  test('of Anthropic cannot say that an object has any names', () => {
    const open = schemaFor('anthropic', '{"type":"object","additionalProperties":{"type":"string"}}');
    expect(open).toEqual({ schema: '{"type":"object","additionalProperties":false}', lossy: true });
    expect(schemaFor('anthropic', '{"type":"object","additionalProperties":false}').lossy).toBe(false);
  });
});

describe('a schema for any dialect', () => {
  const keyword = fc.constantFrom(
    'type',
    'properties',
    'items',
    'anyOf',
    'allOf',
    '$ref',
    '$defs',
    'enum',
    'const',
    'required',
    '__proto__',
  );
  const word = fc.constantFrom(
    '#',
    '#/$defs/a',
    'object',
    'array',
    'string',
    'null',
    '',
    '#/properties/__proto__',
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      word,
      fc.integer(),
      fc.constant(null),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(fc.oneof(keyword, fc.string({ maxLength: 3 })), tie('tree'), { maxKeys: 4 }),
    ),
  }));

  test.each(['anthropic', 'gemini', 'gemini-json'] as const)(
    'is JSON again, whatever it was: %s',
    (dialect) => {
      fc.assert(
        fc.property(
          fc.oneof(
            tree.map((value) => JSON.stringify(value)),
            fc.string(),
          ),
          (text) => {
            expect(typeof JSON.parse(schemaFor(dialect, text).schema)).toBe('object');
          },
        ),
        { numRuns: 300 },
      );
    },
  );

  test.each(['anthropic', 'gemini', 'gemini-json'] as const)('may be nested deeply: %s', (dialect) => {
    const text = `${'{"items":'.repeat(3000)}{}${'}'.repeat(3000)}`;
    expect(schemaFor(dialect, text).lossy).toBe(true);
  });
});
