import type { Trail } from './trail.ts';

/** Why a target of the plan that was not skipped was not asked either, in a few words. */
export function unaskedWord({ fault, outcome, attempts }: Trail): string {
  if (fault === 'over_budget') return 'not asked: budget used up';
  if (fault === 'too_many_requests') return 'not asked: too many requests';
  return outcome === 'failed' && attempts.length === 0 ? 'not asked' : 'not needed';
}
