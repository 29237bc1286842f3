import type { Citation } from '../../core/conversation.ts';
import type { JsonView } from '../../lib/json-view.ts';
import type { JsonOut } from '../../lib/json-write.ts';

/** Where a candidate's text comes from, as far as it has an address. Places in the text are bytes there, and left out. */
export function readCitations(candidate: JsonView): Citation[] {
  const chunks = candidate.get('groundingMetadata')?.list('groundingChunks') ?? [];
  const sources = candidate.get('citationMetadata');
  return [
    ...chunks.flatMap((chunk) => source(chunk.get('web')) ?? []),
    // Vertex AI says `citations`, Google AI `citationSources`.
    ...[...(sources?.list('citations') ?? []), ...(sources?.list('citationSources') ?? [])].flatMap(
      (citation) => source(citation) ?? [],
    ),
  ];
}

function source(place: JsonView | undefined): Citation | undefined {
  const url = place?.string('uri');
  const title = place?.string('title');
  return url === undefined ? undefined : { url, ...(title !== undefined && { title }) };
}

/** The same as a candidate's `groundingMetadata`, where Google's clients look for sources. */
export function writeCitations(citations: readonly Citation[]): JsonOut {
  if (citations.length === 0) return undefined;
  return { groundingChunks: citations.map(({ url, title }) => ({ web: { uri: url, title } })) };
}
