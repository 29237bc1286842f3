import type { Trail } from '../../core/trail.ts';

/** How long one step of a chart is. */
export const STEP_MS = 10_000;
/** Ten minutes. */
export const STEPS = 60;

// Enough for a median nobody would dispute, little enough that a storm costs nothing.
const SAMPLES = 200;

/** What ended within one step of time. Latencies are 95th percentiles of served exchanges, in milliseconds. */
export interface Step {
  /** When it began: epoch milliseconds, a multiple of the step. */
  readonly at: number;
  readonly ended: number;
  readonly failed: number;
  readonly totalMs: number | undefined;
  readonly firstContentMs: number | undefined;
  /** Readings so far, to go on from. */
  readonly totals: readonly number[];
  readonly firsts: readonly number[];
}

/** The last ten minutes, oldest first; steps in which nothing ended are left out. */
export type Series = readonly Step[];

/** The series after some more exchanges ended. */
export function extended(series: Series, ended: readonly Trail[]): Series {
  const steps = new Map<number, Trail[]>();
  for (const trail of ended) {
    if (trail.rehearsal === true) continue;
    const at = Math.floor((trail.at + (trail.totalMs ?? 0)) / STEP_MS) * STEP_MS;
    const known = steps.get(at);
    if (known === undefined) steps.set(at, [trail]);
    else known.push(trail);
  }
  if (steps.size === 0) return series;
  const kept = series.map((step) => {
    const more = steps.get(step.at);
    steps.delete(step.at);
    return more === undefined ? step : grown(step, more);
  });
  const fresh = [...steps].map(([at, trails]) => grown(emptyStep(at), trails));
  return fresh.length === 0 ? kept : recent([...kept, ...fresh].sort((a, b) => a.at - b.at));
}

function recent(steps: Series): Series {
  const newest = steps.at(-1)?.at ?? 0;
  return steps.filter(({ at }) => at > newest - STEPS * STEP_MS);
}

function emptyStep(at: number): Step {
  return { at, ended: 0, failed: 0, totalMs: undefined, firstContentMs: undefined, totals: [], firsts: [] };
}

function grown(step: Step, trails: readonly Trail[]): Step {
  const served = trails.filter(({ outcome }) => outcome === 'served');
  const totals = sampled(
    step.totals,
    served.map(({ totalMs }) => totalMs),
  );
  const firsts = sampled(
    step.firsts,
    // An answer that comes whole has no first token: its first byte would hide a slow one.
    served.map(({ stream, firstContentMs }) => (stream ? firstContentMs : undefined)),
  );
  return {
    at: step.at,
    ended: step.ended + trails.length,
    failed: step.failed + trails.filter(({ outcome }) => outcome === 'failed' || outcome === 'cut').length,
    totalMs: high(totals),
    firstContentMs: high(firsts),
    totals,
    firsts,
  };
}

function sampled(known: readonly number[], more: readonly (number | undefined)[]): readonly number[] {
  return [...known, ...more.filter((value) => value !== undefined)].slice(-SAMPLES);
}

/** The 95th percentile by nearest rank. */
function high(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(0.95 * sorted.length) - 1)];
}
