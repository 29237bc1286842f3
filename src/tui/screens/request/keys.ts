import { lookingOnly, type Seen } from '../../behaviour.ts';
import type { KeyBinding } from '../../key.ts';
import { scrollKeys } from '../../scrolling.ts';
import { furthest, neighbour, otherTargets, type RequestAction, type RequestScreen } from './state.ts';

function cannotReplay(seen: Seen<RequestScreen>): string | undefined {
  return lookingOnly(seen) ?? (seen.screen.trail.outcome === 'pending' ? 'it is still running' : undefined);
}

/** The keys of the request screen. */
export const REQUEST_KEYS: readonly KeyBinding<Seen<RequestScreen>, RequestAction>[] = [
  {
    keys: ['escape', 'backspace', 'left', 'h'],
    shown: 'esc ←',
    label: 'back',
    help: 'go back to the row you came from',
    action: 'back',
    footer: 'esc',
  },
  {
    keys: ['tab'],
    shown: 'tab',
    label: 'view',
    help: 'its story, every figure of its attempts, headers and bodies where they were captured, the record as JSON',
    action: 'next-tab',
    footer: 'tab',
  },
  {
    keys: ['n', ']'],
    shown: 'n ]',
    label: 'next',
    help: 'the request below it in the list',
    action: 'next',
    footer: 'n p',
    disabled: (seen) => (neighbour(seen, 1) === undefined ? 'it is the last of the list' : undefined),
  },
  {
    keys: ['p', '['],
    shown: 'p [',
    label: 'previous',
    help: 'the request above it in the list',
    action: 'previous',
    disabled: (seen) => (neighbour(seen, -1) === undefined ? 'it is the first of the list' : undefined),
  },
  {
    keys: ['c'],
    shown: 'c',
    label: 'curl',
    help: 'show and copy the curl command that asks gw the same way (no key is in it)',
    action: 'copy-curl',
    footer: 'c',
  },
  { keys: ['y'], shown: 'y', label: 'copy id', help: 'copy its id', action: 'copy-id', footer: 'y' },
  {
    keys: ['x'],
    shown: 'x',
    label: 'export',
    help: 'write its record into a JSON file in this directory',
    action: 'export',
    footer: 'x',
  },
  {
    keys: ['r'],
    shown: 'r',
    label: 'replay',
    help: 'ask the same again, after its price was shown, and compare the answers',
    action: 'replay',
    footer: 'r',
    disabled: cannotReplay,
  },
  {
    keys: ['o'],
    shown: 'o',
    label: 'elsewhere',
    help: 'ask the same of another target; o again, of the next one',
    action: 'replay-elsewhere',
    footer: 'o',
    disabled: (seen) =>
      cannotReplay(seen) ?? (otherTargets(seen).length === 0 ? 'gw knows no other target' : undefined),
  },
  ...scrollKeys(furthest),
];
