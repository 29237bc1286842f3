import { dollarsOf } from './money-words.ts';

/**
 * What a budget or a limit is kept for: everything together, one route, one client (the product that calls), each client
 * for itself, or each session of a client for itself.
 */
export type Scope =
  | { readonly is: 'all' }
  | { readonly is: 'route'; readonly name: string }
  | { readonly is: 'client'; readonly name: string }
  | { readonly is: 'each-client' }
  | { readonly is: 'each-session' };

/** How long a budget lasts, by the calendar of this machine, in words; a week begins on Monday (ISO 8601). */
export const PERIODS = { day: 'today', week: 'this week', month: 'this month' } as const;
export type Period = keyof typeof PERIODS;

/** What follows when a budget is used up, in words. */
export const BUDGET_ACTIONS = {
  warn: 'said, and nothing else',
  block: 'requests are refused',
  cheaper: 'only cheaper targets are asked',
} as const;
export type BudgetAction = keyof typeof BUDGET_ACTIONS;

/** What may be spent in a period. */
export interface Budget {
  readonly scope: Scope;
  readonly per: Period;
  readonly unit: 'usd' | 'tokens';
  readonly amount: number;
  readonly action: BudgetAction;
  /** Shares of the amount at which it is said how much is used, rising: 0.8, 1. */
  readonly at: readonly number[];
}

/** How many requests may be sent to providers per minute, in the long run. */
export interface RequestLimit {
  readonly scope: Scope;
  readonly requestsPerMinute: number;
}

/** When it is said how much is used unless somebody chose otherwise. */
export const DEFAULT_AT: readonly number[] = [0.8, 1];

/** A budget as others see it. Times are epoch milliseconds. */
export interface BudgetView extends Omit<Budget, 'scope'> {
  /** As it is written: `all`, `route:fast`. */
  readonly scope: string;
  /** Whose it is, where each client or session has one of its own. */
  readonly holder?: string;
  readonly used: number;
  /** What requests under way are expected to take. */
  readonly reserved: number;
  /** What is used of the amount: 1 is all of it. */
  readonly share: number;
  readonly requests: number;
  /** Requests with tokens of which no price is known: they are not in what is used of a budget in dollars. */
  readonly unpriced: number;
  readonly startsAt: number;
  readonly endsAt: number;
}

/** A limit as others see it. */
export interface RateView {
  readonly scope: string;
  readonly requestsPerMinute: number;
  /** Requests that had to wait, and that were refused, since the daemon started. */
  readonly waited: number;
  readonly refused: number;
}

/** What a budget had to do with an exchange. */
export interface BudgetNote extends Pick<BudgetView, 'scope' | 'per' | 'unit' | 'amount' | 'share'> {
  readonly did: 'warned' | 'blocked' | 'cheaper';
  readonly unpriced?: number;
}

/** `all`, `route:fast`, `client:claude-cli`, `each-client`, `each-session`. */
export function scopeText(scope: Scope): string {
  return 'name' in scope ? `${scope.is}:${scope.name}` : scope.is;
}

/** The scope that is written so; undefined when none is. */
export function parseScope(text: string): Scope | undefined {
  if (text === 'all' || text === 'each-client' || text === 'each-session') return { is: text };
  const [, is, name] = /^(route|client):(\S+)$/.exec(text) ?? [];
  if (name === undefined) return undefined;
  return is === 'route' ? { is, name } : { is: 'client', name };
}

/** What tells one budget from another: no two have the same scope, period and unit. */
export function budgetKey({ scope, per, unit }: Pick<Budget, 'scope' | 'per' | 'unit'>): string {
  return `${scopeText(scope)}\n${per}\n${unit}`;
}

/** `$5.00`, `1.2M tokens`. */
export function amountWords(unit: Budget['unit'], amount: number): string {
  return unit === 'usd' ? dollarsOf(amount) : `${shortTokens(amount)} tokens`;
}

/** `82% of $5.00 today`, `100% of 50k tokens today for route:fast`. */
export function usedWords(
  { scope, per, unit, amount, share }: Pick<BudgetView, 'scope' | 'per' | 'unit' | 'amount' | 'share'>,
  holder?: string,
): string {
  const one = scope.replace(/^each-/, holder === undefined ? 'this ' : '');
  const whose = holder === undefined ? one : `${one} ${holder}`;
  return `${shareWords(share)} of ${amountWords(unit, amount)} ${PERIODS[per]}${scope === 'all' ? '' : ` for ${whose}`}`;
}

/** The same, and what followed: `100% of $5.00 today, cheaper targets only`. */
export function noteWords(note: BudgetNote): string {
  const did = { warned: '', blocked: ', refused', cheaper: ', cheaper targets only' }[note.did];
  const { unpriced = 0 } = note;
  // Refused or sent elsewhere before it is used up: requests under way may take what is left.
  const spokenFor = note.did !== 'warned' && note.share < 1 ? ' and the rest spoken for' : '';
  return `${usedWords(note)}${spokenFor}${did}${unpriced === 0 ? '' : `, ${unpriced} of unknown price not in it`}`;
}

/** Rounded down, so that 100% means used up. */
function shareWords(share: number): string {
  return `${Math.floor(share * 100 + 1e-9)}%`;
}

function shortTokens(tokens: number): string {
  for (const [unit, size] of [
    ['M', 1e6],
    ['k', 1e3],
  ] as const)
    if (tokens >= size) return `${Number((tokens / size).toFixed(2))}${unit}`;
  return String(Math.round(tokens));
}
