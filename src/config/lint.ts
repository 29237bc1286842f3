import type { JsonObject } from '../lib/expect.ts';
import { matching, type ObjectReader } from './reader.ts';

// Which codes there are is the command's to say: a file that names one of a later version must still be read.
const code = matching(
  /^[a-z]+(-[a-z]+)*(:\S+)?$/,
  'a code that gw lint tells: "one-target", or "one-target:local" for one route',
);

/** Reads what `gw lint` is not to tell. */
export function readLint(reader: ObjectReader | undefined): readonly string[] {
  const ignored = reader?.list('ignore', code) ?? [];
  reader?.finish();
  return ignored;
}

/** The same for editors. */
export const LINT_SCHEMA: JsonObject = {
  type: 'object',
  description: 'What gw lint is not to tell.',
  properties: {
    ignore: {
      type: 'array',
      description: 'Findings that are meant so: "one-target", or "one-target:local" for one route.',
      items: { type: 'string' },
      uniqueItems: true,
    },
  },
  additionalProperties: false,
};
