import type { Seen } from '../../behaviour.ts';
import type { KeyBinding } from '../../key.ts';
import { furthest, type RequestAction, type RequestScreen } from './state.ts';

function allShown(seen: Seen<RequestScreen>): string | undefined {
  return furthest(seen) === 0 ? 'all of it is on the screen' : undefined;
}

/** The keys of the request screen. */
export const REQUEST_KEYS: readonly KeyBinding<Seen<RequestScreen>, RequestAction>[] = [
  {
    keys: ['escape', 'backspace', 'left', 'h'],
    shown: 'esc ←',
    label: 'back',
    help: 'go back to the overview, to the row you came from',
    action: 'back',
    footer: 'esc',
  },
  {
    keys: ['up', 'k'],
    shown: '↑ k',
    label: 'up',
    help: 'scroll up',
    action: 'scroll-up',
    disabled: allShown,
  },
  {
    keys: ['down', 'j'],
    shown: '↓ j',
    label: 'scroll',
    help: 'scroll down',
    action: 'scroll-down',
    footer: '↑↓',
    disabled: allShown,
  },
  {
    keys: ['pageup'],
    shown: 'page up',
    label: 'page up',
    help: 'scroll up by a screenful',
    action: 'page-up',
    disabled: allShown,
  },
  {
    keys: ['pagedown', ' '],
    shown: 'page down',
    label: 'page down',
    help: 'scroll down by a screenful (space too)',
    action: 'page-down',
    disabled: allShown,
  },
  {
    keys: ['home', 'g'],
    shown: 'home g',
    label: 'top',
    help: 'go to the top',
    action: 'first-line',
    disabled: allShown,
  },
  {
    keys: ['end', 'G'],
    shown: 'end G',
    label: 'end',
    help: 'go to the end',
    action: 'last-line',
    disabled: allShown,
  },
];
