import type { Spending } from '../core/spending.ts';
import type { Trail } from '../core/trail.ts';
import type { Deed, SeenCapture } from './deed.ts';
import type { Facts } from './feed/facts.ts';
import { findKey, type KeyBinding, type KeyName, type ShownKey, showKeys } from './key.ts';
import type { Size } from './size.ts';

/** What every screen may look at. */
export interface World {
  readonly facts: Facts;
  readonly size: Size;
  /** Epoch milliseconds; moves once a second. */
  readonly now: number;
  /** Opened only to look: nothing can be changed from here. */
  readonly readonly: boolean;
  /** What was spent, once it was read from the record. */
  readonly spending: Spending | undefined;
  /** Headers and bodies of the exchange that was looked at last, once they were read. */
  readonly capture: SeenCapture | undefined;
}

/** A screen's own state, and the world it is looked at in. */
export interface Seen<S> {
  readonly screen: S;
  readonly world: World;
}

/** What a key did. */
export type Turn<S> =
  | { readonly is: 'stay'; readonly screen: S }
  /** An exchange opens on top; `among` are the ids of the list it stands in, for next and previous. */
  | { readonly is: 'open-request'; readonly trail: Trail; readonly among: readonly string[] }
  /** Lines open on top, to be read. */
  | { readonly is: 'open-text'; readonly text: Text }
  /** The requests that fit a filter open on top; with `ask` the filter is to be typed. */
  | { readonly is: 'open-requests'; readonly filter: string; readonly ask?: true }
  /** What is typed next goes to the screen's `typed`, from this text on. */
  | { readonly is: 'ask'; readonly label: string; readonly text: string }
  | { readonly is: 'do'; readonly screen: S; readonly deed: Deed }
  | { readonly is: 'confirm'; readonly question: string; readonly deed: Deed }
  /** What a provider is to fail with is put together. */
  | { readonly is: 'open-chaos'; readonly provider: string; readonly model: string }
  | { readonly is: 'back' }
  | { readonly is: 'refused'; readonly reason: string };

/** Lines that are only read. */
export interface Text {
  readonly title: string;
  readonly lines: readonly string[];
}

/** How a screen behaves, without any drawing: what the table of screens holds. */
export interface Behaviour<S> {
  /** Its keys as they stand now. */
  shownKeys(seen: Seen<S>): readonly ShownKey[];
  /** Undefined when the key means nothing here. */
  press(seen: Seen<S>, key: KeyName): Turn<S> | undefined;
  /** The screen after the world changed around it. */
  settle(seen: Seen<S>): S;
  /** The screen after so much was typed into its line. */
  typed(seen: Seen<S>, text: string): S;
}

/** What a screen is made from: its table of keys, what their actions do, and how it takes news. */
export interface Parts<S, Action> {
  readonly keys: readonly KeyBinding<Seen<S>, Action>[];
  readonly act: (seen: Seen<S>, action: Action) => Turn<S>;
  readonly settle?: (seen: Seen<S>) => S;
  readonly typed?: (seen: Seen<S>, text: string) => S;
}

/** Makes a behaviour of its parts. */
export function behaviour<S, Action>({ keys, act, settle, typed }: Parts<S, Action>): Behaviour<S> {
  return {
    shownKeys: (seen) => showKeys(keys, seen),
    press: (seen, key) => {
      const binding = findKey(keys, key);
      if (binding === undefined) return undefined;
      const reason = binding.disabled?.(seen);
      return reason === undefined ? act(seen, binding.action) : { is: 'refused', reason };
    },
    settle: (seen) => settle?.(seen) ?? seen.screen,
    typed: (seen, text) => typed?.(seen, text) ?? seen.screen,
  };
}

/** Why nothing can be changed from here; undefined when it can. */
export function lookingOnly({ world }: Seen<unknown>): string | undefined {
  if (world.readonly) return 'this dashboard only looks (--readonly)';
  return world.facts.link.is === 'live' ? undefined : 'the daemon is not there';
}
