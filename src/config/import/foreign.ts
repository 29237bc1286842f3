import type { KeyReference } from '../../core/profile.ts';
import { field, isObject, isString, type JsonObject } from '../../lib/expect.ts';
import { ENVIRONMENT_NAME } from '../key-reference.ts';
import { mayBeKey } from '../pasted-key.ts';

/** A value of somebody else's configuration: said outright, or the name of a variable that holds it. */
export type Written =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'env'; readonly name: string };

/** A key as somebody else's configuration has it: where it is kept, or the key itself and where it stood. */
export type KeyFound =
  | { readonly is: 'reference'; readonly reference: KeyReference }
  | { readonly is: 'secret'; readonly value: string; readonly place: string };

// LiteLLM writes os.environ/NAME, Bifrost env.NAME, claude-code-router $NAME and ${NAME}.
const REFERENCE = /^(?:os\.environ\/|env[.:])([A-Za-z_]\w*)$|^\$\{?([A-Za-z_]\w*)\}?$/;
// What examples put where a key belongs, and what servers that want none are given.
const PLACEHOLDER =
  /^(?:.{0,7}|.*\bx{3,}.*|.*\*{3,}.*|.*\byour\b.*|.*your[-_].*|<.*>|dummy.*|fake.*|no[-_]?key.*|not[-_]needed|anything)$/i;

/** Reads text, a reference to a variable, or Bifrost's object that says which of both it is. */
export function written(value: unknown): Written | undefined {
  if (isObject(value)) {
    const named = textOf(value['env_var']) ?? textOf(value['ref']);
    if (named !== undefined) return written(named.startsWith('env.') ? named : `env.${named}`);
    return written(value['value']);
  }
  const text = textOf(value);
  if (text === undefined) return undefined;
  const found = REFERENCE.exec(text);
  const name = found?.[1] ?? found?.[2];
  return name !== undefined && ENVIRONMENT_NAME.test(name) && !mayBeKey(name)
    ? { is: 'env', name }
    : { is: 'text', text };
}

/** Reads a key; undefined where there is none, or only what stands for one in examples. */
export function keyFound(value: unknown, place: string): KeyFound | undefined {
  const found = written(value);
  if (found === undefined) return undefined;
  if (found.is === 'env') return { is: 'reference', reference: { is: 'env', name: found.name } };
  if (!mayBeKey(found.text) && PLACEHOLDER.test(found.text)) return undefined;
  return { is: 'secret', value: found.text, place };
}

/** The list with what is there. */
export function present<T>(...items: readonly (T | undefined)[]): T[] {
  return items.filter((item) => item !== undefined);
}

/** Text that says something. */
export function textOf(value: unknown): string | undefined {
  const text = isString(value) ? value.trim() : undefined;
  return text === '' ? undefined : text;
}

/** The text under the first of these names that has one: tools spell the same field in several ways. */
export function textAt(value: unknown, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = textOf(field(value, name));
    if (text !== undefined) return text;
  }
  return undefined;
}

/** A number under the first of these names that has one, also where it was written as text. */
export function numberAt(value: unknown, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const found = field(value, name);
    const number = isString(found) && found.trim() !== '' ? Number(found) : found;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
  }
  return undefined;
}

export function objectIn(value: unknown, name: string): JsonObject {
  const found = field(value, name);
  return isObject(found) ? found : {};
}

export function listIn(value: unknown, name: string): readonly unknown[] {
  const found = field(value, name);
  return Array.isArray(found) ? found : [];
}

/** Only the texts of a list. */
export function textsIn(value: unknown, name: string): string[] {
  return listIn(value, name).flatMap((item) => textOf(item) ?? []);
}

/** Only the objects of a list, each with where it stands. */
export function objectsIn(
  value: unknown,
  name: string,
): { readonly place: string; readonly entry: JsonObject }[] {
  return listIn(value, name).flatMap((entry, index) =>
    isObject(entry) ? [{ place: `${name}[${index}]`, entry }] : [],
  );
}

/** The variable in an address or another setting, where it is one: `undefined` for one that is not set here. */
export function resolved(
  value: Written | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (value === undefined) return undefined;
  return value.is === 'text' ? value.text : textOf(env[value.name]);
}
