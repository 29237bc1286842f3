import type { Seen } from '../../behaviour.ts';
import type { KeyBinding } from '../../key.ts';
import { scrollKeys } from '../../scrolling.ts';
import { furthestHelp, type HelpAction, type HelpScreen } from './state.ts';

/** The keys of the help screen. */
export const HELP_KEYS: readonly KeyBinding<Seen<HelpScreen>, HelpAction>[] = [
  {
    keys: ['escape', '?', 'backspace', 'left', 'h'],
    shown: 'esc ?',
    label: 'back',
    help: 'close help',
    action: 'back',
    footer: 'esc',
  },
  ...scrollKeys(furthestHelp),
];
