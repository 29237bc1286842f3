import type { CarriedState } from '../core/format.ts';
import { BoundedMap, type Bounds } from '../lib/bounded-map.ts';

/**
 * Turns of agents have a few calls each; this many are some hundred conversations. A long thought and its signature are
 * some ten kilobytes. Weights are bytes.
 */
const BOUNDS: Bounds = { entries: 10_000, weight: 32 * 1024 * 1024, heaviest: 2 * 1024 * 1024 };

/**
 * Opaque state of answers whose callers have no place for it (plain chat clients drop fields they do not know), under
 * the id of the call it came with, until the caller answers that call. In memory only: a lost signature costs the model
 * its earlier thought, never the next turn.
 */
export class StateVault {
  readonly #calls: BoundedMap<readonly CarriedState[]>;

  constructor(bounds: Bounds = BOUNDS) {
    this.#calls = new BoundedMap(bounds, weigh);
  }

  keep(callId: string, carried: readonly CarriedState[]): void {
    this.#calls.set(callId, carried);
  }

  recall(callId: string): readonly CarriedState[] | undefined {
    return this.#calls.get(callId);
  }
}

/** V8 takes one byte or two for each UTF-16 unit. */
function weigh(carried: readonly CarriedState[]): number {
  let units = 0;
  for (const { text = '', states } of carried) {
    units += text.length;
    for (const state of states) units += state.data.length;
  }
  return units * 2;
}
