import { isKeyOf } from '../lib/expect.ts';
import type { KeyBinding } from './key.ts';

/** What can be done with a text that is longer than its screen. */
export type ScrollAction = 'scroll-up' | 'scroll-down' | 'page-up' | 'page-down' | 'first-line' | 'last-line';

/** True for what scrolls a text. */
export function isScrollAction<A extends string>(action: A): action is Extract<A, ScrollAction> {
  return isKeyOf(STEPS, action);
}

/** Where a scrolled text is: `at` lines are off its top, `furthest` at most, and `page` lines are a screenful. */
export interface Scrolled {
  readonly at: number;
  readonly furthest: number;
  readonly page: number;
}

/** The lines off the top after an action. */
export function scrolledTo({ at, furthest, page }: Scrolled, action: ScrollAction): number {
  return Math.max(0, Math.min(furthest, at + STEPS[action](page)));
}

const STEPS: Readonly<Record<ScrollAction, (page: number) => number>> = {
  'scroll-up': () => -1,
  'scroll-down': () => 1,
  'page-up': (page) => -page,
  'page-down': (page) => page,
  'first-line': () => -Infinity,
  'last-line': () => Infinity,
};

/** The keys of every screen that is read by scrolling; `furthest` says how far it can go. */
export function scrollKeys<S>(furthest: (seen: S) => number): readonly KeyBinding<S, ScrollAction>[] {
  const disabled = (seen: S): string | undefined =>
    furthest(seen) === 0 ? 'all of it is on the screen' : undefined;
  return [
    { keys: ['up', 'k'], shown: '↑ k', label: 'up', help: 'scroll up', action: 'scroll-up', disabled },
    {
      keys: ['down', 'j'],
      shown: '↓ j',
      label: 'scroll',
      help: 'scroll down',
      action: 'scroll-down',
      footer: '↑↓',
      disabled,
    },
    {
      keys: ['pageup'],
      shown: 'page up',
      label: 'page up',
      help: 'scroll up by a screenful',
      action: 'page-up',
      disabled,
    },
    {
      keys: ['pagedown', ' '],
      shown: 'page down',
      label: 'page down',
      help: 'scroll down by a screenful (space too)',
      action: 'page-down',
      disabled,
    },
    {
      keys: ['home', 'g'],
      shown: 'home g',
      label: 'top',
      help: 'go to the top',
      action: 'first-line',
      disabled,
    },
    {
      keys: ['end', 'G'],
      shown: 'end G',
      label: 'end',
      help: 'go to the end',
      action: 'last-line',
      disabled,
    },
  ];
}
