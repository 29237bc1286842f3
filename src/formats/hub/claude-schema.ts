import type { JsonText } from '../../core/conversation.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { type FittedSchema, NESTED_TOO_DEEP } from './schema-text.ts';
import { schemaFor } from './schema.ts';

/** Anthropic refuses more than 24 properties that may be left out, all objects together. */
const MOST_OPTIONAL = 24;

/**
 * The schema of an answer, or of a tool whose arguments are enforced. Undefined when it cannot be enforced: it refers to
 * itself ("recursive schemas are not supported"), or leaves open which properties an object has, of which the model
 * would then give none.
 */
export function enforcedSchema(text: JsonText): FittedSchema | undefined {
  const root = viewJson(text);
  if (root?.kind !== 'object') return undefined;
  const survey = new SchemaSurvey(root);
  survey.visit(root, 0);
  return survey.isOpen || survey.optional > MOST_OPTIONAL ? undefined : schemaFor('anthropic', text);
}

/** Looks for what cannot be enforced. */
class SchemaSurvey {
  readonly #root: JsonView;
  /** The definitions being looked into: meeting one again means that it contains itself. */
  readonly #path: string[] = [];
  readonly #known = new Set<string>();
  isOpen = false;
  optional = 0;

  constructor(root: JsonView) {
    this.#root = root;
  }

  visit(schema: JsonView, depth: number): void {
    if (depth > NESTED_TOO_DEEP) return;
    if (schema.kind === 'array') for (const item of schema.items()) this.visit(item, depth + 1);
    if (schema.kind !== 'object') return;
    this.#follow(schema.string('$ref'), depth);
    if (schema.string('type') === 'object' || schema.get('properties')?.kind === 'object')
      this.#count(schema);
    for (const [name, value] of schema.fields()) {
      // Definitions are looked into where they are referred to.
      if (name !== '$defs' && name !== 'definitions') this.visit(value, depth + 1);
    }
  }

  #count(schema: JsonView): void {
    const more = schema.get('additionalProperties');
    const properties = schema.get('properties')?.fields();
    this.isOpen ||= more !== undefined && more.text !== 'false';
    this.isOpen ||= properties === undefined && more === undefined;
    const required = new Set(schema.list('required').map((item) => item.asString()));
    for (const name of properties?.keys() ?? []) if (!required.has(name)) this.optional++;
  }

  #follow(reference: string | undefined, depth: number): void {
    if (reference === undefined) return;
    if (reference === '#' || this.#path.includes(reference)) {
      this.isOpen = true;
      return;
    }
    const [, place, name] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(reference) ?? [];
    const target = place === undefined ? undefined : this.#root.get(place)?.get(name ?? '');
    if (!target || this.#known.has(reference)) return;
    this.#path.push(reference);
    this.visit(target, depth + 1);
    this.#path.pop();
    this.#known.add(reference);
  }
}
