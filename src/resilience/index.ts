/** Time and failure: when to wait, retry, go on or leave a target alone. Pure: no HTTP, no timers, time is an argument. */
export { backoffMs } from './backoff.ts';
export { BudgetBook, type BudgetReached, type Judgement, type Ticket } from './budget-book.ts';
export { type Meter } from './budget-meter.ts';
export { spanOf } from './budget-span.ts';
export {
  type Admission,
  type Breaker,
  mayTry,
  newBreaker,
  onFailure,
  onNeutral,
  onSuccess,
  onTry,
  tripped,
  viewBreaker,
} from './breaker.ts';
export {
  type Cooldown,
  cooldownAfter,
  cooldownSpan,
  forbids,
  mayTryCooling,
  onCooldownSuccess,
  onCooldownTry,
  undecided,
  viewCooldown,
} from './cooldown.ts';
export {
  type AttemptKind,
  deadlineFrom,
  doubtLimit,
  firstContentLimit,
  learnedLimit,
  remainingMs,
  shareOf,
} from './deadline.ts';
export {
  type Decision,
  decide,
  endsAll,
  othersAfter,
  type Position,
  shares,
  type Skip,
  skipAfter,
} from './decide.ts';
export { type ComeBack, comeBack, type Failure, faultToTell, recoversAt } from './exhausted.ts';
export { keepBreaker, keepCooldown, takeBreaker, takeCooldown } from './kept.ts';
export { FairQueue, type Queued } from './fair-queue.ts';
export { FirstContentBook, type FirstContentSnapshot } from './first-content-book.ts';
export { FirstContentHistory, type Learned, type LearnedKind } from './first-content-history.ts';
export { Headroom, type Outstanding, type Shortage } from './headroom.ts';
export { hedgeAfter, HedgeBudget } from './hedge.ts';
export { readLimits, tellsLimits } from './limits.ts';
export { MovingLatency } from './moving-latency.ts';
export { type Evidence, judgeNetwork, offlineSentence } from './offline.ts';
export { RateBook, type Turn } from './rate-book.ts';
export { isReasoningModel, type Reasoning, reasoningOf } from './reasoning.ts';
export { type HeaderValues, readRetryAfter } from './retry-after.ts';
export { RetryBudget } from './retry-budget.ts';
export { Wheel } from './wheel.ts';
