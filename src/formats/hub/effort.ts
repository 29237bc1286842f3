import { type Effort, EFFORTS, type ReasoningWish } from '../../core/conversation.ts';

/**
 * What an effort is worth in tokens of thought. `low`, `medium` and `high` are Google's own figures for its OpenAI
 * compatible address (ai.google.dev/gemini-api/docs/openai); the others go on from there. Targets clamp them to what
 * their models allow.
 */
const BUDGETS: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 512,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 49_152,
  max: 65_536,
};

/** Tokens of thought that an effort is worth; 0 for `none`. */
export function budgetOf(effort: Effort): number {
  return BUDGETS[effort];
}

/** The effort that a number of tokens comes nearest to, in proportion. */
export function effortOf(budget: number): Effort {
  if (!(budget > 0)) return 'none';
  let nearest: Effort = 'minimal';
  for (const effort of EFFORTS) {
    if (effort !== 'none' && distance(budget, effort) < distance(budget, nearest)) nearest = effort;
  }
  return nearest;
}

/** The effort a caller wishes, from whatever it said; undefined when it left that to the model. */
export function wishedEffort(wish: ReasoningWish | undefined): Effort | undefined {
  if (!wish) return undefined;
  if (wish.mode === 'off') return 'none';
  return wish.effort ?? (wish.budget === undefined ? undefined : effortOf(wish.budget));
}

/** The tokens of thought a caller wishes, from whatever it said; undefined when it left that to the model. */
export function wishedBudget(wish: ReasoningWish | undefined): number | undefined {
  if (!wish) return undefined;
  if (wish.mode === 'off') return 0;
  return wish.budget ?? (wish.effort === undefined ? undefined : budgetOf(wish.effort));
}

/** One of these efforts: the wished one, else the nearest there is; of two equally near the higher. */
export function nearestEffort(wished: Effort, offered: readonly Effort[]): Effort | undefined {
  const rank = EFFORTS.indexOf(wished);
  let nearest: Effort | undefined;
  for (const effort of offered) {
    const step = Math.abs(EFFORTS.indexOf(effort) - rank);
    if (nearest === undefined || step <= Math.abs(EFFORTS.indexOf(nearest) - rank)) nearest = effort;
  }
  return nearest;
}

/** True for a word that is an effort. */
export function isEffort(word: string | undefined): word is Effort {
  return word !== undefined && EFFORTS.some((effort) => effort === word);
}

function distance(budget: number, effort: Effort): number {
  return Math.abs(Math.log(budget) - Math.log(BUDGETS[effort]));
}
