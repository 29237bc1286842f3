/** A JSON object whose fields are not known yet. */
export type JsonObject = Record<string, unknown>;

/** True for `{…}`; arrays and null are not objects here. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isString(value: unknown): value is string {
  return typeof value === 'string';
}

/** A field of an unknown value, or undefined when it is no object or has no such field of its own. */
export function field(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The field when it is a string. */
export function stringField(value: unknown, name: string): string | undefined {
  const found = field(value, name);
  return typeof found === 'string' ? found : undefined;
}

/** The field when it is a finite number. */
export function numberField(value: unknown, name: string): number | undefined {
  const found = field(value, name);
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}

/** Parses JSON text; undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The keys of a table, with their literal types (`Object.keys` forgets them). */
export function keysOf<K extends string>(table: Readonly<Record<K, unknown>>): K[] {
  return Object.keys(table) as K[];
}

/** True when `name` is one of the table's own keys. */
export function isKeyOf<K extends string>(table: Readonly<Record<K, unknown>>, name: string): name is K {
  return Object.hasOwn(table, name);
}

/** The table's own entry of that name; where others choose the name, `constructor` must not find what all objects have. */
export function entryOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** The `code` of a Node.js system error (`ECONNREFUSED`, `ENOENT`, …), if it has one. */
export function errorCode(error: unknown): string | undefined {
  return inheritedString(error, 'code');
}

/** A sentence out of whatever was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function inheritedString(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null || !(name in value)) return undefined;
  const found = (value as JsonObject)[name];
  return typeof found === 'string' ? found : undefined;
}

/** A value that our own other half wrote, taken at its word: the one place where a type is claimed, not checked. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the claim is the type parameter
export function trusted<T>(value: unknown): T {
  return value as T;
}
