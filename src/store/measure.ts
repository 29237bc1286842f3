import type { DatabaseSync } from 'node:sqlite';

import { addCost } from '../core/price.ts';
import { numberField, stringField } from '../lib/expect.ts';
import { idFloor } from '../lib/id.ts';

/** What figures can be kept apart by. `provider` and `model` are who served, or who was asked last when nobody did. */
export type MeasureBy = 'provider' | 'model' | 'client' | 'route' | 'hour';

/** A span of time to be measured, and how (epoch milliseconds; rehearsals are left out). */
export interface MeasureQuery {
  /** From, and up to but without. */
  readonly since: number;
  readonly until: number;
  /** How much earlier the span of the same length lies that is measured too, to compare with; else right before. */
  readonly againstMs?: number;
  readonly by: MeasureBy;
  /** How long one step of the series is. */
  readonly stepMs: number;
  /** What the local clock is ahead of UTC: hours and days begin where people see them begin. */
  readonly offsetMs: number;
}

/** Figures of some exchanges. Latencies are of served ones, in milliseconds; absent where there are none. */
export interface Measure {
  readonly requests: number;
  readonly served: number;
  /** Those the caller got no whole answer to: failed and cut. */
  readonly failed: number;
  /** Those the caller hung up on. */
  readonly gone: number;
  readonly failovers: number;
  readonly p50?: number;
  readonly p95?: number;
  readonly p99?: number;
  readonly firstContentP50?: number;
  readonly firstContentP95?: number;
  readonly firstContentP99?: number;
  readonly tokensIn?: number;
  readonly tokensOut?: number;
  /** US dollars of those whose cost is known; absent where none is. */
  readonly costUsd?: number;
  /** Those answered without a call of their own: from the cache, or together with another. Absent where there are none. */
  readonly cached?: number;
  /** Those an old answer stood in for, when every target had failed: served, and yet no success of any target. */
  readonly stale?: number;
  /** US dollars that calls of their own would have cost, where their price is known. */
  readonly savedUsd?: number;
  /** Those with tokens whose cost is not known. */
  readonly unpriced: number;
}

/** The figures of one provider, model, client, route or hour. */
export interface MeasuredGroup extends Measure {
  /** Absent where an exchange has none: no provider was asked, no route answered. */
  readonly name?: string;
  /** When the hour began. */
  readonly at?: number;
}

/** One step of time. */
export interface MeasuredStep {
  readonly at: number;
  readonly requests: number;
  readonly failed: number;
}

/** A span of time in figures. */
export interface Measured {
  readonly total: Measure;
  readonly before: Measure;
  /** The busiest first; hours in their order. */
  readonly groups: readonly MeasuredGroup[];
  /** Every step from first to last, also those in which nothing happened. */
  readonly series: readonly MeasuredStep[];
  /** When the oldest exchange of the whole log began. */
  readonly oldest?: number;
}

/** The fault that was put on purpose into the attempt an exchange ended with. */
const INJECTED = `trail ->> '$.attempts[#-1].injected'`;

const HOUR_MS = 3_600_000;

/**
 * Measures a span of time and the one it is compared with, in one walk through the rows. SQL picks them and takes the trails
 * apart; exact quantiles by window functions took four sorts, and three times as long as all of this.
 */
export function measureExchanges(database: DatabaseSync, query: MeasureQuery): Measured {
  const { since, until, by, againstMs = until - since } = query;
  const [total, before] = [new Tally(), new Tally()];
  const groups = new Map<string | number | undefined, Tally>();
  const steps = new Map<number, Tally>();
  const isWho = by === 'provider' || by === 'model';
  const key = by === 'hour' ? 'NULL' : isWho ? ofItsOwn(by) : by;
  const rows = database
    .prepare(
      `SELECT at, outcome, failover, total_ms, first_content_ms, tokens_in, tokens_out,
         trail ->> '$.costUsd' AS cost_usd, trail ->> '$.cache.is' AS cache,
         trail ->> '$.cache.savedUsd' AS saved_usd, ${isWho ? INJECTED : 'NULL'} AS injected, ${key} AS name
       FROM exchange WHERE ((id >= ? AND id < ?) OR (id >= ? AND id < ?))
         AND rehearsal = 0 AND outcome <> 'pending'`,
    )
    .iterate(idFloor(since - againstMs), idFloor(until - againstMs), idFloor(since), idFloor(until));
  for (const row of rows) {
    const at = numberField(row, 'at') ?? 0;
    if (at < until - againstMs) before.add(row);
    if (at < since) continue;
    total.add(row);
    // What gw chaos did is not held against whom it was done to.
    if (stringField(row, 'injected') === undefined)
      tallyOf(groups, by === 'hour' ? startOf(at, HOUR_MS, query) : stringField(row, 'name')).add(row);
    tallyOf(steps, startOf(at, query.stepMs, query)).add(row);
  }
  const first = database.prepare('SELECT at FROM exchange ORDER BY id LIMIT 1').get();
  const oldest = numberField(first, 'at');
  return {
    ...(oldest === undefined ? {} : { oldest }),
    total: total.measure(),
    before: before.measure(),
    groups: inOrder(groups),
    series: toSeries(steps, query),
  };
}

/** Whoever failed before an old answer stood in did not serve it. */
const ofItsOwn = (column: string): string =>
  `CASE WHEN trail ->> '$.cache.source' IS NULL THEN ${column} END`;

/** Where the step begins that a moment is in, on the local clock. */
function startOf(at: number, stepMs: number, { offsetMs }: MeasureQuery): number {
  return Math.floor((at + offsetMs) / stepMs) * stepMs - offsetMs;
}

function tallyOf<K>(tallies: Map<K, Tally>, key: K): Tally {
  let tally = tallies.get(key);
  if (tally === undefined) tallies.set(key, (tally = new Tally()));
  return tally;
}

function inOrder(groups: ReadonlyMap<string | number | undefined, Tally>): MeasuredGroup[] {
  const measured = [...groups].map(([key, tally]): MeasuredGroup => ({
    ...(typeof key === 'number' ? { at: key } : key === undefined ? {} : { name: key }),
    ...tally.measure(),
  }));
  return measured.sort(
    (a, b) =>
      (a.at ?? 0) - (b.at ?? 0) || b.requests - a.requests || ((a.name ?? '') < (b.name ?? '') ? -1 : 1),
  );
}

function toSeries(steps: ReadonlyMap<number, Tally>, query: MeasureQuery): MeasuredStep[] {
  const series: MeasuredStep[] = [];
  for (let at = startOf(query.since, query.stepMs, query); at < query.until; at += query.stepMs) {
    const tally = steps.get(at);
    series.push({ at, requests: tally?.requests ?? 0, failed: tally?.failed ?? 0 });
  }
  return series;
}

/** Figures in the making. */
class Tally {
  requests = 0;
  failed = 0;
  #served = 0;
  #gone = 0;
  #failovers = 0;
  #tokensIn: number | undefined;
  #tokensOut: number | undefined;
  #costUsd: number | undefined;
  #unpriced = 0;
  #cached = 0;
  #stale = 0;
  #savedUsd: number | undefined;
  readonly #totals: number[] = [];
  readonly #firsts: number[] = [];

  add(row: unknown): void {
    const outcome = stringField(row, 'outcome');
    this.requests++;
    if (outcome === 'failed' || outcome === 'cut') this.failed++;
    if (outcome === 'gone') this.#gone++;
    if (outcome === 'served') this.#addServed(row, stringField(row, 'cache'));
    if (numberField(row, 'failover') === 1) this.#failovers++;
    this.#tokensIn = sum(this.#tokensIn, numberField(row, 'tokens_in'));
    this.#tokensOut = sum(this.#tokensOut, numberField(row, 'tokens_out'));
    const cost = numberField(row, 'cost_usd');
    this.#costUsd = addCost(this.#costUsd, cost);
    if (cost === undefined && numberField(row, 'tokens_out') !== undefined) this.#unpriced++;
  }

  measure(): Measure {
    const [total, first] = [quantiles(this.#totals), quantiles(this.#firsts)];
    return {
      requests: this.requests,
      served: this.#served,
      failed: this.failed,
      gone: this.#gone,
      failovers: this.#failovers,
      ...total,
      ...(first === undefined
        ? {}
        : { firstContentP50: first.p50, firstContentP95: first.p95, firstContentP99: first.p99 }),
      ...(this.#tokensIn === undefined ? {} : { tokensIn: this.#tokensIn }),
      ...(this.#tokensOut === undefined ? {} : { tokensOut: this.#tokensOut }),
      ...(this.#costUsd === undefined ? {} : { costUsd: this.#costUsd }),
      ...(this.#cached > 0 && { cached: this.#cached }),
      ...(this.#stale > 0 && { stale: this.#stale }),
      ...(this.#savedUsd !== undefined && { savedUsd: this.#savedUsd }),
      unpriced: this.#unpriced,
    };
  }

  /** How fast the cache is says nothing about how fast anybody answers. */
  #addServed(row: unknown, cache: string | undefined): void {
    this.#served++;
    if (cache === 'stale') this.#stale++;
    if (cache === 'hit' || cache === 'coalesced') this.#cached++;
    this.#savedUsd = addCost(this.#savedUsd, numberField(row, 'saved_usd'));
    if (cache === 'hit' || cache === 'stale') return;
    const [total, first] = [numberField(row, 'total_ms'), numberField(row, 'first_content_ms')];
    if (total !== undefined) this.#totals.push(total);
    if (first !== undefined) this.#firsts.push(first);
  }
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return b === undefined ? a : (a ?? 0) + b;
}

interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Nearest rank, exact: the smallest reading that so large a share of them does not exceed. */
function quantiles(readings: readonly number[]): Quantiles | undefined {
  if (readings.length === 0) return undefined;
  const sorted = Float64Array.from(readings).sort();
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50: rank(0.5), p95: rank(0.95), p99: rank(0.99) };
}
