import type { JsonText } from '../../core/conversation.ts';
import type { JsonView } from '../../lib/json-view.ts';

/** A schema in a target's dialect. */
export interface FittedSchema {
  readonly schema: JsonText;
  /** It says less than the caller's. */
  readonly lossy: boolean;
}

/** A field's name, and the JSON text of its value. Not an object: that would sort names that are numbers. */
export type SchemaField = readonly [name: string, json: string];

/** Deeper than any schema that a model understands, and not so deep that it overflows the stack. */
export const NESTED_TOO_DEEP = 100;

/** The JSON text of these fields, in their order. */
export function objectText(fields: readonly SchemaField[]): string {
  return `{${fields.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`;
}

/** Adds the description, with what a dialect has no keyword for at its end. */
export function describe(
  fields: SchemaField[],
  description: string | undefined,
  told: readonly (readonly [string, JsonView])[],
): void {
  const rules = told.map(([name, value]) => `${name}: ${value.asString() ?? value.text}`);
  const words = rules.length === 0 ? [] : [`${rules.join('; ')}.`];
  const lines = [...(description === undefined ? [] : [description]), ...words];
  if (lines.length > 0) fields.push(['description', JSON.stringify(lines.join('\n'))]);
}
