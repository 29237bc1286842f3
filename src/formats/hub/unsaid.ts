import type { Conversation, LossCode, Loss } from '../../core/conversation.ts';

const USUAL_TIERS: ReadonlySet<string> = new Set(['auto', 'default', 'standard', 'standard_only']);

/** Whether a conversation says something, by the name of the loss when it cannot be passed on. */
const SAID = {
  candidates: ({ candidates }) => (candidates ?? 1) > 1,
  logprobs: ({ logprobs }) => logprobs !== undefined,
  'logit-bias': ({ logitBias }) => logitBias !== undefined,
  seed: ({ seed }) => seed !== undefined,
  penalties: ({ presencePenalty, frequencyPenalty }) =>
    presencePenalty !== undefined || frequencyPenalty !== undefined,
  'top-k': ({ topK }) => topK !== undefined,
  user: ({ user }) => user !== undefined,
  metadata: ({ metadata }) => metadata !== undefined && Object.keys(metadata).length > 0,
  tier: ({ tier }) => tier !== undefined && !USUAL_TIERS.has(tier),
  verbosity: ({ verbosity }) => verbosity !== undefined,
  'parallel-calls': ({ parallelCalls, tools }) => parallelCalls === false && tools.length > 0,
} as const satisfies Readonly<Partial<Record<LossCode, (said: Conversation) => boolean>>>;

/** Notes what the caller said and a format has no word for. */
export function noteUnsaid(
  conversation: Conversation,
  losses: Set<Loss>,
  unknown: readonly (keyof typeof SAID)[],
): void {
  for (const loss of unknown) if (SAID[loss](conversation)) losses.add(loss);
}
