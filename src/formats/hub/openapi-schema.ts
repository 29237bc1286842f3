import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { describe, type FittedSchema, NESTED_TOO_DEEP, objectText, type SchemaField } from './schema-text.ts';

/** The schema in the subset of OpenAPI 3.0 that Gemini calls `Schema` (https://ai.google.dev/api/caching#Schema). */
export function openApiSchema(root: JsonView): FittedSchema {
  const writer = new OpenApiWriter(root);
  const schema = writer.write(root, []);
  return { schema, lossy: writer.lossy };
}

/** References may unfold to more than was ever written: two to each level double it every time. */
const MOST_SCHEMAS = 5000;

/** Keywords that mean the same there, in the order in which they are written. */
const SAME = new Set([
  'title',
  'default',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'minLength',
  'maxLength',
  'pattern',
  'minimum',
  'maximum',
  'nullable',
  'propertyOrdering',
]);

/** Read by a method of their own, or constraining nothing. */
const HANDLED = new Set([
  '$schema',
  '$id',
  '$anchor',
  '$comment',
  '$defs',
  'definitions',
  '$ref',
  'type',
  'enum',
  'const',
  'format',
  'description',
  'properties',
  'required',
  'items',
  'anyOf',
  'oneOf',
  'allOf',
  'examples',
  'readOnly',
  'writeOnly',
  'deprecated',
]);

/** "only 'enum' and 'date-time' are supported for STRING type" (the API's own refusal). */
const FORMATS = new Set(['enum', 'date-time', 'float', 'double', 'int32', 'int64']);

const TYPES: ReadonlyMap<string, string> = new Map([
  ['string', 'STRING'],
  ['number', 'NUMBER'],
  ['integer', 'INTEGER'],
  ['boolean', 'BOOLEAN'],
  ['array', 'ARRAY'],
  ['object', 'OBJECT'],
]);

class OpenApiWriter {
  readonly #root: JsonView;
  #written = 0;
  lossy = false;

  constructor(root: JsonView) {
    this.#root = root;
  }

  /** @param inside The references that are being unfolded. */
  write(view: JsonView, inside: readonly string[]): string {
    this.#written++;
    if (view.kind !== 'object' || inside.length > NESTED_TOO_DEEP || this.#written > MOST_SCHEMAS) {
      this.lossy = true;
      return '{"type":"OBJECT"}';
    }
    const ref = view.string('$ref');
    if (ref !== undefined) return this.#unfold(view, ref, inside);
    const only = onlyOption(view);
    return objectText(only ? this.#merge(view, only, [...inside, '']) : this.#fields(view, [...inside, '']));
  }

  /** A choice of one (beside null) is that one, with what is said around it. */
  #merge(view: JsonView, option: JsonView, inside: readonly string[]): SchemaField[] {
    const written = viewJson(this.write(option, inside));
    const around = new Map<string, string>();
    for (const name of ['title', 'default']) {
      const value = view.fields().get(name);
      if (value) around.set(name, value.text);
    }
    if (optionsOf(view).some(isNull)) around.set('nullable', 'true');
    const description = view.fields().get('description');
    if (description) around.set('description', description.text);
    const inner = [...(written?.fields() ?? [])].filter(([name]) => !around.has(name));
    return [...inner.map(([name, value]): SchemaField => [name, value.text]), ...around];
  }

  #unfold(view: JsonView, ref: string, inside: readonly string[]): string {
    const found = ref.startsWith('#') ? resolve(this.#root, ref) : undefined;
    if (found && !inside.includes(ref)) return this.write(found, [...inside, ref]);
    this.lossy = true;
    const fields: SchemaField[] = [['type', '"OBJECT"']];
    describe(fields, view.string('description') ?? found?.string('description'), []);
    return objectText(fields);
  }

  #fields(view: JsonView, inside: readonly string[]): SchemaField[] {
    const fields: SchemaField[] = [];
    const told: [string, JsonView][] = [];
    const types = typesOf(view);
    const options = this.#options(view, types);
    const [type] = types.filter((name) => name !== 'null');
    if (type !== undefined && options.length === 0) fields.push(['type', `"${TYPES.get(type) ?? 'STRING'}"`]);
    if (types.includes('null') || options.some(isNull) || hasNull(view)) fields.push(['nullable', 'true']);
    this.#addValues(view, type, fields, told);
    for (const [name, value] of view.fields()) {
      if (SAME.has(name)) fields.push([name, value.text]);
      else if (name === 'format' && FORMATS.has(value.asString() ?? '')) fields.push([name, value.text]);
      else if (!this.#isKnown(name, value)) told.push([name, value]);
    }
    this.#addChildren(view, type, inside, fields);
    const written = options.filter((option) => !isNull(option)).map((option) => this.write(option, inside));
    if (written.length > 0) fields.push(['anyOf', `[${written.join(',')}]`]);
    if (told.length > 0) this.lossy = true;
    describe(fields, view.string('description'), told);
    return fields;
  }

  /** A closed object is what is meant there anyway. */
  #isKnown(name: string, value: JsonView): boolean {
    if (name === 'additionalProperties') return value.text === 'false' || value.text === 'true';
    return HANDLED.has(name) && name !== 'format';
  }

  /** The schemas of which one must hold; several types are such schemas too. */
  #options(view: JsonView, types: readonly string[]): readonly JsonView[] {
    const listed = optionsOf(view);
    if (view.list('allOf').length > 1) this.lossy = true;
    const several = types.filter((name) => name !== 'null');
    if (listed.length > 0 || several.length < 2) return listed;
    return several.flatMap((name) => viewJson(JSON.stringify({ type: name })) ?? []);
  }

  /** A list of values can be had of strings only. */
  #addValues(
    view: JsonView,
    type: string | undefined,
    fields: SchemaField[],
    told: [string, JsonView][],
  ): void {
    const single = view.fields().get('const');
    const listed = view.get('enum');
    const values = (single ? [single] : (listed?.items() ?? [])).filter((value) => value.text !== 'null');
    if (values.length === 0) return;
    if (values.every((value) => value.kind === 'string') && (type ?? 'string') === 'string') {
      if (type === undefined) fields.unshift(['type', '"STRING"']);
      if (view.string('format') !== 'enum') fields.push(['format', '"enum"']);
      fields.push(['enum', `[${values.map(({ text }) => text).join(',')}]`]);
      return;
    }
    if (single) told.push(['const', single]);
    else if (listed) told.push(['enum', listed]);
  }

  #addChildren(
    view: JsonView,
    type: string | undefined,
    inside: readonly string[],
    fields: SchemaField[],
  ): void {
    const all = [view, ...view.list('allOf').map((part) => this.#target(part, inside))];
    const properties = new Map(all.flatMap((part) => [...(part.get('properties')?.fields() ?? [])]));
    const required = all
      .flatMap((part) => part.list('required'))
      .filter((name) => properties.has(name.asString() ?? ''));
    if (properties.size > 0) {
      const written = [...properties].map(([name, schema]): SchemaField => [
        name,
        this.write(schema, inside),
      ]);
      fields.push(['properties', objectText(written)]);
    }
    if (required.length > 0) fields.push(['required', `[${required.map(({ text }) => text).join(',')}]`]);
    if (type !== 'array') return;
    const items = view.get('items');
    if (items?.kind === 'object') fields.push(['items', this.write(items, inside)]);
    else {
      // "items: missing field" (the API's own refusal).
      this.lossy = true;
      fields.push(['items', '{"type":"STRING"}']);
    }
  }

  #target(part: JsonView, inside: readonly string[]): JsonView {
    const ref = part.string('$ref');
    const found = ref === undefined || inside.includes(ref) ? undefined : resolve(this.#root, ref);
    return found ?? part;
  }
}

/** What the schema says of the type, or what follows from its other keywords. */
function typesOf(view: JsonView): string[] {
  const type = view.get('type');
  const said = type?.kind === 'array' ? type.items().map((item) => item.asString()) : [type?.asString()];
  const named = said.flatMap((name) => (name === undefined ? [] : [name.toLowerCase()]));
  if (named.length > 0) return named;
  if (view.get('properties') || view.list('allOf').length > 0) return ['object'];
  return view.get('items') || view.get('prefixItems') ? ['array'] : [];
}

function optionsOf(view: JsonView): JsonView[] {
  return [...view.list('anyOf'), ...view.list('oneOf')];
}

/** The one schema that `allOf`, `anyOf` or `oneOf` leaves when nothing but words stands beside it. */
function onlyOption(view: JsonView): JsonView | undefined {
  if (['type', 'properties', 'items', 'enum', 'const'].some((name) => view.get(name))) return undefined;
  const options = [...view.list('allOf'), ...optionsOf(view)].filter((option) => !isNull(option));
  return options.length === 1 ? options[0] : undefined;
}

function isNull(option: JsonView): boolean {
  return option.string('type') === 'null' || option.fields().get('const')?.text === 'null';
}

function hasNull(view: JsonView): boolean {
  return view.list('enum').some((value) => value.text === 'null');
}

/** A JSON pointer into the schema itself (RFC 6901). */
function resolve(root: JsonView, ref: string): JsonView | undefined {
  let at: JsonView | undefined = root;
  for (const step of ref.slice(1).split('/').slice(1)) {
    const name = decodeURIComponentOf(step).replaceAll('~1', '/').replaceAll('~0', '~');
    at = at?.kind === 'array' ? at.items()[Number(name)] : at?.fields().get(name);
  }
  return at;
}

function decodeURIComponentOf(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
