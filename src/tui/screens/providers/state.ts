import type { Seen, Turn, World } from '../../behaviour.ts';
import {
  acted,
  cursorOf,
  isListAction,
  type ListAction,
  type Listing,
  listing,
  released,
  replaced,
} from '../../listing.ts';
import { type Place, placesOf, providerOf } from '../../present/routes.ts';
import { type TargetRow, targetRows } from '../../present/target-state.ts';
import { ordinal } from '../../present/words.ts';
import { bodyRows } from '../../size.ts';

/** Every target there is, and what can be done about it. */
export interface ProvidersScreen {
  readonly is: 'providers';
  readonly rows: Listing<TargetRow>;
}

export type ProvidersAction =
  | Exclude<ListAction, 'freeze'>
  | 'open'
  | 'test'
  | 'switch'
  | 'reset'
  | 'trip'
  | 'chaos'
  | 'raise'
  | 'lower'
  | 'leave';

/** Long enough to see what happens without it, short enough to be forgotten. */
const TRIP_MS = 300_000;
// The details of a target with everything in them.
const DETAIL_ROWS = 12;

/** The targets as they open. */
export const PROVIDERS: ProvidersScreen = { is: 'providers', rows: listing() };

/** What a key's action does to the targets. */
export function actOnProviders(seen: Seen<ProvidersScreen>, action: ProvidersAction): Turn<ProvidersScreen> {
  const { screen } = seen;
  const row = shownTarget(screen);
  if (isListAction(action)) {
    return { is: 'stay', screen: { ...screen, rows: acted(screen.rows, action, targetRowsShown(seen)) } };
  }
  switch (action) {
    case 'leave':
      return { is: 'stay', screen: { ...screen, rows: released(screen.rows) } };
    case 'open':
      return row === undefined
        ? { is: 'stay', screen }
        : { is: 'open-requests', filter: `provider:"=${providerOf(row)}"` };
    case 'test':
    case 'switch':
    case 'reset':
    case 'trip':
    case 'chaos':
    case 'raise':
    case 'lower':
      return row === undefined ? { is: 'stay', screen } : actOnTarget(seen, row, action);
  }
}

/** Shows the targets as they are now: there is no news to wait. */
export function settleProviders({ screen, world }: Seen<ProvidersScreen>): ProvidersScreen {
  const { status } = world.facts;
  const rows = replaced(screen.rows, status === undefined ? [] : targetRows(status));
  return rows === screen.rows ? screen : { ...screen, rows };
}

/** The target whose details are shown: the one under the cursor, else the first. */
export function shownTarget({ rows }: ProvidersScreen): TargetRow | undefined {
  return cursorOf(rows) ?? rows.rows[0];
}

/** How many targets fit above the details. */
export function targetRowsShown({ screen, world }: Seen<ProvidersScreen>): number {
  const body = bodyRows(world.size) - 1;
  const wanted = Math.max(1, screen.rows.rows.length);
  // Where both do not fit, the list goes first, and what it leaves free says the most important.
  return Math.min(wanted, body < DETAIL_ROWS ? body : Math.max(1, body - DETAIL_ROWS));
}

/** Where the target under the cursor stands in the first route that leads to it. */
export function placeOf({ screen, world }: Seen<ProvidersScreen>): Place | undefined {
  const row = shownTarget(screen);
  const { status } = world.facts;
  return row === undefined || status === undefined ? undefined : placesOf(row, status)[0];
}

/** Whether the provider of the target under the cursor is passed over. */
export function isPaused({ screen, world }: { screen: ProvidersScreen; world: World }): boolean {
  const row = shownTarget(screen);
  const name = row && providerOf(row);
  return world.facts.status?.providers.find((provider) => provider.name === name)?.enabled === false;
}

function actOnTarget(
  seen: Seen<ProvidersScreen>,
  row: TargetRow,
  action: 'test' | 'switch' | 'reset' | 'trip' | 'chaos' | 'raise' | 'lower',
): Turn<ProvidersScreen> {
  const { screen } = seen;
  const target = row.health?.target;
  switch (action) {
    case 'switch':
      return switched(seen, providerOf(row));
    case 'reset':
      if (target === undefined) break;
      return { is: 'do', screen, deed: { is: 'reset-breaker', target } };
    case 'trip':
      if (target === undefined) break;
      return {
        is: 'confirm',
        question: `leave ${row.name} alone for 5 minutes?`,
        deed: { is: 'trip-breaker', target, openMs: TRIP_MS },
      };
    case 'chaos':
      return chaotic(seen, row);
    case 'test':
      return tested(seen);
    case 'raise':
      return moved(seen, -1);
    case 'lower':
      return moved(seen, 1);
  }
  return { is: 'stay', screen };
}

function switched(seen: Seen<ProvidersScreen>, provider: string): Turn<ProvidersScreen> {
  if (isPaused(seen)) {
    return { is: 'do', screen: seen.screen, deed: { is: 'switch-provider', provider, enabled: true } };
  }
  return {
    is: 'confirm',
    question: `pass ${provider} over until it is resumed?`,
    deed: { is: 'switch-provider', provider, enabled: false },
  };
}

function chaotic({ world }: Seen<ProvidersScreen>, row: TargetRow): Turn<ProvidersScreen> {
  const provider = providerOf(row);
  const runs = world.facts.status?.chaos?.some((view) => view.provider === provider) === true;
  if (!runs) return { is: 'open-chaos', provider, model: row.health?.target.model ?? '' };
  return {
    is: 'confirm',
    question: `leave ${provider} in peace again?`,
    deed: { is: 'stop-chaos', provider },
  };
}

function tested(seen: Seen<ProvidersScreen>): Turn<ProvidersScreen> {
  const place = placeOf(seen);
  if (place === undefined) return { is: 'stay', screen: seen.screen };
  const { name, targets } = place.route;
  return {
    is: 'confirm',
    question: `ask each of the ${targets.length} targets of route ${name} once, for real (16 tokens at most)?`,
    deed: { is: 'test-route', route: name },
  };
}

function moved(seen: Seen<ProvidersScreen>, by: 1 | -1): Turn<ProvidersScreen> {
  const place = placeOf(seen);
  if (place === undefined) return { is: 'stay', screen: seen.screen };
  const { route, written, index } = place;
  return {
    is: 'confirm',
    question: `make ${written} the ${ordinal(index + by + 1)} of route ${route.name}?`,
    deed: { is: 'move-target', route: route.name, target: written, by },
  };
}
