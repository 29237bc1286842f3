import { type Budget, budgetKey, type BudgetNote, type BudgetView } from '../core/budget.ts';
import { type Expense, expenseOf } from '../core/expense.ts';
import type { Trail } from '../core/trail.ts';
import { type Account, Meter, type Subject } from './budget-meter.ts';

/** A budget reached one of its shares. */
export interface BudgetReached {
  readonly view: BudgetView;
  /** Of the amount: 0.8, 1. */
  readonly share: number;
}

/** What the budgets say about a request before it is sent. */
export interface Judgement {
  /** What is to be told about it. */
  readonly notes: readonly BudgetNote[];
  /** It must not be sent, because of this budget. */
  readonly blockedBy?: BudgetView;
  /** It may go to cheaper targets only, because of this budget. */
  readonly cheaperFor?: BudgetView;
}

/** What a request is expected to take, until it is known. */
export type Estimate = Pick<Expense, 'usd' | 'tokens'>;

const NOTHING: Judgement = { notes: [] };
// About what a turn of a chat has, until it is known what callers here have answered.
const FIRST_ANSWER_TOKENS = 500;
const ANSWER_WEIGHT = 0.1;

/**
 * All budgets of a profile. What a request costs is known only when it has ended, so before it is sent an estimate is set
 * aside: a budget is never overdrawn by more than the last request and what estimates were too low.
 */
export class BudgetBook {
  #meters: readonly Meter[] = [];
  #answerTokens = FIRST_ANSWER_TOKENS;
  /** Hears when a budget reaches one of its shares. */
  listener: ((reached: BudgetReached) => void) | undefined;

  get isEmpty(): boolean {
    return this.#meters.length === 0;
  }

  /** About how many tokens an answer has here, learned from those there were. */
  get answerTokens(): number {
    return Math.round(this.#answerTokens);
  }

  /** From now on these hold. What was spent stays with budgets that were there before; answers with those that are new. */
  apply(budgets: readonly Budget[], now: number): readonly Meter[] {
    const known = new Map(this.#meters.map((meter) => [budgetKey(meter.budget), meter]));
    this.#meters = budgets.map(
      (budget) => known.get(budgetKey(budget))?.changedTo(budget) ?? new Meter(budget, now),
    );
    return this.#meters.filter(({ budget }) => !known.has(budgetKey(budget)));
  }

  /** What the budgets say about a request, at this moment. */
  judge(subject: Subject, now: number): Judgement {
    const notes: BudgetNote[] = [];
    let cheaperFor: BudgetView | undefined;
    for (const meter of this.#meters) {
      const account = meter.accountOf(subject, now);
      if (!account) continue;
      const { action, at, amount } = meter.budget;
      const isSpent = meter.left(account) <= 0;
      if (action === 'block' && isSpent) {
        const view = meter.viewOf(account);
        return { notes: [noteOf(view, 'blocked')], blockedBy: view };
      }
      if (action === 'cheaper' && isSpent) {
        cheaperFor ??= meter.viewOf(account);
        notes.push(noteOf(meter.viewOf(account), 'cheaper'));
      } else if (account.used >= (at[0] ?? 1) * amount) notes.push(noteOf(meter.viewOf(account), 'warned'));
    }
    if (notes.length === 0) return NOTHING;
    return { notes, ...(cheaperFor && { cheaperFor }) };
  }

  /** Sets aside what a request is expected to take. */
  reserve(subject: Subject, estimate: Estimate, now: number): Ticket {
    const entries = this.#meters.flatMap((meter): Entry[] => {
      const account = meter.accountOf(subject, now);
      if (!account) return [];
      const reserved = estimate[meter.budget.unit];
      account.reserved += reserved;
      return [{ meter, account, reserved }];
    });
    return new Ticket(entries, this);
  }

  /** Learns from an ended request how long answers are. */
  learn({ usage }: Pick<Trail, 'usage'>): void {
    if (usage?.output === undefined) return;
    this.#answerTokens += (usage.output - this.#answerTokens) * ANSWER_WEIGHT;
  }

  views(now: number): BudgetView[] {
    return this.#meters.flatMap((meter) => meter.views(now));
  }
}

interface Entry {
  readonly meter: Meter;
  readonly account: Account;
  readonly reserved: number;
}

/** What was set aside for one request, until it is known what that took. */
export class Ticket {
  #entries: readonly Entry[];
  readonly #book: BudgetBook;

  constructor(entries: readonly Entry[], book: BudgetBook) {
    this.#entries = entries;
    this.#book = book;
  }

  /** The request has ended, and this is how. Once only. */
  settle(trail: Trail): void {
    const expense = expenseOf(trail);
    this.#book.learn(trail);
    for (const { meter, account, reserved } of this.#entries) {
      // Sums of fractions end in noise, and nothing may be spoken for when nothing is under way.
      account.reserved = Math.max(0, account.reserved - reserved);
      if (account.reserved < 1e-9) account.reserved = 0;
      const share = meter.add(account, expense);
      if (share !== undefined) this.#book.listener?.({ view: meter.viewOf(account), share });
    }
    this.#entries = [];
  }
}

function noteOf(
  { scope, per, unit, amount, share, unpriced }: BudgetView,
  did: BudgetNote['did'],
): BudgetNote {
  const note = { did, scope, per, unit, amount, share };
  return unit === 'usd' && unpriced > 0 ? { ...note, unpriced } : note;
}
