import { field, isObject } from '../../../lib/expect.ts';

/** A field by its JSON name, or by the name it has in Google's own files: both are understood. */
export function either(value: unknown, name: string): unknown {
  return field(value, name) ?? field(value, snakeCase(name));
}

export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** JSON text that is the same for equal values, in whatever order their fields stand. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join()}}`;
}
