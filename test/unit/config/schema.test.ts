import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { JSON_SCHEMA } from '../../../src/config/index.ts';
import { field, isObject, type JsonObject } from '../../../src/lib/expect.ts';
import { problemsOf } from './fixtures.ts';

/** Every object of the schema: how to write a document that has it, and the keys it may have. */
function objectsOf(
  schema: JsonObject,
  wrap: (inner: unknown) => unknown,
): { wrap: (inner: unknown) => unknown; keys: string[] }[] {
  const properties = field(schema, 'properties');
  const additional = field(schema, 'additionalProperties');
  if (isObject(additional)) return objectsOf(additional, (inner) => wrap({ name: inner }));
  if (!isObject(properties)) return [];
  const below = Object.entries(properties).flatMap(([key, value]) =>
    isObject(value) ? objectsOf(value, (inner) => wrap({ [key]: inner })) : [],
  );
  return [{ wrap, keys: Object.keys(properties) }, ...below];
}

const OBJECTS = objectsOf(JSON_SCHEMA, (inner) => inner);

describe('the JSON Schema', () => {
  it('is what docs/config.schema.json says', () => {
    const path = new URL('../../../docs/config.schema.json', import.meta.url);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON_SCHEMA);
  });

  it('describes every object there is', () => {
    expect(OBJECTS.length).toBeGreaterThanOrEqual(9);
  });

  it('knows exactly the keys that are read', () => {
    for (const { wrap, keys } of OBJECTS) {
      const unknown = problemsOf(wrap({ no_such_setting: 1 })).find(
        ({ message }) => message === 'unknown key',
      );
      const read = unknown?.expected?.replace('one of ', '').split(', ').sort();
      expect(read, JSON.stringify(wrap({}))).toEqual([...keys].sort());
    }
  });

  it('has a sentence for every key', () => {
    const text = JSON.stringify(JSON_SCHEMA, (_key, value: unknown) => value);
    expect(text.length).toBeGreaterThan(0);
    for (const { wrap, keys } of OBJECTS) {
      const schema = schemaAt(wrap);
      for (const key of keys) {
        expect(field(field(field(schema, 'properties'), key), 'description'), key).toMatch(/\w/);
      }
    }
  });
});

function schemaAt(wrap: (inner: unknown) => unknown): unknown {
  let schema: unknown = JSON_SCHEMA;
  let document = wrap('here');
  while (document !== 'here' && isObject(document)) {
    const [key = '', below] = Object.entries(document)[0] ?? [];
    schema = field(field(schema, 'properties'), key) ?? field(schema, 'additionalProperties');
    document = below;
  }
  return schema;
}
