import { targetName } from './target.ts';
import type { Attempt, Trail } from './trail.ts';

/** What spending is kept apart by. */
export const SPENDING_BY = ['provider', 'model', 'client', 'day'] as const;
export type SpendingBy = (typeof SPENDING_BY)[number];

/** What was spent on some exchanges. Dollars are absent while no price of any of them is known. */
export interface Spent {
  readonly requests: number;
  readonly tokensIn: number;
  readonly cachedIn: number;
  readonly tokensOut: number;
  readonly costUsd?: number;
  /** Of that, what nobody got an answer for: attempts that failed or were cut, and those of lost races. */
  readonly wastedUsd?: number;
  /** Exchanges with tokens of which no price is known. */
  readonly unpriced: number;
}

/** A span of time, kept apart in every way at once. */
export interface Spending {
  /** From when on: epoch milliseconds. */
  readonly since: number;
  readonly total: Spent;
  readonly by: Readonly<Record<SpendingBy, readonly NamedSpent[]>>;
}

export interface NamedSpent extends Spent {
  readonly name: string;
}

/** Adds up exchanges one by one, so that a long record need not be held. */
export class SpendingTally {
  readonly #since: number;
  readonly #total = new Sum();
  readonly #by: Readonly<Record<SpendingBy, Map<string, Sum>>> = {
    provider: new Map(),
    model: new Map(),
    client: new Map(),
    day: new Map(),
  };

  constructor(since: number) {
    this.#since = since;
  }

  add(trail: Trail): void {
    if (trail.rehearsal === true || trail.outcome === 'pending') return;
    this.#total.add(trail);
    const target = trail.served ?? trail.attempts.at(-1)?.target;
    this.#named('provider', target?.provider ?? 'none asked').add(trail);
    this.#named('model', target === undefined ? 'none asked' : targetName(target)).add(trail);
    this.#named('client', trail.client.name).add(trail);
    this.#named('day', dayOf(trail.at)).add(trail);
  }

  get spending(): Spending {
    return {
      since: this.#since,
      total: this.#total.spent,
      by: {
        provider: dearest(this.#by.provider),
        model: dearest(this.#by.model),
        client: dearest(this.#by.client),
        day: named(this.#by.day).sort((a, b) => (a.name < b.name ? 1 : -1)),
      },
    };
  }

  #named(by: SpendingBy, name: string): Sum {
    const sums = this.#by[by];
    let sum = sums.get(name);
    if (sum === undefined) sums.set(name, (sum = new Sum()));
    return sum;
  }
}

/** What an exchange cost, when a price is known. */
export function costOf(trail: Trail): number | undefined {
  return trail.costUsd;
}

/** Dollars of an exchange that bought no part of its answer; undefined where no price is known. */
export function wastedOf(trail: Trail): number | undefined {
  const lost = trail.outcome === 'served' ? trail.attempts.filter(wasInVain) : trail.attempts;
  const costs = lost.map(({ costUsd }) => costUsd).filter((cost) => cost !== undefined);
  return costs.length === 0 ? undefined : costs.reduce((sum, cost) => sum + cost, 0);
}

function wasInVain({ fault, lost }: Attempt): boolean {
  return fault !== undefined || lost === true;
}

class Sum {
  #requests = 0;
  #tokensIn = 0;
  #cachedIn = 0;
  #tokensOut = 0;
  #unpriced = 0;
  #costUsd: number | undefined;
  #wastedUsd: number | undefined;

  add(trail: Trail): void {
    const { usage } = trail;
    const cost = costOf(trail);
    this.#requests++;
    this.#tokensIn += usage?.input ?? 0;
    this.#cachedIn += usage?.cacheRead ?? 0;
    this.#tokensOut += usage?.output ?? 0;
    if (cost === undefined && usage !== undefined) this.#unpriced++;
    this.#costUsd = plus(this.#costUsd, cost);
    this.#wastedUsd = plus(this.#wastedUsd, wastedOf(trail));
  }

  get spent(): Spent {
    return {
      requests: this.#requests,
      tokensIn: this.#tokensIn,
      cachedIn: this.#cachedIn,
      tokensOut: this.#tokensOut,
      unpriced: this.#unpriced,
      ...(this.#costUsd === undefined ? {} : { costUsd: this.#costUsd }),
      ...(this.#wastedUsd === undefined ? {} : { wastedUsd: this.#wastedUsd }),
    };
  }
}

function plus(sum: number | undefined, more: number | undefined): number | undefined {
  return more === undefined ? sum : (sum ?? 0) + more;
}

function named(sums: ReadonlyMap<string, Sum>): NamedSpent[] {
  return [...sums].map(([name, sum]) => ({ name, ...sum.spent }));
}

function dearest(sums: ReadonlyMap<string, Sum>): NamedSpent[] {
  const tokens = ({ tokensIn, tokensOut }: Spent): number => tokensIn + tokensOut;
  return named(sums).sort(
    (a, b) => (b.costUsd ?? 0) - (a.costUsd ?? 0) || tokens(b) - tokens(a) || b.requests - a.requests,
  );
}

/** The day on this machine's calendar: `2026-05-31`. */
function dayOf(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
