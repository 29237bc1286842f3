import type { Effort, Loss, ReasoningWish, Turn } from '../../core/conversation.ts';
import type { JsonOut } from '../../lib/json-write.ts';
import type { Claude } from './claude.ts';
import { budgetOf, nearestEffort, wishedBudget, wishedEffort } from './effort.ts';

/** Anthropic's least budget ("Must be ≥1024 and less than `max_tokens`"). */
const LEAST_BUDGET = 1024;
/** The part of the answer's limit that may go into thought, when both cannot be had: the answer comes after it. */
const MOST_OF_ANSWER = 0.8;

/** What else in the request has a say in whether the model may think. */
export interface ThinkingConditions {
  readonly maxTokens: number;
  /** It must call a tool. */
  readonly isForced: boolean;
  /** It goes on from its own last text. */
  readonly isPrefilled: boolean;
  /** The model's part of an unfinished round of calls does not begin with a thought. */
  readonly isThoughtless: boolean;
}

/** `thinking` and `output_config.effort` as they go into the request. */
export interface EncodedThinking {
  readonly thinking?: JsonOut;
  readonly effort?: Effort;
  /** The model thinks for sure, which rules sampling out. */
  readonly isOn: boolean;
}

/** How the caller's wish is told to this model, which may know only another way of saying it or none. */
export function encodeThinking(
  wish: ReasoningWish | undefined,
  claude: Claude,
  conditions: ThinkingConditions,
  losses: Set<Loss>,
): EncodedThinking {
  if (!wish) return { isOn: false };
  if (wishedEffort(wish) === 'none') return unthinking(claude, losses);
  if (claude.thinking === 'adaptive') return adaptive(wish, claude);
  if (claude.thinking === 'budget' && !blocksBudget(conditions))
    return budgeted(wish, claude, conditions, losses);
  losses.add('effort');
  return { isOn: false };
}

/**
 * True when a request with a budget of thought would be refused: "Thinking may not be enabled when tool_choice forces tool
 * use", and then earlier turns must begin with a thought. A model that thinks as it likes has neither rule.
 */
function blocksBudget({ isForced, isPrefilled, isThoughtless, maxTokens }: ThinkingConditions): boolean {
  return isForced || isPrefilled || isThoughtless || maxTokens <= LEAST_BUDGET;
}

const DISPLAYS: ReadonlyMap<boolean | undefined, string> = new Map([
  [true, 'summarized'],
  [false, 'omitted'],
]);

function unthinking({ thinksUnasked }: Claude, losses: Set<Loss>): EncodedThinking {
  if (thinksUnasked === 'yes') return { thinking: { type: 'disabled' }, isOn: false };
  if (thinksUnasked === 'no') return { isOn: false };
  losses.add('effort');
  return { effort: 'low', isOn: true };
}

function adaptive(wish: ReasoningWish, { efforts }: Claude): EncodedThinking {
  const wished = wishedEffort(wish);
  const effort = wished && nearestEffort(wished, efforts);
  return {
    thinking: { type: 'adaptive', display: DISPLAYS.get(wish.show) },
    ...(effort && { effort }),
    isOn: true,
  };
}

function budgeted(
  wish: ReasoningWish,
  { isClaude, efforts }: Claude,
  { maxTokens }: ThinkingConditions,
  losses: Set<Loss>,
): EncodedThinking {
  const wished = wishedBudget(wish) ?? budgetOf('medium');
  const allowed = wished < maxTokens ? wished : Math.floor(maxTokens * MOST_OF_ANSWER);
  if (allowed < wished) losses.add('effort');
  const effort = wish.effort && nearestEffort(wish.effort, efforts);
  // These models show their thoughts unless told not to.
  const display = isClaude && wish.show === false ? 'omitted' : undefined;
  return {
    thinking: { type: 'enabled', budget_tokens: Math.max(LEAST_BUDGET, allowed), display },
    ...(effort && { effort }),
    isOn: true,
  };
}

/**
 * True when the model is in the middle of a round of calls (the conversation ends with their results) and its part of
 * it does not begin with a thought: another model's was dropped, or it did not think then.
 */
export function isThoughtless(turns: readonly Turn[]): boolean {
  const last = turns.at(-1);
  if (last?.role !== 'user' || !last.parts.some(({ kind }) => kind === 'result')) return false;
  const spoken = turns.findLast(({ role }) => role === 'assistant');
  return spoken !== undefined && spoken.parts[0]?.kind !== 'reasoning';
}
