import type { AttemptResult } from '../attempt-order.ts';
import type { Exchange } from '../exchange.ts';
import type { Lane } from './lane.ts';

/** How an attempt that was interrupted ended; undefined when gw itself gave the exchange up. */
export function whyInterrupted({ gone }: Exchange, lane: Lane | undefined): AttemptResult | undefined {
  if (gone) return { is: 'gone' };
  return lane?.isLost === true ? { is: 'outrun', isHedge: lane.isHedge } : undefined;
}
