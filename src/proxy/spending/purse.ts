import type { Profile } from '../../core/profile.ts';
import { BudgetBook, type Meter, RateBook } from '../../resilience/index.ts';

/** What may still be spent and asked: the budgets and limits of the profile in use, and what was taken of them. */
export class Purse {
  readonly budgets = new BudgetBook();
  readonly rates = new RateBook();

  get isEmpty(): boolean {
    return this.budgets.isEmpty && this.rates.isEmpty;
  }

  /** From now on this profile's hold; answers with the budgets that were not there before, and know of no spending yet. */
  apply({ budgets = [], limits = [] }: Pick<Profile, 'budgets' | 'limits'>, now: number): readonly Meter[] {
    this.rates.apply(limits);
    return this.budgets.apply(budgets, now);
  }
}
