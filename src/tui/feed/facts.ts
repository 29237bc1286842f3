import type { Delta, LogEntry, Snapshot, Status } from '../../control/index.ts';
import type { Incident } from '../../core/health.ts';
import type { Trail } from '../../core/trail.ts';
import { extended, type Series } from './series.ts';

// Enough to scroll back through a busy hour, little enough that memory stays flat when left open all day.
const RECENT_LIMIT = 2_000;
const INCIDENT_LIMIT = 500;
const LOG_LIMIT = 1_000;
// As many as a delta brings: what waited to be told when the snapshot was made.
const TOLD_TWICE = 50;

/** What the viewer knows, and whether it is still being told. Kept when the daemon goes away. */
export interface Facts {
  readonly link: Link;
  readonly status: Status | undefined;
  readonly live: readonly Trail[];
  /** Newest first. */
  readonly recent: readonly Trail[];
  /** Newest first, by when they began. */
  readonly incidents: readonly Incident[];
  readonly tally: Tally;
  /** The last ten minutes. */
  readonly series: Series;
  /** What the daemon wrote into its log, newest first. */
  readonly log: readonly LogRow[];
}

/** A line of the log, with a name of its own. */
export interface LogRow extends LogEntry {
  readonly id: string;
}

/** `waiting`: never connected yet. `gone`: the daemon went away and may come back. Times are epoch milliseconds. */
export type Link =
  | { readonly is: 'waiting'; readonly since: number }
  | { readonly is: 'live'; readonly since: number }
  | { readonly is: 'gone'; readonly since: number };

/** What finished while the viewer was watching. */
export interface Tally {
  readonly ended: number;
  readonly served: number;
  readonly failovers: number;
  readonly failed: number;
}

/** What the connection to the daemon tells. */
export type FeedEvent =
  | { readonly type: 'snapshot-received'; readonly at: number; readonly snapshot: Snapshot }
  | { readonly type: 'delta-received'; readonly at: number; readonly delta: Delta }
  | { readonly type: 'daemon-gone'; readonly at: number };

/** Where a viewer starts. */
export function noFacts(now: number): Facts {
  return {
    link: { is: 'waiting', since: now },
    status: undefined,
    live: [],
    recent: [],
    incidents: [],
    tally: { ended: 0, served: 0, failovers: 0, failed: 0 },
    series: [],
    log: [],
  };
}

/** The facts after one more event. */
export function absorb(facts: Facts, event: FeedEvent): Facts {
  switch (event.type) {
    case 'snapshot-received':
      return absorbSnapshot(facts, event.snapshot, event.at);
    case 'delta-received':
      return absorbDelta(facts, event.delta);
    case 'daemon-gone':
      return facts.link.is === 'live' ? { ...facts, link: { is: 'gone', since: event.at } } : facts;
  }
}

/** The exchange with this id, running or finished. */
export function findTrail(facts: Facts, id: string): Trail | undefined {
  return facts.live.find((trail) => trail.id === id) ?? facts.recent.find((trail) => trail.id === id);
}

/** A restarted daemon starts empty: what was seen before stays below what it tells. */
function absorbSnapshot(facts: Facts, snapshot: Snapshot, at: number): Facts {
  const told = new Set(snapshot.incidents.map(({ id }) => id));
  const earlier = facts.incidents
    .filter(({ id }) => !told.has(id))
    .map((incident) => ({ ...incident, over: true }));
  const seen = new Set(facts.recent.map(({ id }) => id));
  return {
    ...facts,
    link: { is: 'live', since: at },
    status: snapshot.status,
    live: snapshot.live,
    recent: merge(snapshot.recent, facts.recent),
    series: extended(
      facts.series,
      snapshot.recent.filter(({ id }) => !seen.has(id)),
    ),
    log: logged(facts.log, afterLast(facts.log, snapshot.log ?? [])),
    incidents: newestFirst([...snapshot.incidents, ...earlier]),
  };
}

function absorbDelta(facts: Facts, delta: Delta): Facts {
  const ended = delta.ended ?? [];
  return {
    ...facts,
    status: delta.status ?? facts.status,
    live: delta.live ?? withoutEnded(facts.live, ended),
    recent: onTop(ended, facts.recent),
    incidents: delta.incidents ? absorbIncidents(facts.incidents, delta.incidents) : facts.incidents,
    tally: ended.reduce(count, facts.tally),
    series: extended(facts.series, ended),
    log: logged(facts.log, delta.log ?? []),
  };
}

function absorbIncidents(known: readonly Incident[], told: readonly Incident[]): readonly Incident[] {
  const ids = new Set(told.map(({ id }) => id));
  return newestFirst([...told, ...known.filter(({ id }) => !ids.has(id))]);
}

function newestFirst(incidents: readonly Incident[]): readonly Incident[] {
  return [...incidents].sort((a, b) => b.from - a.from).slice(0, INCIDENT_LIMIT);
}

function merge(newer: readonly Trail[], older: readonly Trail[]): readonly Trail[] {
  const ids = new Set(newer.map(({ id }) => id));
  return [...newer, ...older.filter(({ id }) => !ids.has(id))].slice(0, RECENT_LIMIT);
}

/** What ended, on top of what ended before; what a snapshot told already is told once more right after it. */
function onTop(ended: readonly Trail[], recent: readonly Trail[]): readonly Trail[] {
  if (ended.length === 0) return recent;
  const told = recent.slice(0, TOLD_TWICE);
  const fresh = ended.filter(({ id }) => !told.some((trail) => trail.id === id)).reverse();
  return fresh.concat(recent.slice(0, RECENT_LIMIT - fresh.length));
}

/** Lines are told oldest first, and each has its own time; what was told before is not told again. */
function logged(known: readonly LogRow[], told: readonly LogEntry[]): readonly LogRow[] {
  if (told.length === 0) return known;
  const last = Number(known[0]?.id ?? 0);
  const rows = told.map((entry, index) => ({ ...entry, id: String(last + index + 1) }));
  return [...rows.reverse(), ...known].slice(0, LOG_LIMIT);
}

function afterLast(known: readonly LogRow[], told: readonly LogEntry[]): readonly LogEntry[] {
  const last = known[0];
  return last === undefined ? told : told.filter(({ at }) => at > last.at);
}

function withoutEnded(live: readonly Trail[], ended: readonly Trail[]): readonly Trail[] {
  if (ended.length === 0 || live.length === 0) return live;
  const ids = new Set(ended.map(({ id }) => id));
  return live.filter(({ id }) => !ids.has(id));
}

function count(tally: Tally, trail: Trail): Tally {
  if (trail.rehearsal) return tally;
  return {
    ended: tally.ended + 1,
    served: tally.served + (trail.outcome === 'served' ? 1 : 0),
    failovers: tally.failovers + (trail.failover ? 1 : 0),
    failed: tally.failed + (trail.outcome === 'failed' || trail.outcome === 'cut' ? 1 : 0),
  };
}
