import type { Target } from '../core/target.ts';

/** A conversation goes on from its last answer; this many are weeks of one person's work. */
const ANSWERS_KEPT = 10_000;

/** Which target gave an answer that it keeps: whoever wants to go on from it must go back there. */
export class AnswerHomes {
  readonly #homes = new Map<string, Target>();

  keep(answerId: string, target: Target): void {
    this.#homes.delete(answerId);
    if (this.#homes.size >= ANSWERS_KEPT) {
      const [oldest] = this.#homes.keys();
      if (oldest !== undefined) this.#homes.delete(oldest);
    }
    this.#homes.set(answerId, target);
  }

  find(answerId: string): Target | undefined {
    return this.#homes.get(answerId);
  }
}
