import type { JsonText } from '../../core/conversation.ts';
import type { JsonView } from '../../lib/json-view.ts';
import { NESTED_TOO_DEEP, objectText, type SchemaField } from '../hub/schema-text.ts';
import { camel } from './names.ts';

/** Google's `Schema` (`{"type":"STRING","nullable":true}`) as JSON Schema; numbers and order stay as they are. */
export function jsonSchemaOf(view: JsonView, depth = 0): JsonText {
  if (view.kind !== 'object' || depth > NESTED_TOO_DEEP) return '{}';
  const read = new Map([...view.fields()].map(([name, value]) => [camel(name), value]));
  const nullable = read.get('nullable')?.asFlag() === true;
  const fields: SchemaField[] = [];
  for (const [name, value] of read) {
    const field = writeField(name, value, { nullable, depth, order: read.get('propertyOrdering') });
    if (field) fields.push(field);
  }
  return objectText(fields);
}

interface Place {
  readonly nullable: boolean;
  readonly depth: number;
  readonly order: JsonView | undefined;
}

function writeField(name: string, value: JsonView, place: Place): SchemaField | undefined {
  switch (name) {
    case 'type':
      return ['type', typeText(value, place.nullable)];
    case 'enum':
      return ['enum', place.nullable ? withNull(value) : value.text];
    case 'format':
      return value.asString() === 'enum' ? undefined : ['format', value.text];
    case 'nullable':
    case 'propertyOrdering':
      return undefined;
    case 'example':
      return ['examples', `[${value.text}]`];
    case 'items':
      return ['items', jsonSchemaOf(value, place.depth + 1)];
    case 'anyOf': {
      const options = value.items().map((option) => jsonSchemaOf(option, place.depth + 1));
      return ['anyOf', `[${[...options, ...(place.nullable ? ['{"type":"null"}'] : [])].join(',')}]`];
    }
    case 'properties':
      return ['properties', propertiesText(value, place)];
    default:
      return [name, countText(name, value)];
  }
}

/** Types as numbers, as Google's older Python library sends them (google/cloud/aiplatform/v1/openapi.proto). */
const TYPES = ['', 'string', 'number', 'integer', 'boolean', 'array', 'object', 'null'];

function typeText(value: JsonView, nullable: boolean): string {
  const word = value.asString()?.toLowerCase() ?? TYPES[value.asNumber() ?? 0];
  const type = JSON.stringify(word === undefined || word === '' ? 'string' : word);
  return nullable ? `[${type},"null"]` : type;
}

function withNull(list: JsonView): string {
  return `[${[...list.items().map(({ text }) => text), 'null'].join(',')}]`;
}

/** Long integers are strings there (`"minItems": "1"`). */
function countText(name: string, value: JsonView): string {
  const digits = /^(?:min|max)/.test(name) ? value.asString() : undefined;
  return digits !== undefined && /^\d+$/.test(digits) ? digits.replace(/^0+(?=\d)/, '') : value.text;
}

function propertiesText(properties: JsonView, { depth, order }: Place): string {
  const all = properties.fields();
  const first = (order?.items() ?? [])
    .flatMap((name) => name.asString() ?? [])
    .filter((name) => all.has(name));
  const names = new Set([...first, ...all.keys()]);
  const fields = [...names].map((name): SchemaField => {
    const schema = all.get(name);
    return [name, schema ? jsonSchemaOf(schema, depth + 1) : '{}'];
  });
  return objectText(fields);
}
