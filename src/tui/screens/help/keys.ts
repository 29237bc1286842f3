import type { Seen } from '../../behaviour.ts';
import type { KeyBinding } from '../../key.ts';
import { furthestHelp, type HelpAction, type HelpScreen } from './state.ts';

function allShown(seen: Seen<HelpScreen>): string | undefined {
  return furthestHelp(seen) === 0 ? 'all of it is on the screen' : undefined;
}

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
];
