import { addCost } from '../../core/price.ts';
import { targetName } from '../../core/target.ts';
import type { Trail } from '../../core/trail.ts';
import type { BreakerEvent, Performed, Piece } from './stage.ts';

/** How many, by name. */
export type Tally = Readonly<Record<string, number>>;

/** Milliseconds of half of them, of nineteen in twenty, and of the worst. */
export interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** What an outage would have done to some callers. */
export interface Hit {
  readonly client: string;
  readonly sessions: number;
  readonly requests: number;
  readonly failed: number;
}

/** An exchange that the outage would have left without a whole answer. */
export interface Lost {
  readonly at: number;
  /** The recorded exchange. */
  readonly id: string;
  readonly client: string;
  readonly fault: string;
  readonly attempts: number;
}

/** Sums over the exchanges that could be simulated: as recorded, simulated as it was, and simulated with the outage. */
export interface Sums {
  readonly served: number;
  readonly failed: number;
  readonly costUsd: number | undefined;
  /** Answers whose cost is not known. */
  readonly uncosted: number;
}

/** What came of a simulated outage, set beside the record and beside a simulation without outage. */
export interface Result {
  readonly simulated: number;
  readonly leftOut: Tally;
  readonly recorded: Sums;
  readonly control: Sums;
  readonly outage: Sums;
  /** Exchanges that the outage would have changed for their caller: those answered all the same, and those lost. */
  readonly touched: number;
  readonly saved: number;
  /** Of the saved ones. */
  readonly continued: number;
  readonly lost: readonly Lost[];
  /** Of the lost ones: part of the answer had arrived. */
  readonly cut: number;
  /** Nobody answers these without the outage either, so it changes nothing for them. */
  readonly failedAnyway: number;
  /** Who answered the saved ones. */
  readonly answeredBy: Tally;
  /** How much later the first content of the saved ones would have come; undefined without any. */
  readonly addedMs: Spread | undefined;
  /** The same, without those that their usual target answered at last. */
  readonly stoodIn: Tally;
  readonly hits: readonly Hit[];
  /** Requests that would have gone to a dead provider, and gw's own looks at it. */
  readonly callsMet: number;
  readonly looksMet: number;
  readonly breakers: readonly BreakerEvent[];
  /** Without the outage, so many exchanges end at the target, and as well, as they did in the record. */
  readonly asRecorded: number;
  readonly steps: readonly Step[];
  readonly assumed: readonly string[];
  readonly borrowed: readonly string[];
}

/** One column of the timeline. */
export interface Step {
  readonly from: number;
  readonly requests: number;
  readonly stoodIn: number;
  readonly failed: number;
  readonly outage: boolean;
}

interface Trio {
  readonly index: number;
  readonly recorded: Trail;
  readonly control: Trail;
  readonly outage: Trail;
}

/** Sets a simulation with outage beside one without, and beside the record. */
export function compare(piece: Piece, control: Performed, outage: Performed, columns: number): Result {
  const trios = piece.trails.flatMap((recorded, index): Trio[] => {
    const [without, withIt] = [control.trails[index], outage.trails[index]];
    return without && withIt ? [{ index, recorded, control: without, outage: withIt }] : [];
  });
  const touched = trios.filter((trio) => isTouched(trio, outage.met));
  const saved = touched.filter(({ outage: { outcome } }) => outcome === 'served');
  const lost = touched.filter(isLost);
  return {
    simulated: trios.length,
    leftOut: tally([...outage.leftOut.values()]),
    recorded: sums(trios.map((trio) => trio.recorded)),
    control: sums(trios.map((trio) => trio.control)),
    outage: sums(trios.map((trio) => trio.outage)),
    touched: touched.length,
    saved: saved.length,
    continued: saved.filter((trio) => trio.outage.continued === true).length,
    lost: lost.map(tellLost),
    cut: lost.filter((trio) => trio.outage.outcome === 'cut').length,
    failedAnyway: trios.filter((trio) => !isWell(trio.control) && !isWell(trio.outage)).length,
    answeredBy: tally(saved.map((trio) => servedBy(trio.outage))),
    addedMs: spread(saved.filter((trio) => isWell(trio.control)).map(addedMs)),
    stoodIn: tally(
      saved
        .filter((trio) => servedBy(trio.outage) !== servedBy(trio.control))
        .map((trio) => servedBy(trio.outage)),
    ),
    hits: hitsOf(touched),
    callsMet: outage.callsMet,
    looksMet: outage.looksMet,
    breakers: outage.breakers,
    asRecorded: trios.filter(
      (trio) =>
        trio.control.outcome === trio.recorded.outcome && servedBy(trio.control) === servedBy(trio.recorded),
    ).length,
    steps: stepsOf(piece, trios, columns),
    assumed: outage.assumed,
    borrowed: outage.borrowed,
  };
}

/** It met the outage, or was led elsewhere or answered otherwise because of it, and would be answered one way or another. */
function isTouched({ index, control, outage }: Trio, met: ReadonlySet<number>): boolean {
  if (!isWell(control) && !isWell(outage)) return false;
  return met.has(index) || control.outcome !== outage.outcome || servedBy(control) !== servedBy(outage);
}

function isLost({ control, outage }: Trio): boolean {
  return isWell(control) && !isWell(outage);
}

function isWell({ outcome }: Trail): boolean {
  return outcome === 'served';
}

function servedBy({ served, outcome }: Trail): string {
  if (served === undefined) return outcome === 'served' ? 'a kept answer' : '';
  return targetName(served);
}

/** Until the caller had the first of its answer; of a whole one, all of it. */
function waitOf({ stream, attempts, totalMs = 0 }: Trail): number {
  const firsts = attempts.flatMap(({ firstContentMs }) => firstContentMs ?? []);
  return stream && firsts.length > 0 ? Math.min(...firsts) : totalMs;
}

function addedMs({ control, outage }: Trio): number {
  return Math.max(0, Math.round(waitOf(outage) - waitOf(control)));
}

/** Of a list of milliseconds; undefined when it is empty. */
export function spread(list: readonly number[]): Spread | undefined {
  const sorted = [...list].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return sorted.length === 0 ? undefined : { p50: at(0.5), p95: at(0.95), max: at(1) };
}

function sums(trails: readonly Trail[]): Sums {
  let costUsd: number | undefined;
  for (const trail of trails) costUsd = addCost(costUsd, trail.costUsd);
  return {
    served: trails.filter(isWell).length,
    failed: trails.filter((trail) => !isWell(trail)).length,
    costUsd,
    uncosted: trails.filter((trail) => isWell(trail) && trail.costUsd === undefined).length,
  };
}

function tally(names: readonly string[]): Tally {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([, a], [, b]) => b - a));
}

function tellLost({ recorded, outage }: Trio): Lost {
  const { at, id, client } = recorded;
  return {
    at,
    id,
    client: client.name,
    fault: outage.fault ?? 'exhausted',
    attempts: outage.attempts.length,
  };
}

function hitsOf(touched: readonly Trio[]): Hit[] {
  const groups = Map.groupBy(touched, ({ recorded }) => recorded.client.name);
  return [...groups]
    .map(([client, own]) => ({
      client,
      sessions: new Set(own.flatMap(({ recorded }) => recorded.client.session ?? [])).size,
      requests: own.length,
      failed: own.filter(isLost).length,
    }))
    .sort((a, b) => b.failed - a.failed || b.requests - a.requests);
}

function stepsOf({ since, until, outages }: Piece, trios: readonly Trio[], columns: number): Step[] {
  const wide = (until - since) / columns;
  return Array.from({ length: columns }, (_, column) => {
    const from = since + column * wide;
    // What began while the record was being read is in the last one.
    const to = column === columns - 1 ? Infinity : since + (column + 1) * wide;
    const own = trios.filter(({ recorded: { at } }) => at >= from && at < to);
    return {
      from: Math.round(from),
      requests: own.length,
      stoodIn: own.filter((trio) => isWell(trio.outage) && servedBy(trio.outage) !== servedBy(trio.control))
        .length,
      failed: own.filter(isLost).length,
      outage: outages.some(({ startMs, lastsMs }) => {
        const [began, over] = [since + startMs, since + startMs + lastsMs];
        return began < from + wide && over > from;
      }),
    };
  });
}
