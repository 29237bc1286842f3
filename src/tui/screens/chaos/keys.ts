import { lookingOnly, type Seen } from '../../behaviour.ts';
import type { KeyBinding } from '../../key.ts';
import type { ChaosAction, ChaosScreen } from './state.ts';

/** The keys of the screen on which a provider is made to fail. */
export const CHAOS_KEYS: readonly KeyBinding<Seen<ChaosScreen>, ChaosAction>[] = [
  { keys: ['up', 'k'], shown: '↑ k', label: 'up', help: 'the fault above', action: 'up' },
  {
    keys: ['down', 'j'],
    shown: '↓ j',
    label: 'fault',
    help: 'the fault below',
    action: 'down',
    footer: '↑↓',
  },
  { keys: ['home', 'g'], shown: 'home g', label: 'first', help: 'the first fault', action: 'first' },
  { keys: ['end', 'G'], shown: 'end G', label: 'last', help: 'the last fault', action: 'last' },
  {
    keys: ['r'],
    shown: 'r',
    label: 'rate',
    help: 'another share of the attempts it meets',
    action: 'rate',
    footer: 'r',
  },
  {
    keys: ['t'],
    shown: 't',
    label: 'time',
    help: 'another time until it ends by itself',
    action: 'time',
    footer: 't',
  },
  {
    keys: ['m'],
    shown: 'm',
    label: 'model',
    help: 'only this model, or the whole provider',
    action: 'narrow',
    footer: 'm',
    disabled: ({ screen }) => (screen.model === '' ? 'none of its models was asked for yet' : undefined),
  },
  {
    keys: ['/'],
    shown: '/',
    label: 'other',
    help: 'type another fault, as gw simulate --list-faults writes them: 429;retry-after=5',
    action: 'type',
    footer: '/',
  },
  {
    keys: ['enter'],
    shown: 'enter',
    label: 'start',
    help: 'have it fail under live traffic (asks first)',
    action: 'start',
    footer: 'enter',
    disabled: lookingOnly,
  },
  {
    keys: ['escape', 'backspace', 'left', 'h'],
    shown: 'esc ←',
    label: 'back',
    help: 'go back; nothing fails',
    action: 'leave',
    footer: 'esc',
  },
];
