import type { CacheMark, Loss } from '../../core/conversation.ts';
import type { JsonOut } from '../../lib/json-write.ts';

/** Anthropic takes this many per request ("A maximum of 4 blocks with cache_control may be provided"). */
const MOST_MARKS = 4;

/** Gives out the marks of what to cache, in the order in which the prompt is read: tools, system, messages. */
export class CacheMarks {
  readonly #losses: Set<Loss>;
  #given = 0;

  constructor(losses: Set<Loss>) {
    this.#losses = losses;
  }

  take(mark: CacheMark | undefined): JsonOut {
    if (!mark) return undefined;
    if (this.#given === MOST_MARKS) {
      this.#losses.add('cache');
      return undefined;
    }
    this.#given++;
    const { ttl } = mark;
    return { type: 'ephemeral', ttl: ttl === '5m' || ttl === '1h' ? ttl : undefined };
  }
}
