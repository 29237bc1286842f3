import type { CarriedState } from '../core/format.ts';

/** Turns of agents have a few calls each; this many are some hundred conversations. */
const CALLS_KEPT = 10_000;

/**
 * Opaque state of answers whose callers have no place for it (plain chat clients drop fields they do not know), under
 * the id of the call it came with, until the caller answers that call. In memory only: a lost signature costs the model
 * its earlier thought, never the next turn.
 */
export class StateVault {
  readonly #calls = new Map<string, readonly CarriedState[]>();

  keep(callId: string, carried: readonly CarriedState[]): void {
    this.#calls.delete(callId);
    if (this.#calls.size >= CALLS_KEPT) {
      const [oldest] = this.#calls.keys();
      if (oldest !== undefined) this.#calls.delete(oldest);
    }
    this.#calls.set(callId, carried);
  }

  recall(callId: string): readonly CarriedState[] | undefined {
    return this.#calls.get(callId);
  }
}
