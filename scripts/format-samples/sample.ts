import type { JsonObject } from '../../src/lib/expect.ts';

/** One thing a caller can ask for or say, as it stands in a request. */
export interface Sample {
  readonly what: string;
  /** Laid over the plain request of its format. */
  readonly body: JsonObject;
}

/** A plain request of one format, and everything that can be in one besides. */
export interface FormatSamples {
  readonly plain: JsonObject;
  readonly samples: readonly Sample[];
}

/** A picture, shortened. */
export const PNG = 'iVBORw0KGgo=';
/** Where a picture could be. */
export const PAGE = 'https://example.com/a';
/** With a keyword that not every provider knows. */
export const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string', pattern: '^[A-Z]' } },
  required: ['city'],
  additionalProperties: false,
};

export function say(what: string, body: JsonObject): Sample {
  return { what, body };
}
