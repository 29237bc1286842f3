import { isString } from '../../lib/expect.ts';
import type { Identity } from '../asked.ts';
import { hashText, randomFrom } from '../random.ts';

/** One document's place in a ranking. */
export interface Ranked {
  readonly index: number;
  readonly relevance_score: number;
}

/** The same order for the same question, the best first: documents that share words with the query. */
export function rank(
  query: string,
  documents: readonly unknown[],
  most: number | undefined,
  identity: Identity,
): readonly Ranked[] {
  return documents
    .map((document, index) => ({ index, relevance_score: scoreOf(query, document, identity) }))
    .toSorted((a, b) => b.relevance_score - a.relevance_score)
    .slice(0, most ?? documents.length);
}

function scoreOf(query: string, document: unknown, { seed }: Identity): number {
  const text = isString(document) ? document : JSON.stringify(document);
  const shared = query.split(/\s+/).filter((word) => text.includes(word)).length;
  const chance = randomFrom(hashText(`${query}\n${text}`, seed))() / 10;
  return Math.round(Math.min(0.999, 0.1 + shared / 10 + chance) * 1e6) / 1e6;
}
