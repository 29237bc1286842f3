import type { FactsPort } from '../../core/ports.ts';
import { addCost, costOf } from '../../core/price.ts';
import type { Usage } from '../../core/usage.ts';
import type { AttemptDraft, TrailDraft } from '../trail-draft.ts';

/**
 * Moves the tokens of an attempt that failed from the trail to the attempt: another one may serve, and its answer has
 * tokens of its own.
 */
export function keepUsage(trail: TrailDraft, attempt: AttemptDraft): void {
  if (trail.usage === undefined) return;
  attempt.usage = trail.usage;
  delete trail.usage;
}

/** Whether everything is known that a trail's cost follows from; if not, it will be after `facts.settled()`. */
export function canCharge(trail: TrailDraft, facts: FactsPort): boolean {
  return trail.attempts.every(
    (attempt, index) => usageOf(trail, index) === undefined || facts.of(attempt.target) !== undefined,
  );
}

/** Writes what each attempt cost into an ended trail, and the sum. What is not known stays unsaid. */
export function charge(trail: TrailDraft, facts: FactsPort): void {
  let total: number | undefined;
  let isComplete = true;
  for (const [index, attempt] of trail.attempts.entries()) {
    const price = facts.of(attempt.target)?.price;
    const usage = usageOf(trail, index) ?? (price?.source === 'free' ? {} : undefined);
    if (usage === undefined) continue;
    const cost = price && costOf(price, usage, trail.at);
    if (cost === undefined) isComplete = false;
    else attempt.costUsd = cost;
    total = addCost(total, cost);
  }
  if (isComplete && total !== undefined) trail.costUsd = total;
}

/** The last attempt's tokens are the trail's. */
function usageOf({ attempts, usage }: TrailDraft, index: number): Usage | undefined {
  return attempts[index]?.usage ?? (index === attempts.length - 1 ? usage : undefined);
}
