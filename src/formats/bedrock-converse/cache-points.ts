import type { CacheMark, Loss } from '../../core/conversation.ts';
import type { Block } from './encode-media.ts';
import type { BedrockModel } from './models.ts';

/** "The maximum number of cache checkpoints per request is 4" (userguide/prompt-caching.html). */
const MOST_POINTS = 4;

/** Gives out the points up to which the prompt is cached, in the order in which it is read: tools, system, messages. */
export class CachePoints {
  readonly #model: BedrockModel;
  readonly #losses: Set<Loss>;
  #given = 0;

  constructor(model: BedrockModel, losses: Set<Loss>) {
    this.#model = model;
    this.#losses = losses;
  }

  /** The block that follows the marked one; none where the model or the place takes none. */
  after(mark: CacheMark | undefined, place: 'tools' | 'messages'): readonly Block[] {
    if (!mark) return [];
    const { caching, claude } = this.#model;
    const isTaken = caching === 'everywhere' || (caching === 'messages' && place === 'messages');
    if (!isTaken || this.#given === MOST_POINTS) {
      this.#losses.add('cache');
      return [];
    }
    this.#given++;
    // An hour is known to the models from Claude 4.5 on.
    const ttl = mark.ttl === '1h' && claude.isClaude && claude.structured ? '1h' : undefined;
    return [{ cachePoint: { type: 'default', ttl } }];
  }
}
