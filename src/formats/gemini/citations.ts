import type { Citation } from '../../core/conversation.ts';
import type { JsonView } from '../../lib/json-view.ts';
import type { JsonOut } from '../../lib/json-write.ts';

/**
 * Where a candidate's text comes from; undefined for a source without an address, as files of the provider are. Places in
 * the text are bytes there, and left out.
 */
export function readCitations(candidate: JsonView): (Citation | undefined)[] {
  const chunks = candidate.get('groundingMetadata')?.list('groundingChunks') ?? [];
  const sources = candidate.get('citationMetadata');
  return [
    // Each is one of `web`, `maps`, `retrievedContext` (https://ai.google.dev/api/generate-content#GroundingChunk).
    ...chunks.flatMap((chunk) => [...chunk.fields().values()].map(source)),
    // Vertex AI says `citations`, Google AI `citationSources`.
    ...[...(sources?.list('citations') ?? []), ...(sources?.list('citationSources') ?? [])].map(source),
  ];
}

function source(place: JsonView): Citation | undefined {
  const url = place.string('uri');
  const title = place.string('title');
  // In a bucket of Google's (`gs:`) nobody else can look.
  if (url === undefined || /^(?!https?:)[a-z][a-z0-9+.-]*:/i.test(url)) return undefined;
  return { url, ...(title !== undefined && { title }) };
}

/** The same as a candidate's `groundingMetadata`, where Google's clients look for sources. */
export function writeCitations(citations: readonly Citation[]): JsonOut {
  if (citations.length === 0) return undefined;
  return { groundingChunks: citations.map(({ url, title }) => ({ web: { uri: url, title } })) };
}
