import type { Policy } from '../core/policy.ts';

/** Whether the model is expected to think before it speaks, and how long. */
export type Reasoning = 'none' | 'normal' | 'high';

/** What decides how long an attempt may take until its first content. */
export interface AttemptKind {
  readonly stream: boolean;
  readonly isLast: boolean;
  readonly reasoning: Reasoning;
}

/** Milliseconds an attempt has until its first content (of a stream) or its first byte (of a whole answer). */
export function firstContentLimit(policy: Policy, kind: AttemptKind): number {
  if (!kind.stream) return kind.isLast ? policy.answerLastMs : policy.answerMs;
  return streamLimit(policy, kind.reasoning) * (kind.isLast ? policy.lastTargetFactor : 1);
}

/** When the whole chain must be done. A caller may ask for less than the policy's total, never for more. */
export function deadlineFrom(startedAt: number, policy: Policy, askedMs?: number): number {
  return startedAt + Math.min(policy.totalMs, Math.max(0, askedMs ?? policy.totalMs));
}

/** Milliseconds left, never negative. */
export function remainingMs(deadline: number, now: number): number {
  return Math.max(0, deadline - now);
}

function streamLimit(policy: Policy, reasoning: Reasoning): number {
  switch (reasoning) {
    case 'none':
      return policy.firstContentMs;
    case 'normal':
      return policy.firstContentReasoningMs;
    case 'high':
      return policy.firstContentHighEffortMs;
  }
}
