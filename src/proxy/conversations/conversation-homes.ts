import type { Target } from '../../core/target.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';

/** A few hundred bytes each; whoever has more conversations under way within half an hour than this has no favourite. */
const CONVERSATIONS_KEPT = 10_000;
const ROUTES_KEPT = 1000;

/** Where a conversation was served last. */
export interface ConversationHome {
  readonly target: Target;
  /** When: epoch milliseconds. */
  readonly at: number;
  /** Answers it was given there in a row. */
  readonly answers: number;
  /** Tokens of its last prompt and of what came from the cache then, where the provider said so. */
  readonly prompt: number | undefined;
  readonly cached: number | undefined;
}

/** Which target a conversation was served by, where its prompt is still in the provider's cache. */
export class ConversationHomes {
  readonly #homes = new BoundedMap<ConversationHome>(
    { entries: CONVERSATIONS_KEPT, weight: CONVERSATIONS_KEPT, heaviest: 1 },
    () => 1,
  );

  /** By route: when a conversation was served elsewhere than its order says. Routes are as many as the profile has. */
  readonly #away = new BoundedMap<number>(
    { entries: ROUTES_KEPT, weight: ROUTES_KEPT, heaviest: 1 },
    () => 1,
  );

  /** A conversation of the route was led away from whom its order prefers. */
  noteAway(route: string, now: number): void {
    this.#away.set(route, now);
  }

  /** When that happened last; longer ago than anything when it never did. */
  awayAt(route: string): number {
    return this.#away.get(route) ?? -Infinity;
  }

  keep(conversation: string, home: ConversationHome): void {
    this.#homes.set(conversation, home);
  }

  find(conversation: string): ConversationHome | undefined {
    return this.#homes.get(conversation);
  }
}
