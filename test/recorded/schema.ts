import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { field, isObject, type JsonObject } from '../../src/lib/expect.ts';
import { RECORDED } from './exchanges.ts';

const SPECS = join(RECORDED, 'specs');

export const hasSpecs = existsSync(join(SPECS, 'openresponses-spec.json'));

/** Checks values against the schemas of an OpenAPI document, as far as these documents use JSON Schema. */
export class Schemas {
  readonly #schemas: JsonObject;

  constructor(file: string) {
    const document = JSON.parse(readFileSync(join(SPECS, file), 'utf8')) as {
      components: { schemas: JsonObject };
    };
    this.#schemas = document.components.schemas;
  }

  /** The schema of events of this type. */
  ofEvent(type: string): string | undefined {
    return Object.keys(this.#schemas).find((name) => {
      const schema = this.#schemas[name];
      const allowed = field(field(field(schema, 'properties'), 'type'), 'enum');
      return name.endsWith('Event') && Array.isArray(allowed) && allowed.length === 1 && allowed[0] === type;
    });
  }

  /** What is wrong with the value, with the path to it; empty when nothing is. */
  problems(name: string, value: unknown): string[] {
    return this.#check({ $ref: `#/components/schemas/${name}` }, value, '');
  }

  #check(schema: unknown, value: unknown, path: string): string[] {
    if (!isObject(schema)) return [];
    const reference = schema['$ref'];
    if (typeof reference === 'string') {
      const target = this.#schemas[reference.split('/').at(-1) ?? ''];
      return target === undefined ? [`${path}: no schema ${reference}`] : this.#check(target, value, path);
    }
    const all = listOf(schema['allOf']).flatMap((part) => this.#check(part, value, path));
    const choices = [...listOf(schema['anyOf']), ...listOf(schema['oneOf'])];
    return [...all, ...this.#checkChoices(choices, value, path), ...this.#checkValue(schema, value, path)];
  }

  #checkChoices(choices: readonly unknown[], value: unknown, path: string): string[] {
    if (choices.length === 0) return [];
    const tries = choices.map((choice) => this.#check(choice, value, path));
    if (tries.some((problems) => problems.length === 0)) return [];
    return tries.sort((a, b) => a.length - b.length)[0] ?? [];
  }

  #checkValue(schema: JsonObject, value: unknown, path: string): string[] {
    const type = schema['type'];
    if (typeof type === 'string' && !isOfType(type, value))
      return [`${path}: ${JSON.stringify(value)?.slice(0, 80)} is no ${type}`];
    const allowed = schema['enum'];
    if (Array.isArray(allowed) && !allowed.includes(value))
      return [`${path}: ${JSON.stringify(value)} is none of ${JSON.stringify(allowed)}`];
    if (Array.isArray(value))
      return value.flatMap((item, index) => this.#check(schema['items'], item, `${path}/${index}`));
    if (!isObject(value)) return [];
    const missing = listOf(schema['required']).filter((name) => !Object.hasOwn(value, String(name)));
    const properties = isObject(schema['properties']) ? schema['properties'] : {};
    return [
      ...missing.map((name) => `${path}: ${String(name)} is missing`),
      ...Object.keys(value).flatMap((name) => this.#check(properties[name], value[name], `${path}/${name}`)),
    ];
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  array: (value) => Array.isArray(value),
  object: isObject,
  null: (value) => value === null,
};

function isOfType(type: string, value: unknown): boolean {
  return TYPES[type]?.(value) ?? true;
}
