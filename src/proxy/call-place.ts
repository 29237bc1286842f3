import type { Lane } from './race/lane.ts';

/** Where a call stands in its exchange. */
export interface CallPlace {
  readonly isLast: boolean;
  /** Whether somebody else would be asked if this target were late: what is the same model at its provider would not. */
  readonly isReplaceable: boolean;
  readonly remainingMs: number;
  readonly waitedMs: number;
  /** It refused the conversation's opaque state just now. */
  readonly withoutState: boolean;
  /** This target was asked before in this exchange. */
  readonly again: boolean;
  /** Where another call may race it for the caller. */
  readonly lane?: Lane;
}
