import { type Outcome, failed, ok } from '../../core/outcome.ts';
import { isObject, keysOf } from '../../lib/expect.ts';
import type { Objection } from '../trouble.ts';

/** What is wrong with a request, in the order a provider would find it. */
export type Objections = Generator<Objection, void, undefined>;

/** The value, unless there is an objection; providers tell the first one they find. */
export function unless<T>(objections: Objections, make: () => T): Outcome<T, Objection> {
  const { done, value } = objections.next();
  return done === true || value === undefined ? ok(make()) : failed(value);
}

/** The fields of an object that are not among those known. */
export function unknownFields(value: unknown, known: ReadonlySet<string>): string[] {
  return isObject(value) ? keysOf(value).filter((name) => !known.has(name)) : [];
}

/** The list, or an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
