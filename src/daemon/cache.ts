import type { CacheUse, Handlers } from '../control/index.ts';
import { addCost } from '../core/price.ts';
import type { Trail } from '../core/trail.ts';
import type { AnswerCache } from '../store/index.ts';

/** How often the cache was of use since the daemon started. */
export class CacheTally {
  readonly #counts = { hit: 0, miss: 0, stale: 0, coalesced: 0 };
  #savedUsd: number | undefined;

  add({ cache }: Trail): void {
    if (cache === undefined) return;
    this.#counts[cache.is]++;
    this.#savedUsd = addCost(this.#savedUsd, cache.savedUsd);
  }

  /** Undefined while nobody asked for a cache. */
  use(): CacheUse | undefined {
    const { hit: hits, miss: misses, stale, coalesced } = this.#counts;
    if (hits + misses + stale + coalesced === 0) return undefined;
    return {
      hits,
      misses,
      stale,
      coalesced,
      ...(this.#savedUsd !== undefined && { savedUsd: this.#savedUsd }),
    };
  }
}

/** What can be asked of the kept answers. */
export function cacheHandlers(
  answers: AnswerCache,
  use: () => CacheUse | undefined,
): Pick<Handlers, 'cache' | 'clear-cache'> {
  return {
    cache: async () => ({ ...(await answers.status()), use: use() ?? NO_USE }),
    'clear-cache': async () => ({ cleared: await answers.clear() }),
  };
}

const NO_USE: CacheUse = { hits: 0, misses: 0, stale: 0, coalesced: 0 };
