import type { Trail } from '../../core/trail.ts';
import type { Asked } from './crowd.ts';

/** What came of a number of requests. */
export interface Tally {
  readonly requests: number;
  readonly correct: number;
  readonly told: number;
  readonly wrong: number;
  /** Served by another target than the first. */
  readonly failovers: number;
  /** Provider → how many it served, most first. */
  readonly servedBy: Readonly<Record<string, number>>;
  /** Of the failed-over ones: milliseconds until the target that served was asked. Undefined when there are none. */
  readonly addedMs: { readonly median: number; readonly most: number } | undefined;
  readonly medianMs: number | undefined;
}

/** Counts requests; `trails` are what gw recorded of them, by id. */
export function tallyOf(asked: readonly Asked[], trails: ReadonlyMap<string, Trail>): Tally {
  const own = asked.flatMap(({ id }) => trails.get(id ?? '') ?? []);
  const failovers = own.filter(({ failover, outcome }) => failover && outcome === 'served');
  const added = sorted(failovers.map(addedBy));
  const totals = sorted(asked.map(({ answer }) => answer.totalMs));
  const most = added.at(-1);
  return {
    requests: asked.length,
    correct: asked.filter(({ verdict }) => verdict === 'correct').length,
    told: asked.filter(({ verdict }) => verdict === 'told').length,
    wrong: asked.filter(({ verdict }) => verdict === 'wrong').length,
    failovers: failovers.length,
    servedBy: countBy(asked.flatMap(({ servedBy }) => servedBy ?? [])),
    addedMs: most === undefined ? undefined : { median: middle(added) ?? most, most },
    medianMs: middle(totals),
  };
}

/** How long after its arrival a request reached the target that served it. */
export function addedBy({ attempts }: Trail): number {
  return attempts.at(-1)?.startMs ?? 0;
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

function sorted(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

function middle(values: readonly number[]): number | undefined {
  return values[Math.floor((values.length - 1) / 2)];
}
