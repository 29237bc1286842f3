import { globToRegExp } from '../lib/glob.ts';

/** Whether the model is expected to think before it speaks, and how long. */
export type Reasoning = 'none' | 'normal' | 'high';

// Families that think before the first visible token, matched against the name without its vendor (`openai/o3` → `o3`).
// A model missing here fails over too early; one too many only waits longer for a dead target.
const REASONING_MODELS = [
  'o1*',
  'o3*',
  'o4*',
  'gpt-5*',
  'gpt-oss*',
  'codex*',
  '*deepseek-r*',
  '*deepseek.r*',
  '*reasoner*',
  '*reasoning*',
  '*thinking*',
  'gemini-2.5*',
  'gemini-3*',
  'grok-3-mini*',
  'grok-4*',
  'grok-code*',
  'qwq*',
  'qvq*',
  'magistral*',
  'minimax-m*',
  'glm-4.5*',
  'glm-4.6*',
  'glm-4.7*',
  'glm-5*',
  'glm-z1*',
  'sonar-deep-research*',
  '*-r1',
  '*-r1-*',
  '*-r1:*',
];

// Siblings of the above that answer at once.
const PLAIN_MODELS = ['gpt-5-chat*', 'gpt-5.*-chat*', '*non-reasoning*', '*-nothink*'];

const REASONING = anyOf(REASONING_MODELS);
const PLAIN = anyOf(PLAIN_MODELS);

// The words of `reasoning_effort` and `reasoning.effort`; anything else a caller writes is a model's own business.
const EFFORTS: ReadonlyMap<string, Reasoning> = new Map([
  ['none', 'none'],
  ['minimal', 'none'],
  ['low', 'normal'],
  ['medium', 'normal'],
  ['high', 'high'],
  ['xhigh', 'high'],
  ['max', 'high'],
]);

/** True for models known to think before they answer. */
export function isReasoningModel(name: string): boolean {
  const model = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
  return REASONING.test(model) && !PLAIN.test(model);
}

/** How much thinking to expect: what the caller asked for when it said so, else what the model is known for. */
export function reasoningOf(model: string, effort?: string): Reasoning {
  const asked = effort === undefined ? undefined : EFFORTS.get(effort);
  return asked ?? (isReasoningModel(model) ? 'normal' : 'none');
}

function anyOf(globs: readonly string[]): RegExp {
  return new RegExp(globs.map((glob) => globToRegExp(glob).source).join('|'), 's');
}
