import type { Incident } from '../../../core/health.ts';
import type { Trail } from '../../../core/trail.ts';
import type { Seen, Turn, World } from '../../behaviour.ts';
import { type Facts, findTrail } from '../../feed/facts.ts';
import { moveReading, type Reading } from '../../present/row-window.ts';
import { targetId, type TargetRow, targetRows } from '../../present/target-state.ts';
import { boxOf, overviewLayout, type PanelName, PANELS } from './layout.ts';

/** The overview: which panel has the cursor, and where in it one reads. */
export interface OverviewScreen {
  readonly is: 'overview';
  readonly focus: PanelName;
  /** Undefined while following: the panels then show the newest first. */
  readonly reading: Reading | undefined;
  /** Ids of the live panel's rows while one reads it: what ends stays in its place until the cursor leaves. */
  readonly held: readonly string[];
  /** The panel with the cursor has the whole body. */
  readonly zoomed: boolean;
}

export type OverviewAction =
  | 'move-up'
  | 'move-down'
  | 'page-up'
  | 'page-down'
  | 'first-row'
  | 'last-row'
  | 'next-panel'
  | 'previous-panel'
  | 'open'
  | 'errors'
  | 'filter'
  | 'zoom'
  | 'follow';

// More than anyone reads through; keeps a reading that was forgotten overnight from growing without end.
const HELD_LIMIT = 300;

/** The overview as it opens: following, with the cursor ready in the list of requests. */
export const OVERVIEW: OverviewScreen = {
  is: 'overview',
  focus: 'requests',
  reading: undefined,
  held: [],
  zoomed: false,
};

/** What a key's action does to the overview. */
export function actOnOverview(seen: Seen<OverviewScreen>, action: OverviewAction): Turn<OverviewScreen> {
  const { screen, world } = seen;
  switch (action) {
    case 'move-up':
      return move(seen, -1);
    case 'move-down':
      return move(seen, 1);
    case 'page-up':
      return move(seen, -panelRows(screen, world));
    case 'page-down':
      return move(seen, panelRows(screen, world));
    case 'first-row':
      return move(seen, -Infinity);
    case 'last-row':
      return move(seen, Infinity);
    case 'next-panel':
      return focusOn(screen, 1);
    case 'previous-panel':
      return focusOn(screen, -1);
    case 'follow':
      return { is: 'stay', screen: { ...screen, reading: undefined, held: [] } };
    case 'errors':
      return { is: 'open-requests', filter: 'is:error' };
    case 'filter':
      return { is: 'open-requests', filter: '', ask: true };
    case 'zoom':
      return { is: 'stay', screen: { ...screen, zoomed: !screen.zoomed } };
    case 'open': {
      const trail = openable(seen);
      if (trail === undefined) return { is: 'stay', screen };
      const lists = screen.focus === 'live' || screen.focus === 'requests';
      return { is: 'open-request', trail, among: lists ? rowIds(screen, world.facts) : [trail.id] };
    }
  }
}

/** Keeps the place when rows come and go; a row that is gone for good ends the reading. */
export function settleOverview({ screen, world }: Seen<OverviewScreen>): OverviewScreen {
  if (screen.reading === undefined) return screen;
  const held = screen.focus === 'live' ? hold(screen, world.facts) : screen.held;
  const settled = held === screen.held ? screen : { ...screen, held };
  const { selected } = screen.reading;
  const found = rowsOf(settled, world.facts).some(({ id }) => id === selected);
  return found ? settled : { ...screen, reading: undefined, held: [] };
}

/** The rows of the live panel: oldest first, and while one reads it, what has ended meanwhile too. */
export function liveRows(screen: OverviewScreen, facts: Facts): readonly Trail[] {
  if (screen.focus !== 'live' || screen.reading === undefined) return facts.live;
  return screen.held.flatMap((id) => findTrail(facts, id) ?? []);
}

/** The exchange that `enter` opens: the selected one, or the newest that has to do with the selected row. */
export function openable({ screen, world: { facts } }: Seen<OverviewScreen>): Trail | undefined {
  const id = screen.reading?.selected ?? rowsOf(screen, facts)[0]?.id;
  if (id === undefined) return undefined;
  switch (screen.focus) {
    case 'live':
    case 'requests':
      return findTrail(facts, id);
    case 'failovers':
      return trailOfIncident(facts, id);
    case 'providers':
      return trailOfTarget(facts, id);
  }
}

/** The layout for the terminal and the targets there are. */
export function layoutOf(screen: OverviewScreen, { facts, size }: World) {
  return overviewLayout(size, providerRows(facts).length, screen.focus, screen.zoomed);
}

/** The rows of the providers panel. */
export function providerRows({ status }: Facts): readonly TargetRow[] {
  return status === undefined ? [] : targetRows(status);
}

function move({ screen, world }: Seen<OverviewScreen>, step: number): Turn<OverviewScreen> {
  const ids = rowIds(screen, world.facts);
  const reading = moveReading(ids, panelRows(screen, world), screen.reading, step);
  const held = screen.focus === 'live' ? ids : screen.held;
  return { is: 'stay', screen: { ...screen, reading, held } };
}

function focusOn(screen: OverviewScreen, step: 1 | -1): Turn<OverviewScreen> {
  const index = (PANELS.indexOf(screen.focus) + step + PANELS.length) % PANELS.length;
  return {
    is: 'stay',
    screen: { ...screen, focus: PANELS[index] ?? screen.focus, reading: undefined, held: [] },
  };
}

function panelRows(screen: OverviewScreen, world: World): number {
  return Math.max(1, boxOf(layoutOf(screen, world), screen.focus)?.rows ?? 1);
}

function rowIds(screen: OverviewScreen, facts: Facts): readonly string[] {
  return rowsOf(screen, facts).map(({ id }) => id);
}

function rowsOf(screen: OverviewScreen, facts: Facts): readonly { readonly id: string }[] {
  switch (screen.focus) {
    case 'providers':
      return providerRows(facts);
    case 'live':
      return liveRows(screen, facts);
    case 'failovers':
      return facts.incidents;
    case 'requests':
      return facts.recent;
  }
}

function hold(screen: OverviewScreen, facts: Facts): readonly string[] {
  const known = new Set(screen.held);
  const fresh = facts.live.filter(({ id }) => !known.has(id)).map(({ id }) => id);
  if (fresh.length === 0) return screen.held;
  const all = [...screen.held, ...fresh];
  if (all.length <= HELD_LIMIT) return all;
  const running = new Set(facts.live.map(({ id }) => id));
  return all.filter((id) => running.has(id) || id === screen.reading?.selected);
}

function trailOfIncident(facts: Facts, id: string): Trail | undefined {
  const incident: Incident | undefined = facts.incidents.find((candidate) => candidate.id === id);
  if (incident === undefined) return undefined;
  const wanted = targetId(incident.target);
  return facts.recent.find(({ attempts }) =>
    attempts.some(({ target, fault }) => fault === incident.reason && targetId(target) === wanted),
  );
}

function trailOfTarget(facts: Facts, id: string): Trail | undefined {
  return [...facts.live, ...facts.recent].find(({ attempts }) =>
    attempts.some(({ target }) => targetId(target) === id || target.provider === id),
  );
}
