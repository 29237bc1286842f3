import type { Counters, Latency } from '../control/index.ts';
import type { Incident } from '../core/health.ts';
import { IncidentLog } from '../core/incident.ts';
import { OPERATIONS } from '../core/operation.ts';
import type { Watcher } from '../core/ports.ts';
import type { Target } from '../core/target.ts';
import type { Attempt, Trail } from '../core/trail.ts';
import { Bag } from '../lib/bag.ts';
import { Histogram } from '../lib/histogram.ts';
import { CacheTally } from './cache.ts';
import { Ring } from './ring.ts';
import { RollingWindow, WINDOW_MS } from './rolling.ts';
import { Tally } from './tally.ts';
import { quantiles, TargetStats } from './target-stats.ts';

const KEPT_TRAILS = 500;
// Callers name models, and a proxy that remembers every name it was ever asked for grows without bound.
const KEPT_TARGETS = 500;

class Slot {
  ended = 0;
  readonly total = new Histogram();
  readonly firstContent = new Histogram();

  clear(): void {
    this.ended = 0;
    this.total.clear();
    this.firstContent.clear();
  }
}

/** Who hears of changes, while anybody listens. Called on the hot path. */
export interface Listener {
  liveChanged(): void;
  ended(trail: Trail): void;
}

/**
 * What the daemon knows without asking a disk: running exchanges, the last finished ones, counters, and the health
 * of each target. The proxy calls it for every exchange, so it only takes note; views are made when asked for.
 */
export class Observatory implements Watcher {
  readonly #startedAt: number;
  readonly #live = new Bag<Trail>();
  readonly #ended = new Ring<Trail>(KEPT_TRAILS);
  readonly #targets = new Map<string, TargetStats>();
  /** The same by the target itself: it is one object from request to request, and making its key costs 0.3 µs. */
  #byTarget = new WeakMap<Target, TargetStats>();
  readonly #serving = new Map<string, { readonly target: Target; readonly at: number }>();
  readonly #window = new RollingWindow(() => new Slot());
  readonly #incidents = new IncidentLog();
  readonly cache = new CacheTally();
  readonly tally = new Tally();
  readonly #counts = { total: 0, served: 0, failed: 0, cut: 0, gone: 0, pending: 0, failovers: 0 };
  #endedAt = 0;
  /** Set while somebody watches. */
  listener: Listener | undefined;
  /** Told when the first exchange begins after there was none. */
  onBusy: (() => void) | undefined;
  /** Set while exchanges are told to somebody else. */
  exporter: { add(trail: Trail): void } | undefined;

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  exchangeStarted(trail: Trail): void {
    this.#live.add(trail);
    if (this.#live.size === 1) this.onBusy?.();
    this.listener?.liveChanged();
  }

  attemptEnded(trail: Trail, attempt: Attempt): void {
    this.listener?.liveChanged();
    if (trail.rehearsal === true || OPERATIONS[trail.operation].auxiliary) return;
    // What was made to fail on purpose says nothing about its target.
    if (attempt.injected !== undefined) return;
    this.#stats(attempt.target).attemptEnded(
      attempt,
      trail.at + (attempt.endMs ?? attempt.startMs),
      trail.stream,
    );
  }

  attemptExcused(trail: Trail, attempt: Attempt): void {
    if (trail.rehearsal === true || OPERATIONS[trail.operation].auxiliary) return;
    this.#stats(attempt.target).attemptExcused(attempt, trail.at + (attempt.endMs ?? attempt.startMs));
    this.listener?.liveChanged();
  }

  exchangeEnded(trail: Trail): void {
    this.#live.delete(trail);
    this.#endedAt = trail.at + (trail.totalMs ?? 0);
    this.#ended.add(trail);
    if (trail.rehearsal !== true) this.#count(trail);
    this.exporter?.add(trail);
    this.#incidents.add(trail);
    this.listener?.ended(trail);
  }

  lookSucceeded(target: Target, beganAt: number): void {
    this.#incidents.answered(target, beganAt, beganAt);
  }

  #count(trail: Trail): void {
    const counts = this.#counts;
    counts.total++;
    counts[trail.outcome]++;
    this.cache.add(trail);
    this.tally.add(trail);
    if (trail.failover) counts.failovers++;
    const at = trail.at + (trail.totalMs ?? 0);
    const slot = this.#window.at(at);
    slot.ended++;
    if (trail.outcome !== 'served' || trail.served === undefined) return;
    if (trail.route !== undefined) this.#serving.set(trail.route, { target: trail.served, at });
    if (OPERATIONS[trail.operation].auxiliary) return;
    this.#stats(trail.served).served++;
    if (trail.totalMs !== undefined) slot.total.record(trail.totalMs);
    // An answer that comes whole has no first token.
    if (trail.stream && trail.firstContentMs !== undefined) slot.firstContent.record(trail.firstContentMs);
  }

  #stats(target: Target): TargetStats {
    let stats = this.#byTarget.get(target);
    if (stats === undefined) {
      stats = this.#statsByName(target);
      this.#byTarget.set(target, stats);
    }
    return stats;
  }

  #statsByName(target: Target): TargetStats {
    const name = targetKey(target);
    let stats = this.#targets.get(name);
    if (stats === undefined) {
      stats = new TargetStats(target);
      this.#targets.set(name, stats);
      if (this.#targets.size > KEPT_TARGETS) this.#forgetOldest();
    }
    return stats;
  }

  #forgetOldest(): void {
    const [oldest] = this.#targets.keys();
    if (oldest !== undefined) this.#targets.delete(oldest);
    this.#byTarget = new WeakMap();
  }

  /** Requests under way, and when the last one ended; 0 while none did. */
  get activity(): { readonly live: number; readonly endedAt: number } {
    return { live: this.#live.size, endedAt: this.#endedAt };
  }

  get liveCount(): number {
    return this.#live.size;
  }

  counters(dropped: number): Counters {
    const { total, served, failed, cut, gone, failovers } = this.#counts;
    return { live: this.#live.size, total, served, failed, cut, gone, failovers, dropped };
  }

  latency(now: number): Latency {
    const total = new Histogram();
    const firstContent = new Histogram();
    let ended = 0;
    for (const slot of this.#window.recent(now)) {
      ended += slot.ended;
      total.add(slot.total);
      firstContent.add(slot.firstContent);
    }
    const observedMs = Math.min(WINDOW_MS, Math.max(60_000, now - this.#startedAt));
    return { ...quantiles(total, firstContent), perMinute: (ended * 60_000) / observedMs };
  }

  /** The statistics of every target that was tried. */
  targets(): readonly TargetStats[] {
    return [...this.#targets.values()];
  }

  /** How many running exchanges each target (by `targetKey`) is working on. */
  liveByTarget(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const trail of this.#live) {
      const attempt = trail.attempts.at(-1);
      if (attempt === undefined || attempt.endMs !== undefined) continue;
      const name = targetKey(attempt.target);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return counts;
  }

  /** Who served a route last. */
  serving(route: string): { readonly target: Target; readonly at: number } | undefined {
    return this.#serving.get(route);
  }

  /** Running exchanges, in no order. */
  get running(): Iterable<Trail> {
    return this.#live;
  }

  /** Running exchanges, the longest-running first. */
  live(count: number): Trail[] {
    return [...this.#live].sort((a, b) => a.at - b.at).slice(0, count);
  }

  /** Finished exchanges, newest first. */
  newest(count: number): Trail[] {
    return this.#ended.newest(count);
  }

  /** Something was changed that makes an end of these. */
  settle(isChanged: Parameters<IncidentLog['settle']>[0]): void {
    this.#incidents.settle(isChanged);
  }

  incidents(now: number): Incident[] {
    return this.#incidents.list(now);
  }

  /** The one running or kept exchange whose id begins so; undefined when there is none or more than one. */
  find(idPrefix: string): Trail | undefined {
    if (idPrefix === '') return undefined;
    const all = [...this.#live, ...this.#ended.all()];
    const exact = all.find(({ id }) => id === idPrefix);
    if (exact) return exact;
    const found = all.filter(({ id }) => id.startsWith(idPrefix));
    return found.length === 1 ? found[0] : undefined;
  }
}

/** One text per target, to find it again. Names cannot hold line ends. */
export function targetKey(target: Target): string {
  return `${target.provider}\n${target.model}\n${target.key}`;
}
