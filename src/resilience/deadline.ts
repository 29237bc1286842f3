import { DEFAULT_POLICY, type Policy } from '../core/policy.ts';
import type { Learned } from './first-content-history.ts';
import type { Reasoning } from './reasoning.ts';

/** What decides how long an attempt may take until its first content. */
export interface AttemptKind {
  readonly stream: boolean;
  readonly isLast: boolean;
  readonly reasoning: Reasoning;
  /** Of a whole answer: the most tokens it may have, where the caller bounds them and the model is no slow one's own. */
  readonly answerTokens?: number | undefined;
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
  if (!kind.stream) return kind.isLast ? policy.answerLastMs : answerLimit(policy, kind, learned);
  const preset = presetLimit(policy, kind.reasoning);
  const limit = learnedLimit(policy, kind.reasoning, learned) ?? preset;
  return kind.isLast ? Math.max(limit, preset) * policy.lastTargetFactor : limit;
}

/**
 * A whole answer gives no sign of life before it is there. Where the caller bounds its length it is late once a stream
 * would have been late with its first content, and that many tokens later; unless somebody set the limit by hand.
 */
function answerLimit(policy: Policy, { reasoning, answerTokens }: AttemptKind, learned?: Learned): number {
  const { answerMs, leastTokensPerSecond } = policy;
  const isSet = answerMs !== DEFAULT_POLICY.answerMs || leastTokensPerSecond === 0;
  if (isSet || answerTokens === undefined) return answerMs;
  const untilContent = lateContent(policy, reasoning, learned);
  return Math.min(answerMs, untilContent + (answerTokens / leastTokensPerSecond) * 1000);
}

/**
 * Milliseconds after which a whole answer's target, asked meanwhile, must have shown that it still answers anybody: when
 * a stream would be late. Undefined where it is not asked: as little as a limit set by hand is that shortened.
 */
export function doubtLimit(policy: Policy, kind: AttemptKind, learned?: Learned): number | undefined {
  const isSet = policy.answerMs !== DEFAULT_POLICY.answerMs;
  if (kind.stream || kind.isLast || isSet || policy.probe !== 'one-token') return undefined;
  return lateContent(policy, kind.reasoning, learned);
}

/** When a stream would be late with its first content; never sooner than was never learned otherwise. */
function lateContent(policy: Policy, reasoning: Reasoning, learned?: Learned): number {
  return Math.max(presetLimit(policy, reasoning), learnedLimit(policy, reasoning, learned) ?? 0);
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
