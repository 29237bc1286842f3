import type { Target } from '../../core/target.ts';
import type { TrailDraft } from '../trail-draft.ts';

/** Whether somebody else than the first target served because that failed, and not because it was merely slower. */
export function isFailover({ plan, attempts }: TrailDraft, served: Target): boolean {
  const first = plan.find(({ unable }) => unable !== true)?.target;
  if (first === undefined || first === served) return false;
  const there = attempts.filter(({ target }) => target === first);
  return there.length === 0 || there.some(({ fault }) => fault !== undefined);
}
