import type { Trail } from '../core/trail.ts';
import type { Facts } from './feed/facts.ts';
import { findKey, type KeyBinding, type KeyName, type ShownKey, showKeys } from './key.ts';
import type { Size } from './size.ts';

/** What every screen may look at. */
export interface World {
  readonly facts: Facts;
  readonly size: Size;
  /** Epoch milliseconds; moves once a second. */
  readonly now: number;
}

/** A screen's own state, and the world it is looked at in. */
export interface Seen<S> {
  readonly screen: S;
  readonly world: World;
}

/** What a key did: the screen changed, another one opens on top of it, or it closes. */
export type Turn<S> =
  | { readonly is: 'stay'; readonly screen: S }
  | { readonly is: 'open-request'; readonly trail: Trail }
  | { readonly is: 'back' }
  | { readonly is: 'refused'; readonly reason: string };

/** How a screen behaves, without any drawing: what the table of screens holds. */
export interface Behaviour<S> {
  /** Its keys as they stand now. */
  shownKeys(seen: Seen<S>): readonly ShownKey[];
  /** Undefined when the key means nothing here. */
  press(seen: Seen<S>, key: KeyName): Turn<S> | undefined;
  /** The screen after the world changed around it. */
  settle(seen: Seen<S>): S;
}

/** Makes a behaviour of a table of keys and what their actions do. */
export function behaviour<S, Action>(
  keys: readonly KeyBinding<Seen<S>, Action>[],
  act: (seen: Seen<S>, action: Action) => Turn<S>,
  settle: (seen: Seen<S>) => S,
): Behaviour<S> {
  return {
    shownKeys: (seen) => showKeys(keys, seen),
    press: (seen, key) => {
      const binding = findKey(keys, key);
      if (binding === undefined) return undefined;
      const reason = binding.disabled?.(seen);
      return reason === undefined ? act(seen, binding.action) : { is: 'refused', reason };
    },
    settle,
  };
}
