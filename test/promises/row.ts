/** What gw promises, as a row. A test that shows it carries `[promise:<id>]` in its name or in a comment. */
export interface PromiseRow {
  /** What happens, as somebody outside would see it. */
  readonly behaviour: string;
  /** Where the promise comes from: one of the three on the front page, a standard, or a client's own behaviour. */
  readonly source: string;
}

export const ANSWER = 'README: the caller gets an answer';
export const HIDDEN = 'README: nothing is hidden';
export const NEVER = 'README: gw is never the problem';
export const BUDGETS = 'docs/budgets.md: what may be spent';
export const BALANCE = 'docs/balance.md: who is asked first';

export function row(behaviour: string, source: string): PromiseRow {
  return { behaviour, source };
}
