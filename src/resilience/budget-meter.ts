import { type Budget, type BudgetView, scopeText } from '../core/budget.ts';
import { holderIn, type Expense } from '../core/expense.ts';
import { addCost } from '../core/price.ts';
import type { Trail } from '../core/trail.ts';
import { type Span, spanOf } from './budget-span.ts';

// Sessions are named by callers, and a day has only so many honest ones.
const MOST_HOLDERS = 10_000;
/** Of many holders those who spent most are shown. */
const HOLDERS_SHOWN = 20;

/** Whom an exchange belongs to. */
export type Subject = Pick<Trail, 'route' | 'client'>;

/** What one holder has spent in a period. */
export class Account {
  readonly holder: string;
  used = 0;
  reserved = 0;
  requests = 0;
  unpriced = 0;
  /** How many of the budget's shares were told already. */
  told = 0;

  constructor(holder: string) {
    this.holder = holder;
  }
}

/** One budget, and what was spent of it in the period that runs. A request counts in the period in which it began. */
export class Meter {
  readonly budget: Budget;
  #span: Span;
  #accounts = new Map<string, Account>();

  constructor(budget: Budget, now: number) {
    this.budget = budget;
    this.#span = spanOf(budget.per, now);
  }

  get span(): Span {
    return this.#span;
  }

  /** The same account under another amount or action. */
  changedTo(budget: Budget): Meter {
    const changed = new Meter(budget, this.#span.startsAt);
    changed.#accounts = this.#accounts;
    for (const account of this.#accounts.values()) account.told = reached(budget, account.used);
    return changed;
  }

  /** The account of whoever asks; undefined where the budget is not about them. */
  accountOf(subject: Subject, now: number): Account | undefined {
    const holder = holderIn(this.budget.scope, subject);
    if (holder === undefined) return undefined;
    this.#turnPage(now);
    return this.#accounts.get(holder) ?? this.#open(holder);
  }

  /** Adds what was spent; answers with the share that is reached by that and was not before. */
  add(account: Account, expense: Expense): number | undefined {
    const { unit, at } = this.budget;
    account.used = addCost(account.used, expense[unit]) ?? 0;
    if (expense.asked) account.requests++;
    if (expense.unpriced) account.unpriced++;
    const now = reached(this.budget, account.used);
    if (now <= account.told) return undefined;
    account.told = now;
    return at[now - 1];
  }

  /** Takes over what was spent earlier, without telling of it. */
  restore(subject: Subject, at: number, expense: Expense): void {
    const { startsAt, endsAt } = this.#span;
    if (at >= startsAt && at < endsAt) this.#recall(subject, expense);
  }

  #recall(subject: Subject, expense: Expense): void {
    const account = this.accountOf(subject, this.#span.startsAt);
    if (account) this.add(account, expense);
  }

  /** What is left after everything that is used and spoken for. */
  left({ used, reserved }: Account): number {
    return this.budget.amount - used - reserved;
  }

  viewOf({ holder, used, reserved, requests, unpriced }: Account): BudgetView {
    const { scope, amount } = this.budget;
    return {
      ...this.budget,
      scope: scopeText(scope),
      ...(holder !== '' && { holder }),
      used,
      reserved,
      share: used / amount,
      requests,
      unpriced,
      ...this.#span,
    };
  }

  /** Everybody's account, the fullest first; one that is empty where nobody has spent anything. */
  views(now: number): BudgetView[] {
    this.#turnPage(now);
    const accounts = [...this.#accounts.values()].sort((a, b) => b.used - a.used).slice(0, HOLDERS_SHOWN);
    return (accounts.length === 0 ? [new Account('')] : accounts).map((account) => this.viewOf(account));
  }

  /**
   * A new period begins with empty accounts; requests that are still under way keep the old ones. A clock that was set
   * back gives no new money: the accounts stay.
   */
  #turnPage(now: number): void {
    if (now >= this.#span.startsAt && now < this.#span.endsAt) return;
    if (now >= this.#span.endsAt) this.#accounts = new Map();
    this.#span = spanOf(this.budget.per, now);
  }

  #open(holder: string): Account {
    if (this.#accounts.size >= MOST_HOLDERS) this.#forgetIdle();
    const account = new Account(holder);
    this.#accounts.set(holder, account);
    return account;
  }

  #forgetIdle(): void {
    for (const [holder, { reserved }] of this.#accounts) {
      if (reserved > 0) continue;
      this.#accounts.delete(holder);
      return;
    }
  }
}

/** How many of the budget's shares are reached. */
function reached({ at, amount }: Budget, used: number): number {
  return at.filter((share) => used >= share * amount).length;
}
