import { targetName } from '../../core/target.ts';
import type { Step } from '../fleet.ts';

/** One target of a route with the keys of its provider that may be used now: what a strategy chooses among. */
export interface Group {
  /** Its place among the route's targets, whoever of them is left out. */
  readonly place: number;
  readonly weight: number;
  readonly steps: readonly Step[];
}

/** The steps that may be tried, grouped by target in their order. */
export function groupSteps(steps: readonly Step[]): Group[] {
  const groups: { place: number; weight: number; steps: Step[] }[] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (last?.place === step.place) last.steps.push(step);
    else groups.push({ place: step.place, weight: step.weight, steps: [step] });
  }
  return groups;
}

/** How a group is called where it is told of. */
export function groupName({ steps }: Group): string {
  const [first] = steps;
  return first === undefined ? '' : targetName(first.target);
}
