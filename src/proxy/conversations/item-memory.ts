import type { JsonText } from '../../core/conversation.ts';
import type { AnswerKeeper, ItemKeeper, ItemRecall } from '../../core/format.ts';
import { sameTarget, type Target } from '../../core/target.ts';
import { BoundedMap, type Bounds } from '../../lib/bounded-map.ts';

/** A turn of an agent is a few items of a few kilobytes: some thousand turns. Weights are bytes. */
const ITEM_BOUNDS: Bounds = { entries: 50_000, weight: 32 * 1024 * 1024, heaviest: 2 * 1024 * 1024 };
/** Each of these is a whole conversation up to one of its answers. */
const ANSWER_BOUNDS: Bounds = { entries: 5000, weight: 32 * 1024 * 1024, heaviest: 8 * 1024 * 1024 };

interface KeptItem {
  readonly text: JsonText;
  /** Who has it under this id; undefined when gw made it. */
  readonly keeper: Target | undefined;
}

/**
 * What answers said whose callers count on the provider to store them, and so name them by their ids in the next turn:
 * another provider must be told, and the first one what others said meanwhile. In memory only: after a restart such a
 * conversation goes on where it is stored, and nowhere else.
 */
export class ItemMemory {
  readonly #items: BoundedMap<KeptItem>;
  /** As bytes: the texts are parts of larger ones, which they would keep in memory. */
  readonly #answers: BoundedMap<Buffer>;
  /** For answers that gw makes. */
  readonly own: AnswerKeeper = {
    item: (id, text) => this.#items.set(id, { text, keeper: undefined }),
    answer: (id, said) => this.#answers.set(id, Buffer.from(said)),
  };
  /** What any item said. */
  readonly recall: ItemRecall = (id) => this.#items.get(id)?.text;

  constructor(items: Bounds = ITEM_BOUNDS, answers: Bounds = ANSWER_BOUNDS) {
    // V8 takes one byte or two for each UTF-16 unit.
    this.#items = new BoundedMap(items, ({ text }) => text.length * 2);
    this.#answers = new BoundedMap(answers, ({ length }) => length);
  }

  /** For answers of a provider that stores them. */
  of(keeper: Target): ItemKeeper {
    return (id, text) => this.#items.set(id, { text, keeper });
  }

  /** What items said that this target does not have. */
  foreignTo(target: Target): ItemRecall {
    return (id) => {
      const item = this.#items.get(id);
      return item?.keeper && isKeptAt(item.keeper, target) ? undefined : item?.text;
    };
  }

  /** The conversation up to an answer that gw made, as JSON items with commas between them. */
  conversation(answerId: string): string | undefined {
    return this.#answers.get(answerId)?.toString('utf8');
  }
}

/** An account keeps items for all of its models. */
function isKeptAt(keeper: Target, target: Target): boolean {
  return sameTarget(keeper, { ...target, model: keeper.model });
}
