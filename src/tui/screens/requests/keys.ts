import type { Seen } from '../../behaviour.ts';
import type { KeyBinding } from '../../key.ts';
import { FREEZE_KEY, MOVE_KEYS } from '../../listing.ts';
import { extentOf } from '../../size.ts';
import { isHeld, type RequestsAction, type RequestsScreen, shownRequest } from './state.ts';

/** The keys of the list of requests. */
export const REQUESTS_KEYS: readonly KeyBinding<Seen<RequestsScreen>, RequestsAction>[] = [
  ...MOVE_KEYS,
  {
    keys: ['enter'],
    shown: 'enter',
    label: 'open',
    help: 'open the request: its plan, attempts and timings; of a group, its requests',
    action: 'open',
    footer: 'enter',
    disabled: ({ screen }) =>
      screen.groupBy === undefined && shownRequest(screen) === undefined
        ? 'there is no request here'
        : undefined,
  },
  {
    keys: ['/'],
    shown: '/',
    label: 'filter',
    help: 'type what to see: status:>=400 provider:groq ttft:>2s is:failover !client:aider',
    action: 'filter',
    footer: '/',
  },
  {
    keys: ['e'],
    shown: 'e',
    label: 'errors',
    help: 'show only those the caller got no whole answer to; again: all',
    action: 'errors',
    footer: 'e',
  },
  { keys: ['s'], shown: 's', label: 'sort', help: 'sort by the next column', action: 'sort', footer: 's' },
  {
    keys: ['b'],
    shown: 'b',
    label: 'group',
    help: 'group by client, session, model, provider, or not',
    action: 'group',
    footer: 'b',
  },
  FREEZE_KEY,
  {
    keys: ['z'],
    shown: 'z',
    label: 'zoom',
    help: 'leave out the details beside the list, and bring them back',
    action: 'zoom',
    footer: 'z',
    disabled: ({ screen, world }) =>
      extentOf(world.size) === 'split' && screen.groupBy === undefined
        ? undefined
        : 'details stand beside the list from 140 columns and 36 lines on, without groups',
  },
  {
    keys: ['escape', 'backspace', 'left', 'h'],
    shown: 'esc ←',
    label: 'back',
    help: 'follow the newest again; then drop the filter; then leave a narrowed list',
    action: 'leave',
    footer: 'esc',
    disabled: ({ screen }) =>
      isHeld(screen) || screen.over || screen.filter.text !== '' || screen.errorsOnly
        ? undefined
        : 'all requests are shown, newest first',
  },
];
