import type { Seen } from '../../behaviour.ts';
import type { KeyBinding } from '../../key.ts';
import { FREEZE_KEY, MOVE_KEYS } from '../../listing.ts';
import { type FailoversAction, type FailoversScreen, shownIncident } from './state.ts';

/** The keys of the list of incidents. */
export const FAILOVERS_KEYS: readonly KeyBinding<Seen<FailoversScreen>, FailoversAction>[] = [
  ...MOVE_KEYS,
  {
    keys: ['enter'],
    shown: 'enter',
    label: 'requests',
    help: 'list the requests that met this fault at this provider',
    action: 'open',
    footer: 'enter',
    disabled: ({ screen }) => (shownIncident(screen) === undefined ? 'there is no failover yet' : undefined),
  },
  FREEZE_KEY,
  {
    keys: ['escape', 'backspace', 'left', 'h'],
    shown: 'esc ←',
    label: 'follow',
    help: 'stop reading and follow what is newest again',
    action: 'follow',
    footer: 'esc',
    disabled: ({ screen }) => (screen.rows.hold === undefined ? 'already following the newest' : undefined),
  },
];
