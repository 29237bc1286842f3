import { DEFAULT_POLICY, type Policy } from '../core/policy.ts';
import type { Learned } from './first-content-history.ts';
import type { Reasoning } from './reasoning.ts';

/** What decides how long an attempt may take until its first content. */
export interface AttemptKind {
  readonly stream: boolean;
  readonly isLast: boolean;
  readonly reasoning: Reasoning;
}

/** The slowest of a hundred again and half: a needless failover is paid twice, a dead target is noticed all the same. */
const LEARNED_FACTOR = 1.5;
/** With less than this left for another target there is no point in keeping it back. */
const LEAST_SHARE_MS = 500;
const SHARE_OF_NEXT = 1 / 3;

/**
 * Milliseconds an attempt has until its first content (of a stream) or its first byte (of a whole answer). Of a stream
 * what was learned counts, unless somebody set the limit by hand. On the last target it can only lengthen the limit:
 * there is nobody left to turn to sooner.
 */
export function firstContentLimit(policy: Policy, kind: AttemptKind, learned?: Learned): number {
  if (!kind.stream) return kind.isLast ? policy.answerLastMs : policy.answerMs;
  const preset = presetLimit(policy, kind.reasoning);
  const limit = learnedLimit(policy, kind.reasoning, learned) ?? preset;
  return kind.isLast ? Math.max(limit, preset) * policy.lastTargetFactor : limit;
}

/** The limit that what was learned calls for; undefined while it calls for none. */
export function learnedLimit(policy: Policy, reasoning: Reasoning, learned?: Learned): number | undefined {
  if (learned === undefined || !policy.learnLimits) return undefined;
  const preset = presetLimit(policy, reasoning);
  if (preset !== presetLimit(DEFAULT_POLICY, reasoning)) return undefined;
  const { learnedLeastMs, learnedMostMs } = policy;
  const limit = Math.min(learnedMostMs, Math.max(learnedLeastMs, learned.p99Ms * LEARNED_FACTOR));
  return learned.whole ? limit : Math.max(limit, preset);
}

/**
 * What an attempt may take of the time that the caller still waits. Of a stream that would take all of it, a third is
 * kept back for the next target: a silent one must not cost the caller the answer that another could have given.
 */
export function shareOf(remaining: number, kind: Pick<AttemptKind, 'stream' | 'isLast'>): number {
  const kept = remaining * SHARE_OF_NEXT;
  return kind.stream && !kind.isLast && kept >= LEAST_SHARE_MS ? remaining - kept : remaining;
}

/** When the whole chain must be done. A caller may ask for less than the policy's total, never for more. */
export function deadlineFrom(startedAt: number, policy: Policy, askedMs?: number): number {
  return startedAt + Math.min(policy.totalMs, Math.max(0, askedMs ?? policy.totalMs));
}

/** Milliseconds left, never negative. */
export function remainingMs(deadline: number, now: number): number {
  return Math.max(0, deadline - now);
}

function presetLimit(policy: Policy, reasoning: Reasoning): number {
  switch (reasoning) {
    case 'none':
      return policy.firstContentMs;
    case 'normal':
      return policy.firstContentReasoningMs;
    case 'high':
      return policy.firstContentHighEffortMs;
  }
}
