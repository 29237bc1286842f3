import type { Seen } from '../../behaviour.ts';
import type { KeyBinding } from '../../key.ts';
import { scrollKeys } from '../../scrolling.ts';
import { furthestText, type TextAction, type TextScreen } from './state.ts';

/** The keys of a screen that is only read. */
export const TEXT_KEYS: readonly KeyBinding<Seen<TextScreen>, TextAction>[] = [
  {
    keys: ['escape', 'backspace', 'left', 'h'],
    shown: 'esc ←',
    label: 'back',
    help: 'go back to where you came from',
    action: 'back',
    footer: 'esc',
  },
  { keys: ['c'], shown: 'c', label: 'copy', help: 'copy the text', action: 'copy', footer: 'c' },
  ...scrollKeys(furthestText),
];
