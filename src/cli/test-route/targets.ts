import { targetName } from '../../core/target.ts';
import type { Trail } from '../../core/trail.ts';

/** One target of the route under test: a provider's model, with as many places in the plan as it has usable keys. */
export interface TestTarget {
  /** From 1. */
  readonly position: number;
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  /** Its places in the plan, from 1; one for each key. */
  readonly places: readonly number[];
  /** Why it can serve nobody, whatever its health; undefined when it can. */
  readonly out: string | undefined;
}

/** The targets of a plan in their order; the keys of one target stand together. */
export function targetsOf({ plan }: Pick<Trail, 'plan'>): readonly TestTarget[] {
  const targets: TestTarget[] = [];
  for (const [index, { target, skipped }] of plan.entries()) {
    const name = targetName(target);
    const last = targets.at(-1);
    const place = index + 1;
    if (last?.name === name) {
      // It can serve when one of its keys can.
      const out = last.out === undefined || skipped === undefined ? undefined : last.out;
      targets[targets.length - 1] = { ...last, places: [...last.places, place], out };
    } else {
      const { provider, model } = target;
      targets.push({ position: targets.length + 1, name, provider, model, places: [place], out: skipped });
    }
  }
  return targets;
}
