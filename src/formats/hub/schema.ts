import type { JsonText } from '../../core/conversation.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { openApiSchema } from './openapi-schema.ts';
import { describe, type FittedSchema, NESTED_TOO_DEEP, objectText, type SchemaField } from './schema-text.ts';

/**
 * What a target knows of JSON Schema:
 * - `anthropic`: structured output (https://docs.claude.com/en/docs/build-with-claude/structured-outputs).
 * - `gemini`: the subset of OpenAPI 3.0 in `parameters` and `responseSchema`.
 * - `gemini-json`: the subset of JSON Schema in `responseJsonSchema`.
 */
export type SchemaDialect = 'anthropic' | 'gemini' | 'gemini-json';

/**
 * The schema in a target's dialect. Property order and numbers stay as they were written; what the dialect cannot say is
 * told in the description, where the model reads it, and makes the result `lossy`.
 */
export function schemaFor(dialect: SchemaDialect, text: JsonText): FittedSchema {
  const view = viewJson(text);
  if (view?.kind !== 'object') return { schema: '{"type":"object","properties":{}}', lossy: true };
  if (dialect === 'gemini') return openApiSchema(view);
  const fitter = new SchemaFitter(DIALECTS[dialect]);
  return { schema: fitter.fit(view, 0), lossy: fitter.lossy };
}

/** One dialect of JSON Schema. */
interface JsonDialect {
  /** Keywords that stay as they are, beside those that hold schemas. */
  readonly kept: ReadonlySet<string> | 'all';
  readonly formats: ReadonlySet<string> | 'any';
  /** Objects may have no properties but the named ones, and must say so. */
  readonly closed: boolean;
  /** Knows a single value as a list of one only, and definitions under their newer name only. */
  readonly newer: boolean;
}

const DIALECTS: Readonly<Record<Exclude<SchemaDialect, 'gemini'>, JsonDialect>> = {
  // The same as the official SDK makes of a schema (@anthropic-ai/sdk, lib/transform-json-schema.ts).
  anthropic: {
    kept: new Set(['$schema', '$id', 'title', 'default', 'const', 'enum', 'type', 'required']),
    formats: new Set([
      'date-time',
      'time',
      'date',
      'duration',
      'email',
      'hostname',
      'uri',
      'ipv4',
      'ipv6',
      'uuid',
    ]),
    closed: true,
    newer: false,
  },
  // Documented are a few keywords (https://ai.google.dev/api/generate-content#FIELDS.response_json_schema), but all are
  // taken in recorded traffic; `const` and what stands beside a reference are not, as the AI SDK found too.
  'gemini-json': {
    kept: 'all',
    formats: 'any',
    closed: false,
    newer: true,
  },
};

/** Keywords whose values are schemas by name, a list of schemas, or a schema. */
const MAPS = new Set(['properties', '$defs', 'definitions']);
const LISTS = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);

/** Keywords that constrain nothing. */
const SILENT = new Set(['$schema', '$id', '$comment', 'examples', 'readOnly', 'writeOnly', 'deprecated']);

/** Writes one schema anew in a dialect. */
class SchemaFitter {
  readonly #dialect: JsonDialect;
  lossy = false;

  constructor(dialect: JsonDialect) {
    this.#dialect = dialect;
  }

  fit(view: JsonView, depth: number): string {
    if (view.kind !== 'object') return view.text;
    if (depth > NESTED_TOO_DEEP) {
      this.lossy = true;
      return '{}';
    }
    const ref = view.get('$ref');
    if (ref) return this.#reference(view, ref, depth);
    const fields: SchemaField[] = [];
    const told: [string, JsonView][] = [];
    for (const [name, value] of view.fields()) {
      const field = this.#field(name, value, depth);
      if (field) fields.push(field);
      else if (!SILENT.has(name) && name !== 'description' && !this.#isClosing(name))
        told.push([name, value]);
    }
    if (told.length > 0) this.lossy = true;
    this.#close(view, fields);
    describe(fields, view.string('description'), told);
    return objectText(fields);
  }

  /** Beside a reference nothing may stand but definitions; what is said of it goes around it. */
  #reference(view: JsonView, ref: JsonView, depth: number): string {
    const description = view.string('description');
    const text = this.#dialect.newer ? ref.text.replace('"#/definitions/', '"#/$defs/') : ref.text;
    const fields: SchemaField[] =
      description === undefined ? [['$ref', text]] : [['anyOf', `[${objectText([['$ref', text]])}]`]];
    for (const name of ['$defs', 'definitions']) {
      const definitions = view.get(name);
      if (definitions) fields.push([this.#rename(name), this.#map(definitions, depth)]);
    }
    describe(fields, description, []);
    return objectText(fields);
  }

  #field(name: string, value: JsonView, depth: number): SchemaField | undefined {
    if (MAPS.has(name) && value.kind === 'object') return [this.#rename(name), this.#map(value, depth)];
    if (LISTS.has(name) && value.kind === 'array') return this.#list(name, value, depth);
    if (name === 'items') return [name, this.#items(value, depth)];
    if (name === 'additionalProperties' && !this.#dialect.closed) return [name, this.fit(value, depth + 1)];
    if (name === 'const' && this.#dialect.newer) return ['enum', `[${value.text}]`];
    if (name === 'format') return this.#knowsFormat(value) ? [name, value.text] : undefined;
    // None or at least one is all that can be said of a list's length there.
    if (name === 'minItems' && this.#dialect.closed)
      return /^[01]$/.test(value.text) ? [name, value.text] : undefined;
    return this.#keeps(name) ? [name, value.text] : undefined;
  }

  #map(map: JsonView, depth: number): string {
    return objectText([...map.fields()].map(([name, schema]) => [name, this.fit(schema, depth + 1)]));
  }

  #list(name: string, list: JsonView, depth: number): SchemaField | undefined {
    if (name === 'prefixItems' && !this.#dialect.newer) return undefined;
    const schemas = list.items().map((schema) => this.fit(schema, depth + 1));
    return [name === 'oneOf' && !this.#dialect.newer ? 'anyOf' : name, `[${schemas.join(',')}]`];
  }

  /** A list of schemas is how tuples were told before `prefixItems`. */
  #items(items: JsonView, depth: number): string {
    if (items.kind !== 'array') return this.fit(items, depth + 1);
    return `[${items
      .items()
      .map((schema) => this.fit(schema, depth + 1))
      .join(',')}]`;
  }

  #rename(name: string): string {
    return name === 'definitions' && this.#dialect.newer ? '$defs' : name;
  }

  #knowsFormat(value: JsonView): boolean {
    const { formats } = this.#dialect;
    return formats === 'any' || formats.has(value.asString() ?? '');
  }

  #keeps(name: string): boolean {
    const { kept } = this.#dialect;
    return kept === 'all' ? name !== 'description' : kept.has(name);
  }

  #isClosing(name: string): boolean {
    return name === 'additionalProperties' && this.#dialect.closed;
  }

  #close(view: JsonView, fields: SchemaField[]): void {
    if (!this.#dialect.closed) return;
    if (view.string('type') !== 'object' && view.get('properties') === undefined) return;
    const others = view.get('additionalProperties');
    // An object of any names is what the dialect cannot say.
    if (others !== undefined && others.text !== 'false') this.lossy = true;
    fields.push(['additionalProperties', 'false']);
  }
}
