import { field, isObject, type JsonObject, keysOf, numberField, stringField } from '../lib/expect.ts';
import { pick, randomFrom } from './random.ts';

const WORDS = ['harbour', 'orchard', 'lantern', 'river', 'almond', 'violin', 'Lisbon', 'Ghent'] as const;
// A schema may refer to itself without end.
const MAX_DEPTH = 8;

/** A value that fits the JSON Schema, the same one for the same seed: tool arguments and structured output. */
export function valueOfSchema(schema: unknown, seed: number): unknown {
  return build(schema, randomFrom(seed), 0, schema);
}

function build(schema: unknown, random: () => number, depth: number, root: unknown): unknown {
  if (depth > MAX_DEPTH) return null;
  const resolved = resolve(schema, root);
  if (Array.isArray(field(resolved, 'enum'))) return firstOf(field(resolved, 'enum'));
  if (field(resolved, 'const') !== undefined) return field(resolved, 'const');
  const variants = field(resolved, 'anyOf') ?? field(resolved, 'oneOf');
  if (Array.isArray(variants)) return build(variants[0], random, depth + 1, root);
  const kind = typeOf(resolved);
  if (kind === 'object') return buildObject(resolved, random, depth, root);
  if (kind === 'array') return [build(field(resolved, 'items'), random, depth + 1, root)];
  return scalar(kind, resolved, random);
}

function buildObject(schema: unknown, random: () => number, depth: number, root: unknown): JsonObject {
  const built: JsonObject = {};
  const properties = field(schema, 'properties');
  if (!isObject(properties)) return built;
  for (const name of keysOf(properties)) built[name] = build(properties[name], random, depth + 1, root);
  return built;
}

function scalar(kind: string, schema: unknown, random: () => number): unknown {
  const lowest = numberField(schema, 'minimum') ?? 1;
  if (kind === 'integer') return lowest + Math.floor(random() * 40);
  if (kind === 'number') return lowest + Math.round(random() * 400) / 10;
  if (kind === 'boolean') return random() < 0.5;
  if (kind === 'null') return null;
  return pick(WORDS, random);
}

function typeOf(schema: unknown): string {
  const kind = field(schema, 'type');
  if (Array.isArray(kind)) return String(kind[0]);
  if (typeof kind === 'string') return kind;
  return field(schema, 'properties') === undefined ? 'string' : 'object';
}

function resolve(schema: unknown, root: unknown): unknown {
  const reference = stringField(schema, '$ref');
  if (!reference?.startsWith('#/')) return schema;
  let found = root;
  for (const step of reference.slice(2).split('/')) found = field(found, step);
  return found;
}

function firstOf(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined;
}
