import { failed, ok, type Outcome } from '../core/outcome.ts';
import { isObject, isString, type JsonObject, parseJson } from '../lib/expect.ts';
import { mayBeKey } from './pasted-key.ts';

const PLAIN = /^[A-Za-z0-9_$-]+$/;

/** The name of a place below another: `routes` and `gpt-4.1` give `routes."gpt-4.1"`. A pasted key is not repeated. */
export function placeBelow(parent: string, key: string | number): string {
  if (typeof key === 'number') return `${parent}[${key}]`;
  const segment = mayBeKey(key) ? '"[hidden]"' : PLAIN.test(key) ? key : JSON.stringify(key);
  return parent === '' ? segment : `${parent}.${segment}`;
}

/** Reads `profiles.default.routes."gpt-4.1".targets[0]` into its segments; lists take `[0]` or `.0`. */
export function parsePlace(text: string): Outcome<readonly string[], string> {
  const segments: string[] = [];
  let rest = text.trim();
  if (rest === '') return ok([]);
  for (;;) {
    const found = /^(?:"((?:[^"\\]|\\.)*)"|([^.[\]"\s]+)|\[(\d+)\])/.exec(rest);
    if (!found) return failed(`cannot read ${JSON.stringify(rest)}: names with dots go in double quotes`);
    segments.push(found[1] === undefined ? (found[2] ?? found[3] ?? '') : unquote(found[1]));
    rest = rest.slice(found[0].length);
    if (rest === '') return ok(segments);
    if (rest.startsWith('.')) rest = rest.slice(1);
    else if (!rest.startsWith('[')) return failed(`expected a dot before ${JSON.stringify(rest)}`);
  }
}

function unquote(text: string): string {
  const value = parseJson(`"${text}"`);
  return isString(value) ? value : text;
}

/** What a document holds at a place; undefined when there is nothing. */
export function valueAt(document: unknown, segments: readonly string[]): unknown {
  let value = document;
  for (const segment of segments) {
    if (Array.isArray(value)) value = value[listIndex(segment)];
    else if (isObject(value) && Object.hasOwn(value, segment)) value = value[segment];
    else return undefined;
  }
  return value;
}

/** Puts a value at a place, making the objects on the way; answers with what stands in the way, if anything does. */
export function putAt(document: JsonObject, segments: readonly string[], value: unknown): string | undefined {
  const parent = containerOf(document, segments);
  if (typeof parent === 'string') return parent;
  const last = segments[segments.length - 1];
  if (last === undefined) return 'a place is needed';
  if (!Array.isArray(parent)) {
    define(parent, last, value);
    return undefined;
  }
  const index = listIndex(last);
  if (!(index >= 0 && index <= parent.length)) return `a list of ${parent.length} has no place ${last}`;
  parent[index] = value;
  return undefined;
}

/** Takes away what is at a place; false when there was nothing. */
export function removeAt(document: JsonObject, segments: readonly string[]): boolean {
  const parent = valueAt(document, segments.slice(0, -1));
  const last = segments[segments.length - 1];
  if (last === undefined || valueAt(document, segments) === undefined) return false;
  if (Array.isArray(parent)) parent.splice(listIndex(last), 1);
  else if (isObject(parent)) delete parent[last];
  return true;
}

function containerOf(document: JsonObject, segments: readonly string[]): JsonObject | unknown[] | string {
  let container: JsonObject | unknown[] = document;
  let place = '';
  for (const segment of segments.slice(0, -1)) {
    place = placeBelow(place, segment);
    let next = valueAt(container, [segment]);
    if (next === undefined && !Array.isArray(container)) define(container, segment, (next = {}));
    if (!isObject(next) && !Array.isArray(next)) return `${place} holds no object or list`;
    container = next;
  }
  return container;
}

/** An assignment to `__proto__` would change the object instead of adding a key that can be reported. */
function define(object: JsonObject, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

function listIndex(segment: string): number {
  return /^\d+$/.test(segment) ? Number(segment) : -1;
}
