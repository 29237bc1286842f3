import { type FaultCode, FAULTS } from './fault.ts';
import type { Incident } from './health.ts';
import { disproves, isAhead, isPast } from './incident-end.ts';
import type { Target } from './target.ts';
import { sameTarget, targetName } from './target.ts';
import type { Attempt, PlanStep, Trail } from './trail.ts';

const MAX_KEPT = 200;
const MAX_SAMPLES = 200;

/**
 * Failovers of one target for one reason, joined over time. Fed with finished exchanges in the order they end, it can
 * be asked at any moment; what is over is kept as history, the last 200.
 *
 * - An incident begins when an attempt on a target fails by the target's fault and gw moves on from that target.
 * - While it runs, exchanges whose plan left the target out (breaker open, key cooling down) count into it too.
 * - It is over after `INCIDENT_GAP_MS` without either, or when the target served again and `INCIDENT_PROOF_MS` have
 *   passed since the last. A failure after that begins a new one.
 * - What is wrong with a key or a host is disproved by any model behind it. A key that was refused or had no credit is
 *   well with its first answer, and so is its provider when another key took its place.
 * - A look at a target by gw itself that went well is an answer like any other.
 * - A retry that the same target then serves is no failover. Rehearsals count nowhere. An exchange whose caller hung
 *   up keeps an incident running but is neither rescued nor lost.
 */
export class IncidentLog {
  readonly #running = new Map<string, Running>();
  #over: Incident[] = [];

  /** Takes note of a finished exchange; true when an incident began, grew or ended. */
  add(trail: Trail): boolean {
    if (trail.rehearsal === true || trail.outcome === 'pending') return false;
    // Nearly every exchange: nothing is wrong, and nothing was.
    if (this.#running.size === 0 && !trail.attempts.some(wentWrong)) return false;
    const endAt = endOf(trail);
    let changed = this.#closeQuiet(trail.at, endAt);
    for (const failure of failuresOf(trail)) {
      this.#note(failure, trail);
      changed = true;
    }
    if (this.#noteSkips(trail)) changed = true;
    if (this.#closeProven(trail, endAt)) changed = true;
    return changed;
  }

  /** Takes note of an answer that nobody but gw had asked for; true when that changed an incident. */
  answered(served: Target, beganAt: number, endAt: number): boolean {
    return this.#proven({ served, plan: undefined, beganAt, endAt });
  }

  /** All incidents known, in the order they began. `now` decides which of them are over. */
  list(now: number): Incident[] {
    const running = [...this.#running.values()].map((each) =>
      toIncident(each, isPast(each, now) || isAhead(each.last, now)),
    );
    return [...this.#over, ...running].sort((a, b) => a.from - b.from || (a.id < b.id ? -1 : 1));
  }

  /** What was wrong with these was changed: whether they are well now, the next failure would tell. */
  settle(isChanged: (incident: Pick<Incident, 'target' | 'reason'>) => boolean): boolean {
    return this.#close(isChanged);
  }

  #note(failure: Failure, trail: Trail): void {
    const key = `${targetKey(failure.target)}\n${failure.reason}`;
    let running = this.#running.get(key);
    if (running === undefined) {
      running = begin(failure, trail);
      this.#running.set(key, running);
    }
    running.from = Math.min(running.from, failure.at);
    running.last = Math.max(running.last, failure.at);
    running.failedAt = Math.max(running.failedAt, failure.at);
    delete running.servedAt;
    running.message = failure.message;
    count(running, trail);
  }

  #noteSkips(trail: Trail): boolean {
    let noted = false;
    for (const step of trail.plan) {
      if (!isLeftAlone(step) || wasTried(trail, step.target)) continue;
      const running = this.#latest(step.target);
      if (running === undefined) continue;
      running.last = Math.max(running.last, trail.at);
      count(running, trail);
      noted = true;
    }
    return noted;
  }

  /** Of several reasons a target fails for at once, the latest is the one it is being left alone for. */
  #latest(target: Target): Running | undefined {
    let latest: Running | undefined;
    for (const running of this.#running.values()) {
      if (!sameTarget(running.target, target)) continue;
      if (latest === undefined || running.last >= latest.last) latest = running;
    }
    return latest;
  }

  #closeQuiet(beganAt: number, endAt: number): boolean {
    return this.#close((running) => isPast(running, beganAt) || isAhead(running.last, endAt));
  }

  #closeProven(trail: Trail, endAt: number): boolean {
    const attempt = servingAttempt(trail);
    if (attempt === undefined || trail.outcome !== 'served') return false;
    return this.#proven({
      served: attempt.target,
      plan: trail.plan,
      beganAt: trail.at + attempt.startMs,
      endAt,
    });
  }

  #proven({ served, plan, beganAt, endAt }: Proof): boolean {
    let noted = false;
    for (const running of this.#running.values()) {
      // An answer that began before the failure says nothing about the time after it.
      if (beganAt <= running.failedAt || !disproves(running, served, plan)) continue;
      running.servedAt = endAt;
      noted = true;
    }
    return this.#close((running) => isPast(running, endAt)) || noted;
  }

  #close(isOver: (running: Running) => boolean): boolean {
    let closed = false;
    for (const [key, running] of this.#running) {
      if (!isOver(running)) continue;
      this.#running.delete(key);
      this.#over.push(toIncident(running, true));
      closed = true;
    }
    if (this.#over.length > MAX_KEPT) this.#over = this.#over.slice(-MAX_KEPT);
    return closed;
  }
}

/**
 * The incidents in a stretch of history, given in the order its exchanges ended, as they stood at `now` (by default
 * the end of the last one).
 */
export function collectIncidents(trails: Iterable<Trail>, now?: number): Incident[] {
  const log = new IncidentLog();
  let last = 0;
  for (const trail of trails) {
    log.add(trail);
    last = Math.max(last, endOf(trail));
  }
  return log.list(now ?? last);
}

interface Running {
  readonly id: string;
  readonly target: Target;
  readonly reason: FaultCode;
  message: string;
  from: number;
  last: number;
  failedAt: number;
  /** Since it failed last. */
  servedAt?: number;
  rescued: number;
  lost: number;
  readonly to: Map<string, number>;
  /** Milliseconds the latest rescued exchanges lost before the attempt that served them. */
  readonly addedMs: number[];
}

/** A target answered. */
interface Proof {
  readonly served: Target;
  /** What it was among; undefined when it alone was asked. */
  readonly plan: Trail['plan'] | undefined;
  readonly beganAt: number;
  readonly endAt: number;
}

interface Failure {
  readonly target: Target;
  readonly reason: FaultCode;
  readonly message: string;
  readonly at: number;
}

/** By the target's own fault; what is wrong with a request says nothing about its target. */
function wentWrong({ fault, target, injected, impatient }: Attempt): boolean {
  // Its caller waited less long than gw would have.
  if (impatient) return false;
  // By `gw chaos`, on purpose: that is nobody's fault.
  if (injected !== undefined) return false;
  // No model was asked for, so none is missing: the caller's path is wrong.
  if (fault === 'upstream_model_missing' && target.model === '') return false;
  return fault !== undefined && FAULTS[fault].scope !== 'request';
}

/** For each target that gw moved on from by the target's own fault, the last thing that went wrong there. */
function failuresOf(trail: Trail): Failure[] {
  const failures = new Map<string, Failure>();
  const served = trail.outcome === 'served' ? trail.served : undefined;
  for (const attempt of trail.attempts) {
    const { target, fault, message, startMs, endMs } = attempt;
    if (fault === undefined || !wentWrong(attempt)) continue;
    if (served !== undefined && sameTarget(target, served)) continue;
    const at = trail.at + (endMs ?? startMs);
    failures.set(targetKey(target), {
      target,
      reason: fault,
      message: message ?? FAULTS[fault].sentence,
      at,
    });
  }
  return [...failures.values()];
}

function begin({ target, reason, message, at }: Failure, trail: Trail): Running {
  const position = trail.plan.findIndex((step) => sameTarget(step.target, target)) + 1;
  return {
    id: `${trail.id}.${position}.${reason}`,
    target,
    reason,
    message,
    from: at,
    last: at,
    failedAt: at,
    rescued: 0,
    lost: 0,
    to: new Map(),
    addedMs: [],
  };
}

function count(running: Running, trail: Trail): void {
  if (trail.outcome === 'failed' || trail.outcome === 'cut') running.lost++;
  if (trail.outcome === 'served' && trail.cache?.is === 'stale') {
    running.rescued++;
    running.to.set(KEPT_ANSWER, (running.to.get(KEPT_ANSWER) ?? 0) + 1);
    return;
  }
  if (trail.outcome !== 'served' || trail.served === undefined) return;
  running.rescued++;
  const name = targetName(trail.served);
  running.to.set(name, (running.to.get(name) ?? 0) + 1);
  running.addedMs.push(servingAttempt(trail)?.startMs ?? 0);
  if (running.addedMs.length > MAX_SAMPLES) running.addedMs.shift();
}

/** Who stood in when nobody did. */
const KEPT_ANSWER = 'a kept answer';

function toIncident({ to, addedMs, ...running }: Running, over: boolean): Incident {
  const median = medianOf(addedMs);
  return {
    ...running,
    over,
    to: Object.fromEntries(to),
    ...(median === undefined ? {} : { addedMs: median }),
  };
}

function servingAttempt(trail: Trail): Attempt | undefined {
  const { served } = trail;
  if (served === undefined) return undefined;
  return trail.attempts.findLast(({ target, fault }) => fault === undefined && sameTarget(target, served));
}

/** When every target is being left alone, one of them is asked all the same. */
function wasTried(trail: Trail, target: Target): boolean {
  return trail.attempts.some((attempt) => sameTarget(attempt.target, target));
}

/**
 * Because of what went wrong there before. A target that is switched off, made to fail on purpose, full, or no use for
 * such a request is no failure of that target.
 */
function isLeftAlone({ skipped = '', fault }: PlanStep): boolean {
  if (fault === undefined || fault === 'busy' || skipped.includes('gw chaos')) return false;
  return FAULTS[fault].scope !== 'request';
}

function targetKey({ provider, model, key }: Target): string {
  return `${provider}\n${model}\n${key}`;
}

function endOf(trail: Trail): number {
  return trail.at + (trail.totalMs ?? 0);
}

function medianOf(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
