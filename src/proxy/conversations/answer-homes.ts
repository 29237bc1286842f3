import type { Target } from '../../core/target.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';

/** A conversation goes on from its last answer; this many are weeks of one person's work. */
const ANSWERS_KEPT = 10_000;

/** Which target gave an answer that it keeps: whoever wants to go on from it must go back there. */
export class AnswerHomes {
  readonly #homes = new BoundedMap<Target>(
    { entries: ANSWERS_KEPT, weight: ANSWERS_KEPT, heaviest: 1 },
    () => 1,
  );

  keep(answerId: string, target: Target): void {
    this.#homes.set(answerId, target);
  }

  find(answerId: string): Target | undefined {
    return this.#homes.get(answerId);
  }
}
