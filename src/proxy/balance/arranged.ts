import type { PlanNote } from '../../core/trail.ts';
import type { Step } from '../fleet.ts';

/** The order in which targets are asked, and why it is not the one that is written. */
export interface Arranged {
  readonly steps: readonly Step[];
  /** Before the first of them is asked. */
  readonly waitMs: number;
  readonly notes: readonly PlanNote[];
  /** Who is asked first was chosen, so that whoever is left out is no longer ahead of it. */
  readonly isChosen: boolean;
}
