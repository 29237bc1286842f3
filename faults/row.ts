import type { Scene } from './scene.ts';

/** The headings of the page, in their order. */
export const FAMILIES = {
  sixteen: 'Sixteen faults of a provider, with one other to turn to',
  upstream: 'The provider fails',
  protocol: 'The protocol is bent',
  client: 'The caller fails',
  load: 'Load',
  process: 'Process and disk',
  configuration: 'Configuration',
  security: 'Attacks',
} as const;

export type Family = keyof typeof FAMILIES;

/** A test of the suite in test/ that shows a promise: its file below test/, and words of its full name. */
export interface Citation {
  readonly file: string;
  /** Every test of the file when absent. */
  readonly name?: string;
}

interface RowHead {
  readonly id: string;
  readonly family: Family;
  /** What happens, as a sentence with its bar. */
  readonly promise: string;
  /** How it is tested, in a sentence. */
  readonly how: string;
  /** Why this row is known to miss its bar. A row that misses for a known reason fails no run; it is printed as missed. */
  readonly gap?: string;
}

/** Shown by tests that exist: they are run, and counted. */
export interface CitedRow extends RowHead {
  readonly cites: readonly Citation[];
}

/** Shown by doing it to the built program. */
export interface MeasuredRow extends RowHead {
  /**
   * `waits`: mostly sleeps, and its bars are seconds: runs beside others.
   * `works`: needs a processor but has no fine figure: one at a time, while others wait.
   * `alone`: has figures in milliseconds or megabytes: runs when nothing else does.
   */
  readonly pace: 'waits' | 'works' | 'alone';
  /** `long`: takes too long, or too much of the machine, for the short form. `soak`: asked for by its own flag. */
  readonly form?: 'long' | 'soak';
  readonly run: (scene: Scene) => Promise<Finding>;
}

export type FaultRow = CitedRow | MeasuredRow;

/** What a row found. */
export interface Finding {
  readonly n: number;
  readonly failures: number;
  readonly figure: string;
  /** The same done without gw, or with a bare proxy in its place. */
  readonly yardstick?: string;
  /** Why the promise is missed; empty when it is met. */
  readonly causes: readonly string[];
  /** Why this machine cannot run the row. */
  readonly notHere?: string;
}

/** A finding as it is kept, and told by `--json`. */
export interface Result extends Finding {
  readonly id: string;
  readonly form: 'short' | 'long';
  readonly seconds: number;
  /** What else ran on the computer when the run began: its mean load over the minute before. */
  readonly load?: number;
}

export type Verdict = 'met' | 'missed' | 'not run here';

export function verdictOf({ causes, notHere }: Finding): Verdict {
  if (notHere !== undefined) return 'not run here';
  return causes.length === 0 ? 'met' : 'missed';
}

/** A row that cannot be run on this machine. */
export function notHere(reason: string): Finding {
  return { n: 0, failures: 0, figure: '–', causes: [], notHere: reason };
}
