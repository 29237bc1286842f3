import { targetName } from '../../core/target.ts';
import type { CacheNote, Trail } from '../../core/trail.ts';
import { formatDuration } from '../../lib/duration.ts';
import { formatDollars, SHORT_FAULTS } from './words.ts';

/** What became of an exchange that was answered without a call of its own; undefined for all others. */
export function cacheWord({ outcome, cache }: Trail): string | undefined {
  if (outcome !== 'served' || cache === undefined || cache.is === 'miss') return undefined;
  return { hit: 'kept', stale: 'stale', coalesced: 'shared' }[cache.is];
}

/** Where the answer came from, as a sentence; undefined when a target was asked for it. */
export function cacheHeadline(trail: Trail): string | undefined {
  const { cache } = trail;
  if (cacheWord(trail) === undefined || cache === undefined) return undefined;
  const { ageMs = 0, fault } = cache;
  const from = cache.from === undefined ? 'an earlier call' : targetName(cache.from);
  switch (cache.is) {
    case 'hit':
      return `Answered from the cache: ${from} gave this answer ${formatDuration(ageMs)} earlier, and nobody was asked.`;
    case 'stale': {
      const why = fault === undefined ? '' : ` (${SHORT_FAULTS[fault]})`;
      return `Every target failed${why}; an answer that ${from} gave ${formatDuration(ageMs)} earlier stood in.`;
    }
    case 'coalesced':
      return `Answered together with an identical request that was under way at ${from}.`;
    case 'miss':
      return undefined;
  }
}

/** The same as a fact among others: what the cache did, and what it saved. */
export function cacheFact({ cache }: Trail): string {
  if (cache === undefined) return '';
  const parts = [CACHE_FACTS[cache.is](cache)];
  if (cache.source !== undefined) parts.push(`the answer of gw why ${cache.source}`);
  if (cache.savedUsd !== undefined) parts.push(`${formatDollars(cache.savedUsd)} saved`);
  return parts.join('; ');
}

const CACHE_FACTS: Readonly<Record<CacheNote['is'], (note: CacheNote) => string>> = {
  hit: ({ ageMs = 0 }) => `hit, ${formatDuration(ageMs)} old`,
  stale: ({ ageMs = 0, message }) =>
    `stale, ${formatDuration(ageMs)} old${message === undefined ? '' : `, because ${message}`}`,
  coalesced: () => 'shared one call with an identical request',
  miss: ({ kept, why }) =>
    kept === true
      ? 'miss; the answer is kept'
      : why === undefined
        ? 'miss'
        : `miss; the answer is not kept: it ${why}`,
};
