import type { Scope } from './budget.ts';
import { OPERATIONS } from './operation.ts';
import { addCost } from './price.ts';
import type { Trail } from './trail.ts';
import type { Usage } from './usage.ts';

/** What an exchange took, all attempts together. */
export interface Expense {
  readonly usd: number;
  readonly tokens: number;
  /** Some of its tokens have no known price. */
  readonly unpriced: boolean;
  /** Somebody was asked. */
  readonly asked: boolean;
}

/** Whose account an exchange goes on in this scope: the empty text where there is one for all, undefined for none. */
export function holderIn(
  scope: Scope,
  { route, client }: Pick<Trail, 'route' | 'client'>,
): string | undefined {
  switch (scope.is) {
    case 'all':
      return '';
    case 'route':
      return route === scope.name ? '' : undefined;
    case 'client':
      return client.name === scope.name ? '' : undefined;
    case 'each-client':
      return client.name;
    case 'each-session':
      return client.session;
  }
}

/** Whether an exchange is one that budgets and limits are about. */
export function isBudgeted({ operation, rehearsal }: Pick<Trail, 'operation' | 'rehearsal'>): boolean {
  return rehearsal !== true && !OPERATIONS[operation].auxiliary;
}

/** What an ended exchange took. What nobody knows a price of counts in tokens only. */
export function expenseOf({ attempts, usage: last }: Pick<Trail, 'attempts' | 'usage'>): Expense {
  let usd: number | undefined;
  let tokens = 0;
  let unpriced = false;
  for (const [index, attempt] of attempts.entries()) {
    const usage = attempt.usage ?? (index === attempts.length - 1 ? last : undefined);
    const own = tokensOf(usage);
    tokens += own;
    usd = addCost(usd, attempt.costUsd);
    if (own > 0 && attempt.costUsd === undefined) unpriced = true;
  }
  return { usd: usd ?? 0, tokens, unpriced, asked: attempts.length > 0 };
}

function tokensOf(usage: Usage | undefined): number {
  return (usage?.input ?? 0) + (usage?.output ?? 0);
}
