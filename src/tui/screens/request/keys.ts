import type { Seen } from '../../behaviour.ts';
import type { KeyBinding } from '../../key.ts';
import { scrollKeys } from '../../scrolling.ts';
import { furthest, type RequestAction, type RequestScreen } from './state.ts';

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
  ...scrollKeys(furthest),
];
