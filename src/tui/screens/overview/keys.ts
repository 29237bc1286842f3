import type { Seen } from '../../behaviour.ts';
import type { KeyBinding } from '../../key.ts';
import { MOVE_KEYS } from '../../listing.ts';
import { openable, type OverviewAction, type OverviewScreen } from './state.ts';

/** The keys of the overview. */
export const OVERVIEW_KEYS: readonly KeyBinding<Seen<OverviewScreen>, OverviewAction>[] = [
  ...MOVE_KEYS,
  {
    keys: ['enter'],
    shown: 'enter',
    label: 'open',
    help: 'open the request: its plan, attempts and timings (for a target or failover, the latest one of it)',
    action: 'open',
    footer: 'enter',
    disabled: (seen) => (openable(seen) === undefined ? 'no request to open here yet' : undefined),
  },
  {
    keys: ['tab'],
    shown: 'tab',
    label: 'panel',
    help: 'go to the next panel',
    action: 'next-panel',
    footer: 'tab',
  },
  {
    keys: ['shift+tab'],
    shown: 'shift+tab',
    label: 'panel back',
    help: 'go to the previous panel',
    action: 'previous-panel',
  },
  {
    keys: ['e'],
    shown: 'e',
    label: 'errors',
    help: 'list the requests the caller got no whole answer to',
    action: 'errors',
    footer: 'e',
  },
  {
    keys: ['/'],
    shown: '/',
    label: 'filter',
    help: 'type which requests to list: status:>=400 ttft:>2s is:failover !client:aider',
    action: 'filter',
    footer: '/',
  },
  {
    keys: ['z'],
    shown: 'z',
    label: 'zoom',
    help: 'give the panel all the room, and take it back',
    action: 'zoom',
    footer: 'z',
  },
  {
    keys: ['escape', 'f'],
    shown: 'esc f',
    label: 'follow',
    help: 'stop reading and follow what is newest again',
    action: 'follow',
    footer: 'esc',
    disabled: ({ screen }) => (screen.reading === undefined ? 'already following the newest' : undefined),
  },
];
