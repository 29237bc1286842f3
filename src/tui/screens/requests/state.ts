import { type Filter, type FilterMistake, NO_FILTER, parseFilter } from '../../../core/filter.ts';
import type { Trail } from '../../../core/trail.ts';
import type { Seen, Turn, World } from '../../behaviour.ts';
import type { Facts } from '../../feed/facts.ts';
import {
  acted,
  cursorOf,
  isListAction,
  type ListAction,
  listing,
  type Listing,
  refreshed,
  released,
  windowOf,
} from '../../listing.ts';
import { type Group, GROUPS, type GroupBy, groupExchanges } from '../../present/groups.ts';
import { bodyRows, extentOf } from '../../size.ts';
import { type SortName, SORTS, SORT_ORDER } from './sorts.ts';

/** Every request the dashboard has heard of: sorted, filtered, grouped, held still while one reads. */
export interface RequestsScreen {
  readonly is: 'requests';
  readonly rows: Listing<Trail>;
  readonly groups: Listing<Group>;
  readonly filter: Filter;
  /** Why what is typed is no filter; what stands before it counts. */
  readonly mistake: FilterMistake | undefined;
  readonly errorsOnly: boolean;
  readonly sort: SortName;
  readonly groupBy: GroupBy | undefined;
  /** The details of the request under the cursor are left out, where there was room for them. */
  readonly zoomed: boolean;
  /** Stands on another screen, to which esc leads back. */
  readonly over: boolean;
  /** From what the rows were made, and when the groups were. */
  readonly from: { readonly recent: readonly Trail[]; readonly live: readonly Trail[]; readonly at: number };
}

export type RequestsAction = ListAction | 'open' | 'filter' | 'errors' | 'sort' | 'group' | 'zoom' | 'leave';

// Adding up two thousand exchanges takes about a millisecond: once a second is enough to look at.
const REGROUP_MS = 1_000;
/** Room for what is shown and how, and for the titles. */
const HEAD_ROWS = 2;

/** The requests as they open: all of them, newest first. */
export const REQUESTS: RequestsScreen = {
  is: 'requests',
  rows: listing(),
  groups: listing(),
  filter: NO_FILTER,
  mistake: undefined,
  errorsOnly: false,
  sort: 'newest',
  groupBy: undefined,
  zoomed: false,
  over: false,
  from: { recent: [], live: [], at: 0 },
};

/** The requests that fit a filter, on top of another screen. */
export function requestsScreen(world: World, text: string): RequestsScreen {
  const screen: RequestsScreen = { ...REQUESTS, over: true };
  return typedIntoRequests({ screen, world }, text);
}

/** What a key's action does to the requests. */
export function actOnRequests(seen: Seen<RequestsScreen>, action: RequestsAction): Turn<RequestsScreen> {
  const { screen, world } = seen;
  const stay = (changed: Partial<RequestsScreen>): Turn<RequestsScreen> => ({
    is: 'stay',
    screen: remade({ ...screen, ...changed }, world),
  });
  if (isListAction(action)) {
    return { is: 'stay', screen: moved(screen, action, listRows(seen)) };
  }
  switch (action) {
    case 'filter':
      return { is: 'ask', label: 'filter', text: screen.filter.text };
    case 'errors':
      return stay({ errorsOnly: !screen.errorsOnly });
    case 'sort':
      return stay({ sort: after(SORT_ORDER, screen.sort) });
    case 'group':
      return stay({ groupBy: after([undefined, ...GROUPS], screen.groupBy) });
    case 'zoom':
      return { is: 'stay', screen: { ...screen, zoomed: !screen.zoomed } };
    case 'open':
      return open(seen);
    case 'leave':
      return leave(seen);
  }
}

/** Takes in what ended, unless the list is held; groups are added up anew once a second. */
export function settleRequests({ screen, world }: Seen<RequestsScreen>): RequestsScreen {
  const { recent, live } = world.facts;
  const { from } = screen;
  const early = screen.groupBy !== undefined && world.now - from.at < REGROUP_MS && world.now >= from.at;
  if ((from.recent === recent && from.live === live) || early) return screen;
  return filled(screen, world);
}

/** The screen while its filter is typed: what can be understood counts at once. */
export function typedIntoRequests({ screen, world }: Seen<RequestsScreen>, text: string): RequestsScreen {
  const filter = parseFilter(text);
  if (filter.is === 'ok') return remade({ ...screen, filter: filter.value, mistake: undefined }, world);
  // Most likely it is still being typed.
  const before = parseFilter(text.replace(/\S+$/, ''));
  const narrowed = before.is === 'ok' ? remade({ ...screen, filter: before.value }, world) : screen;
  return { ...narrowed, mistake: filter.fault };
}

/** The request whose details are shown: the one under the cursor, else the one on top. */
export function shownRequest({ rows }: RequestsScreen): Trail | undefined {
  return cursorOf(rows) ?? rows.rows[0];
}

/** How many rows of the list fit. */
export function listRows({ world }: Seen<RequestsScreen>): number {
  return Math.max(1, bodyRows(world.size) - HEAD_ROWS);
}

/** There is room for the details beside the list, and something to detail. */
export function isSplit({ screen, world }: Seen<RequestsScreen>): boolean {
  return extentOf(world.size) === 'split' && !screen.zoomed && screen.groupBy === undefined;
}

/** The list is held, by a cursor or a freeze. */
export function isHeld({ groupBy, rows, groups }: RequestsScreen): boolean {
  return (groupBy === undefined ? rows.hold : groups.hold) !== undefined;
}

function moved(screen: RequestsScreen, action: ListAction, page: number): RequestsScreen {
  return screen.groupBy === undefined
    ? { ...screen, rows: acted(screen.rows, action, page) }
    : { ...screen, groups: acted(screen.groups, action, page) };
}

function open({ screen }: Seen<RequestsScreen>): Turn<RequestsScreen> {
  if (screen.groupBy !== undefined) {
    const group = cursorOf(screen.groups) ?? screen.groups.rows[0];
    if (group === undefined) return { is: 'stay', screen };
    const kept = [screen.filter.text, screen.errorsOnly ? 'is:error' : '', group.filter].filter(Boolean);
    return { is: 'open-requests', filter: kept.join(' ') };
  }
  const trail = shownRequest(screen);
  if (trail === undefined) return { is: 'stay', screen };
  return { is: 'open-request', trail, among: screen.rows.rows.map(({ id }) => id) };
}

/** One step back at a time: from reading, from the filter, from the screen. */
function leave({ screen, world }: Seen<RequestsScreen>): Turn<RequestsScreen> {
  if (isHeld(screen)) {
    return {
      is: 'stay',
      screen: { ...screen, rows: released(screen.rows), groups: released(screen.groups) },
    };
  }
  if (screen.over) return { is: 'back' };
  const all = { ...screen, filter: NO_FILTER, errorsOnly: false, mistake: undefined };
  return { is: 'stay', screen: remade(all, world) };
}

/** The lists anew, following: what they show, or in which order, has changed. */
function remade(screen: RequestsScreen, world: World): RequestsScreen {
  return filled({ ...screen, rows: listing(), groups: listing() }, world);
}

function filled(screen: RequestsScreen, { facts, now }: World): RequestsScreen {
  const rows = chosen(screen, facts);
  const from = { recent: facts.recent, live: facts.live, at: now };
  if (screen.groupBy === undefined) return { ...screen, from, rows: refreshed(screen.rows, rows) };
  const groups = groupExchanges(rows, screen.groupBy);
  return { ...screen, from, groups: refreshed(screen.groups, groups) };
}

function chosen({ filter, errorsOnly, sort }: RequestsScreen, facts: Facts): readonly Trail[] {
  const all = [...[...facts.live].reverse(), ...facts.recent];
  const fitting = all.filter(
    (trail) =>
      filter.accepts(trail) && (!errorsOnly || trail.outcome === 'failed' || trail.outcome === 'cut'),
  );
  const { value } = SORTS[sort];
  return value === undefined ? fitting : fitting.sort((a, b) => (value(b) ?? -1) - (value(a) ?? -1));
}

function after<T>(all: readonly T[], one: T): T {
  return all[(all.indexOf(one) + 1) % all.length] ?? one;
}

/** The part of the list that fits. */
export function shownWindow(seen: Seen<RequestsScreen>) {
  const { rows, groups, groupBy } = seen.screen;
  return groupBy === undefined ? windowOf(rows, listRows(seen)) : windowOf(groups, listRows(seen));
}
