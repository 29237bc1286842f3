import type { AttemptDraft } from '../trail-draft.ts';

/** What of a race its lanes need. */
export interface Referee {
  /** This lane has content, and the caller gets its answer. */
  won(lane: Lane): void;
}

/** One of the attempts that race for the same caller. It stands in for the exchange where the attempt is to be ended. */
export class Lane {
  /** What the lane beside the first one is. */
  readonly isHedge: boolean;
  readonly #referee: Referee;
  #onInterrupt: (() => void) | undefined;
  /** The other one was first. */
  isLost = false;
  /** The attempt under way; undefined while it waits for room. */
  record: AttemptDraft | undefined;

  constructor(referee: Referee, isHedge: boolean) {
    this.#referee = referee;
    this.isHedge = isHedge;
  }

  /** The attempt begins. */
  enter(record: AttemptDraft): void {
    this.record = record;
    if (this.isHedge) record.hedge = true;
  }

  /** As `Exchange.whenInterrupted`, for this attempt alone. */
  whenInterrupted(action: (() => void) | undefined): void {
    this.#onInterrupt = action;
  }

  interrupt(): void {
    this.#onInterrupt?.();
  }

  /**
   * Called before the first byte leaves to the caller. There is no second one to be asked whether it may: whoever is
   * first ends the other in the same breath, and what was ended commits nothing.
   */
  win(): void {
    this.#referee.won(this);
  }

  /** Ends the attempt: its answer is not needed. */
  lose(): void {
    if (this.isLost) return;
    this.isLost = true;
    this.interrupt();
  }
}
