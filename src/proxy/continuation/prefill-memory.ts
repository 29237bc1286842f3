import type { Prefill } from '../../formats/index.ts';

/** What was learned of one model at one provider. */
export interface LearnedPrefill {
  readonly provider: string;
  readonly model: string;
  readonly prefill: Exclude<Prefill, 'unknown'>;
}

// Callers choose model names.
const MODELS_KEPT = 2000;

/** Which models were seen to go on from a prefilled answer, and which would not. It knows better than any table. */
export class PrefillMemory {
  readonly #learned = new Map<string, LearnedPrefill>();

  of(provider: string, model: string): Prefill {
    return this.#learned.get(nameOf(provider, model))?.prefill ?? 'unknown';
  }

  learn(learned: LearnedPrefill): void {
    if (this.#learned.size >= MODELS_KEPT) this.#learned.clear();
    this.#learned.set(nameOf(learned.provider, learned.model), learned);
  }

  /** All of it, to be written down. */
  snapshot(): readonly LearnedPrefill[] {
    return [...this.#learned.values()];
  }

  /** Takes up what was written down; what was learned since stays. */
  restore(learned: readonly LearnedPrefill[]): void {
    for (const entry of learned) {
      const name = nameOf(entry.provider, entry.model);
      if (!this.#learned.has(name)) this.#learned.set(name, entry);
    }
  }
}

function nameOf(provider: string, model: string): string {
  return `${provider}\n${model}`;
}
