import type { Citation } from '../../core/conversation.ts';
import { numberField, stringField } from '../../lib/expect.ts';
import type { JsonOut } from '../../lib/json-write.ts';

/** An annotation that names an address; undefined for the others (files and containers of the provider). */
export function readCitation(annotation: unknown): Citation | undefined {
  const url = stringField(annotation, 'url');
  if (stringField(annotation, 'type') !== 'url_citation' || url === undefined) return undefined;
  const title = stringField(annotation, 'title');
  const start = numberField(annotation, 'start_index');
  const end = numberField(annotation, 'end_index');
  return {
    url,
    ...(title !== undefined && { title }),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
  };
}

/**
 * A citation as an annotation. The format demands a title and a range: without them it is the address, and all the text
 * so far.
 */
export function writeCitation({ url, title, start, end }: Citation, textLength: number): JsonOut {
  return {
    type: 'url_citation',
    start_index: start ?? 0,
    end_index: end ?? textLength,
    url,
    title: title ?? url,
  };
}
