import type { Policy } from '../core/policy.ts';

/**
 * Milliseconds to wait before retry number `retry` (0 is the first): full jitter, so that callers who failed together
 * do not come back together. `random` gives [0, 1).
 */
export function backoffMs(retry: number, policy: Policy, random: () => number): number {
  return random() * Math.min(policy.backoffCapMs, policy.backoffMs * 2 ** retry);
}
