import type { Citation } from '../../core/conversation.ts';
import { field, numberField, stringField } from '../../lib/expect.ts';
import type { JsonOut } from '../../lib/json-write.ts';

/** An annotation that names an address; undefined for the others (files of the provider). */
export function readAnnotation(annotation: unknown): Citation | undefined {
  const cited = field(annotation, 'url_citation');
  const url = stringField(cited, 'url');
  if (url === undefined || url === '') return undefined;
  const title = stringField(cited, 'title');
  const start = numberField(cited, 'start_index');
  const end = numberField(cited, 'end_index');
  // OpenRouter says 0 and 0 where it does not know the place.
  const placed = start !== undefined && end !== undefined && end > start;
  return { url, ...(title !== undefined && title !== '' && { title }), ...(placed && { start, end }) };
}

/**
 * A citation as an annotation. Clients demand a title and a range: without them it is the address, and the text of the
 * part. @param from Where the part's text begins in the message. @param length Characters of the part's text.
 */
export function writeAnnotation({ url, title, start, end }: Citation, from: number, length: number): JsonOut {
  return {
    type: 'url_citation',
    url_citation: {
      start_index: from + (start ?? 0),
      end_index: from + (end ?? length),
      title: title ?? url,
      url,
    },
  };
}
