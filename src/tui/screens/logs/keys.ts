import type { Seen } from '../../behaviour.ts';
import type { KeyBinding } from '../../key.ts';
import { FREEZE_KEY, MOVE_KEYS } from '../../listing.ts';
import type { LogsAction, LogsScreen } from './state.ts';

/** The keys of the log. */
export const LOGS_KEYS: readonly KeyBinding<Seen<LogsScreen>, LogsAction>[] = [
  ...MOVE_KEYS,
  {
    keys: ['enter'],
    shown: 'enter',
    label: 'open',
    help: 'show the line with all its fields',
    action: 'open',
    footer: 'enter',
    disabled: ({ screen }) => (screen.rows.rows.length === 0 ? 'there is no line here' : undefined),
  },
  {
    keys: ['/'],
    shown: '/',
    label: 'search',
    help: 'show only lines with what you type',
    action: 'search',
    footer: '/',
  },
  {
    keys: ['e'],
    shown: 'e',
    label: 'errors',
    help: 'show only warnings and errors; again: all',
    action: 'errors',
    footer: 'e',
  },
  FREEZE_KEY,
  {
    keys: ['escape', 'backspace', 'left', 'h'],
    shown: 'esc ←',
    label: 'back',
    help: 'follow the newest again; then show all lines',
    action: 'leave',
    footer: 'esc',
    disabled: ({ screen }) =>
      screen.rows.hold !== undefined || screen.wanted !== '' || screen.errorsOnly
        ? undefined
        : 'all lines are shown, newest first',
  },
];
