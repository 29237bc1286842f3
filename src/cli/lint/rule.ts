import type { LintScene } from './scene.ts';

/**
 * How much a finding matters. `error`: callers will go without an answer that the chain seems to promise. `warning`: a
 * fallback is worth less than it looks. `note`: worth knowing, shown when asked for.
 */
export type Severity = 'error' | 'warning' | 'note';

/** One thing that a rule found. */
export interface LintFinding {
  /** The route it is about; undefined where it is about the whole profile. */
  readonly route: string | undefined;
  /** `provider/model`, where it is about one target. */
  readonly target?: string;
  /** What is so, in one sentence without its full stop. */
  readonly sentence: string;
  /** The command that mends it. */
  readonly fix: string;
}

/** One row of the table of rules. It looks, and changes nothing. */
export interface LintRule {
  readonly code: string;
  readonly severity: Severity;
  /** What it looks for: documentation is made from this. */
  readonly finds: string;
  /** Why that matters. */
  readonly why: string;
  look(scene: LintScene): readonly LintFinding[];
}
