import { lookingOnly, type Seen } from '../../behaviour.ts';
import type { KeyBinding } from '../../key.ts';
import { MOVE_KEYS } from '../../listing.ts';
import { isPaused, placeOf, type ProvidersAction, type ProvidersScreen, shownTarget } from './state.ts';

/** The keys of the list of targets. */
export const PROVIDERS_KEYS: readonly KeyBinding<Seen<ProvidersScreen>, ProvidersAction>[] = [
  ...MOVE_KEYS,
  {
    keys: ['enter'],
    shown: 'enter',
    label: 'requests',
    help: 'list the requests that asked this provider',
    action: 'open',
    footer: 'enter',
    disabled: ({ screen }) => (shownTarget(screen) === undefined ? 'there is no provider yet' : undefined),
  },
  {
    keys: ['t'],
    shown: 't',
    label: 'test',
    help: 'ask every target of its route once and say who answers (asks first: it is for real)',
    action: 'test',
    footer: 't',
    disabled: (seen) => lookingOnly(seen) ?? unplaced(seen),
  },
  {
    keys: ['p'],
    shown: 'p',
    label: 'pause',
    help: 'pass its provider over until p takes it back (asks first; it is written into the profile)',
    action: 'switch',
    footer: 'p',
    disabled: (seen) => lookingOnly(seen) ?? nothingHere(seen),
  },
  {
    keys: ['r'],
    shown: 'r',
    label: 'reset',
    help: 'forget what went wrong there: its breaker closes and its cooldown ends',
    action: 'reset',
    footer: 'r',
    disabled: (seen) => lookingOnly(seen) ?? unasked(seen) ?? untroubled(seen),
  },
  {
    keys: ['x'],
    shown: 'x',
    label: 'trip',
    help: 'open its breaker by hand for five minutes (asks first)',
    action: 'trip',
    footer: 'x',
    disabled: (seen) => lookingOnly(seen) ?? unasked(seen),
  },
  {
    keys: ['c'],
    shown: 'c',
    label: 'chaos',
    help: 'have its provider fail on purpose for a while, or end that (asks first)',
    action: 'chaos',
    footer: 'c',
    disabled: (seen) => lookingOnly(seen) ?? nothingHere(seen),
  },
  {
    keys: ['K'],
    shown: 'K',
    label: 'earlier',
    help: 'move it up in the fallback order of its route (asks first)',
    action: 'raise',
    footer: 'K J',
    disabled: (seen) =>
      lookingOnly(seen) ??
      unplaced(seen) ??
      (placeOf(seen)?.index === 0 ? 'it is the first already' : undefined),
  },
  {
    keys: ['J'],
    shown: 'J',
    label: 'later',
    help: 'move it down in the fallback order of its route (asks first)',
    action: 'lower',
    disabled: (seen) => lookingOnly(seen) ?? unplaced(seen) ?? lastPlace(seen),
  },
  {
    keys: ['escape', 'backspace', 'left', 'h'],
    shown: 'esc ←',
    label: 'top',
    help: 'let go of the cursor',
    action: 'leave',
    disabled: ({ screen }) =>
      screen.rows.hold === undefined ? 'there is no cursor to let go of' : undefined,
  },
];

function nothingHere({ screen }: Seen<ProvidersScreen>): string | undefined {
  return shownTarget(screen) === undefined ? 'there is no provider yet' : undefined;
}

function unasked({ screen }: Seen<ProvidersScreen>): string | undefined {
  return shownTarget(screen)?.health === undefined
    ? 'it was not asked yet: nothing is known of it'
    : undefined;
}

function untroubled({ screen }: Seen<ProvidersScreen>): string | undefined {
  const health = shownTarget(screen)?.health;
  const well = health?.breaker.is === 'closed' && health.cooldown === undefined;
  return well ? 'its breaker is closed and nothing cools off' : undefined;
}

function unplaced(seen: Seen<ProvidersScreen>): string | undefined {
  if (isPaused(seen)) return 'its provider is paused (p takes it back)';
  return placeOf(seen) === undefined ? 'no route leads there' : undefined;
}

function lastPlace(seen: Seen<ProvidersScreen>): string | undefined {
  const place = placeOf(seen);
  return place !== undefined && place.index === place.route.targets.length - 1
    ? 'it is the last already'
    : undefined;
}
