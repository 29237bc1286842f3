import type { Remembered } from '../../core/ports.ts';
import type { Prefill } from '../../formats/index.ts';
import { isKeyOf, stringField } from '../../lib/expect.ts';

/** What was learned of one model at one provider. */
export interface LearnedPrefill {
  readonly provider: string;
  readonly model: string;
  readonly prefill: Exclude<Prefill, 'unknown'>;
}

// Callers choose model names.
const MODELS_KEPT = 2000;
const LEARNED = { accepts: true, refuses: true } as const;

/** Which models were seen to go on from a prefilled answer, and which would not. It knows better than any table. */
export class PrefillMemory implements Remembered {
  readonly name = 'prefill';
  readonly #learned = new Map<string, LearnedPrefill>();
  /** Told when something was learned. */
  listener: (() => void) | undefined;

  of(provider: string, model: string): Prefill {
    return this.#learned.get(nameOf(provider, model))?.prefill ?? 'unknown';
  }

  learn(learned: LearnedPrefill): void {
    if (this.#learned.size >= MODELS_KEPT) this.#learned.clear();
    this.#learned.set(nameOf(learned.provider, learned.model), learned);
    this.listener?.();
  }

  /** All of it, to be written down. */
  snapshot(): readonly LearnedPrefill[] {
    return [...this.#learned.values()];
  }

  /** Takes up what was written down; what was learned since stays. */
  restore(stored: unknown): void {
    if (!Array.isArray(stored)) return;
    for (const entry of stored.slice(0, MODELS_KEPT)) {
      const [provider, model] = [stringField(entry, 'provider'), stringField(entry, 'model')];
      const prefill = stringField(entry, 'prefill') ?? '';
      if (provider === undefined || model === undefined || !isKeyOf(LEARNED, prefill)) continue;
      const name = nameOf(provider, model);
      if (!this.#learned.has(name)) this.#learned.set(name, { provider, model, prefill });
    }
  }
}

function nameOf(provider: string, model: string): string {
  return `${provider}\n${model}`;
}
