import type { Step } from '../fleet.ts';

/** A call about to be made. */
export interface Turn {
  readonly step: Step;
  /** Retries made on this target before. */
  readonly retries: number;
  /** It was asked once more because an idle connection turned out to be closed. */
  readonly reconnected: boolean;
  /** It refused the conversation's opaque state, and is asked once more without it. */
  readonly withoutState: boolean;
  /** It would not go on with an answer in one way, and is asked in another. */
  readonly otherWay?: boolean;
  readonly waitMs: number;
}

/** A target is asked for the first time. */
export function firstCall(step: Step): Turn {
  return { step, retries: 0, reconnected: false, withoutState: false, waitMs: 0 };
}
