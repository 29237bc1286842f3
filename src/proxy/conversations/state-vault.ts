import type { CarriedState } from '../../core/format.ts';
import { BoundedMap, type Bounds } from '../../lib/bounded-map.ts';

/**
 * Turns of agents have a few calls each; this many are some hundred conversations. A long thought and its signature are
 * some ten kilobytes. Weights are bytes.
 */
const BOUNDS: Bounds = { entries: 10_000, weight: 32 * 1024 * 1024, heaviest: 2 * 1024 * 1024 };

/**
 * Ids with so much chance in them that no two calls share one: a UUID, or a run of letters and digits as OpenAI, Anthropic
 * and gw itself make them. Others (`get_weather`, `functions.add:0`) may come again in any conversation.
 */
const UNIQUE = /[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}|(?=[A-Za-z]*\d)[A-Za-z\d]{16}/i;

/** The part of the vault that one conversation sees. */
export interface ConversationVault {
  keep(callId: string, carried: readonly CarriedState[]): void;
  recall(callId: string): readonly CarriedState[] | undefined;
}

/**
 * Opaque state of answers whose callers have no place for it (plain chat clients drop fields they do not know), under
 * the id of the call it came with, until the caller answers that call; where ids repeat, under the conversation too, so
 * that none gets the state of another. In memory only: a lost signature costs the model its earlier thought, never the
 * next turn.
 */
export class StateVault {
  readonly #calls: BoundedMap<readonly CarriedState[]>;

  constructor(bounds: Bounds = BOUNDS) {
    this.#calls = new BoundedMap(bounds, weigh);
  }

  /** @param name Of the conversation; asked for only where it is needed, because it is read from the whole request. */
  of(name: () => string): ConversationVault {
    const keyOf = (callId: string): string => (UNIQUE.test(callId) ? callId : `${name()}\n${callId}`);
    return {
      keep: (callId, carried) => this.#calls.set(keyOf(callId), carried),
      recall: (callId) => this.#calls.get(keyOf(callId)),
    };
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
