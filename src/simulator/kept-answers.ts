// Texts come from callers; a long test run must not fill the memory with them.
const MOST = 1000;

/** An answer that a later request may go on from: what was asked and what was said, as items. */
export interface KeptAnswer {
  readonly items: readonly unknown[];
  readonly body: unknown;
}

/** The last answers of a simulated provider, by id. */
export class KeptAnswers {
  readonly #answers = new Map<string, KeptAnswer>();

  keep(id: string, answer: KeptAnswer): void {
    this.#answers.delete(id);
    this.#answers.set(id, answer);
    const oldest = this.#answers.keys().next().value;
    if (this.#answers.size > MOST && oldest !== undefined) this.#answers.delete(oldest);
  }

  get(id: string): KeptAnswer | undefined {
    return this.#answers.get(id);
  }

  forget(id: string): boolean {
    return this.#answers.delete(id);
  }

  /** The item of any kept answer that has this id. */
  item(matches: (item: unknown) => boolean): unknown {
    for (const { items } of this.#answers.values()) {
      const found = items.find(matches);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
