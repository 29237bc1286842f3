import type { Fault, Remedy } from '../../core/fault.ts';
import { OPERATIONS } from '../../core/operation.ts';
import { comeBack, type Failure, faultToTell } from '../../resilience/index.ts';
import type { AttemptResult } from '../attempt-order.ts';
import type { Break } from '../continuation/break.ts';
import { usageOfAnswer } from '../continuation/take-up.ts';
import type { ChosenPlan, Exchange } from '../exchange.ts';
import type { Step } from '../fleet.ts';
import { type Reply, refused } from '../reply.ts';
import { BACK_SOON_MS } from './offline.ts';

/** What the caller is told if nobody goes on with its answer. */
export interface Untold {
  readonly fault: Fault;
  readonly told: Break;
}

/** Nobody goes on with the answer: the caller is told so. */
export function endCut(exchange: Exchange, { fault: broken, told }: Untold): Reply {
  exchange.trail.usage = usageOfAnswer(exchange);
  told.tell();
  return { is: 'cut', fault: broken };
}

/** Nobody served: the caller is told what the first target said, or that its own network is gone. */
export function refuseAfter(
  { operation }: Exchange,
  { steps }: ChosenPlan,
  walked: {
    readonly offline: Fault | undefined;
    readonly failures: readonly Failure[];
    readonly now: number;
  },
): Reply {
  const { offline, failures, now } = walked;
  if (offline) return refused(offline, failures, { at: now + BACK_SOON_MS, afterMs: BACK_SOON_MS });
  const recoveries = steps.map(({ state }) => state.recoversAt(now));
  // A fault of the request itself has nothing to come back for.
  const back = OPERATIONS[operation].stateless ? comeBack(recoveries, now) : undefined;
  return refused(faultToTell(failures), failures, back && back.at > now ? back : undefined);
}

/** Writes into the trail what was decided after a target failed. */
export function noteRemedy({ trail }: Exchange, { target }: Step, remedy: Remedy, why: Fault): void {
  const attempt = trail.attempts.findLast((each) => each.target === target);
  if (!attempt) return;
  attempt.remedy = remedy;
  if (why.retryAfterMs !== undefined) attempt.retryAfterMs = why.retryAfterMs;
}

/** How often the target broke off in this exchange. */
export function cutsOf({ trail }: Exchange, { target }: Step): number {
  return trail.attempts.filter((attempt) => attempt.target === target && attempt.fault === 'stream_broken')
    .length;
}

/** What an attempt that did not fail means for the exchange. */
export function replyTo(result: Exclude<AttemptResult, { is: 'failed' }>): Reply {
  switch (result.is) {
    case 'served':
      return { is: 'relayed' };
    // Whoever won a race stands for it, so that nobody who lost one gets here.
    case 'outrun':
    case 'gone':
      return { is: 'gone' };
    case 'cut':
      return { is: 'cut', fault: result.fault };
  }
}
