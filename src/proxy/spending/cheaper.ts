import { type BudgetView, usedWords } from '../../core/budget.ts';
import { costOf } from '../../core/price.ts';
import { targetName } from '../../core/target.ts';
import type { PlanNote, PlanStep } from '../../core/trail.ts';
import { hostDistance } from '../../lib/host-distance.ts';
import type { ChosenPlan } from '../exchange.ts';
import type { Step } from '../fleet.ts';

/** About how large a request is. */
interface Size {
  readonly input: number;
  readonly output: number;
}

/** A plan of cheaper targets only, and how the trail tells it. */
export interface CheaperPlan {
  readonly plan: ChosenPlan;
  readonly told: readonly PlanStep[];
  readonly note: PlanNote;
}

/**
 * The targets of a plan that cost less than the route's first one for a request of this size, the cheapest first;
 * undefined when there is none. One whose price nobody knows is not cheaper, unless it is on this machine.
 */
export function cheaperPlan(
  plan: ChosenPlan,
  size: Size,
  now: number,
  budget: BudgetView,
): CheaperPlan | undefined {
  const [first] = plan.compiled.steps;
  const costs = new Map(plan.steps.map((step) => [step, costOfStep(step, size, now)]));
  const cost = (step: Step): number => costs.get(step) ?? Infinity;
  const bound = first && costOfStep(first, size, now);
  // What costs nothing is cheap enough, also where it is the first itself, or that one's price is not known.
  const steps = plan.steps
    .filter((step) => cost(step) === 0 || cost(step) < (bound ?? 0))
    .sort((a, b) => cost(a) - cost(b));
  if (steps.length === 0) return undefined;
  const skipped = `not cheaper than the first target, and a budget is used up (${usedWords(budget)})`;
  const others = plan.compiled.steps.filter((step) => !steps.includes(step));
  return {
    plan: { ...plan, steps },
    told: [
      ...steps.map(({ target }): PlanStep => ({ target })),
      // That they are left out is meant so, and no failover.
      ...others.map((step): PlanStep => ({
        target: step.target,
        skipped: step.skipped ?? skipped,
        unable: true,
      })),
    ],
    note: {
      by: 'budget',
      why: `cheaper targets only, ${steps.map(({ target }) => targetName(target)).join(', ')}: ${usedWords(budget)} is used`,
    },
  };
}

function costOfStep({ facts, provider }: Step, size: Size, now: number): number | undefined {
  const price = facts()?.price;
  const known = price && costOf(price, size, now);
  return known ?? (hostDistance(new URL(provider.url).hostname) === 'self' ? 0 : undefined);
}
