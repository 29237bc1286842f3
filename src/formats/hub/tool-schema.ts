import type { JsonText } from '../../core/conversation.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { type FittedSchema, objectText, type SchemaField } from './schema-text.ts';

const NO_ARGUMENTS: JsonText = '{"type":"object","properties":{}}';
const COMPOSITIONS = ['anyOf', 'oneOf', 'allOf'] as const;

/**
 * The schema of a tool's arguments. At its root stands `type: object` and nothing that composes schemas ("input_schema
 * does not support oneOf, allOf, or anyOf at the top level"): the properties of all variants are offered instead. A
 * schema that is like that already keeps its every byte.
 */
export function toolSchema(text: JsonText | undefined): FittedSchema {
  if (text === undefined) return { schema: NO_ARGUMENTS, lossy: false };
  const root = viewJson(text);
  if (root?.kind !== 'object') return { schema: NO_ARGUMENTS, lossy: root?.text !== 'null' };
  const type = root.get('type');
  const isComposed = COMPOSITIONS.some((name) => root.get(name));
  if (!isComposed && type?.asString() === 'object') return { schema: root.text, lossy: false };
  if (!isComposed && !root.fields().has('type')) return { schema: withType(root.text), lossy: false };
  return { schema: rebuild(root), lossy: isComposed || !isObjectType(type) };
}

/** Written into the text, because names that are numbers would change their places in an object. */
function withType(text: JsonText): JsonText {
  const rest = text.slice(1).trimStart();
  return rest === '}' ? NO_ARGUMENTS : `{"type":"object",${rest}`;
}

function isObjectType(type: JsonView | undefined): boolean {
  return type === undefined || type.items().some((item) => item.asString() === 'object');
}

function rebuild(root: JsonView): JsonText {
  const replaced: readonly string[] = ['type', 'properties', ...COMPOSITIONS];
  const others = [...root.fields()].filter(([name]) => !replaced.includes(name));
  const offered = new Map<string, JsonView>();
  collectProperties(root, root, offered, 0);
  return objectText([['type', '"object"'], ['properties', fieldsText(offered)], ...others.map(asText)]);
}

function fieldsText(fields: ReadonlyMap<string, JsonView>): JsonText {
  return objectText([...fields].map(asText));
}

function asText([name, view]: readonly [string, JsonView]): SchemaField {
  return [name, view.text];
}

/** Variants of variants end somewhere; a schema that refers to itself does not. */
const DEEPEST_VARIANT = 4;

function collectProperties(
  root: JsonView,
  schema: JsonView,
  offered: Map<string, JsonView>,
  depth: number,
): void {
  for (const [name, property] of schema.get('properties')?.fields() ?? []) {
    if (!offered.has(name)) offered.set(name, property);
  }
  if (depth === DEEPEST_VARIANT) return;
  for (const composition of COMPOSITIONS) {
    for (const variant of schema.list(composition))
      collectProperties(root, resolve(root, variant), offered, depth + 1);
  }
}

/** Follows `#/$defs/Name` and `#/definitions/Name`. */
function resolve(root: JsonView, schema: JsonView): JsonView {
  const [, place, name] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(schema.string('$ref') ?? '') ?? [];
  const found = place === undefined ? undefined : root.get(place)?.get(name ?? '');
  return found ?? schema;
}
