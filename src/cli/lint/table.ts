import type { LintRule } from './rule.ts';
import { ABILITY_RULES } from './rules/abilities.ts';
import { LIMIT_RULES } from './rules/limits.ts';
import { REACH_RULES } from './rules/reach.ts';
import { REFUSED_RULES } from './rules/refused.ts';
import { SHARING_RULES } from './rules/sharing.ts';

/** Every rule, in the order in which findings are told within their severity. */
export const LINT_RULES: readonly LintRule[] = [
  ...REACH_RULES,
  ...REFUSED_RULES,
  ...SHARING_RULES,
  ...ABILITY_RULES,
  ...LIMIT_RULES,
];
