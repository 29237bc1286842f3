import { costOf } from '../../core/price.ts';
import { sameTarget, type Target } from '../../core/target.ts';
import type { Usage } from '../../core/usage.ts';
import type { Step } from '../fleet.ts';

/** What the same answer would cost if it were asked for again, US dollars; undefined where nobody knows. */
export function costAgain(
  steps: readonly Step[],
  { from, usage }: { readonly from?: Target | undefined; readonly usage?: Usage | undefined },
  at: number,
): number | undefined {
  if (from === undefined || usage === undefined) return undefined;
  const price = steps.find(({ target }) => sameTarget(target, from))?.facts()?.price;
  return price && costOf(price, usage, at);
}
