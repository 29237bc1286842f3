import type { Policy } from '../core/policy.ts';

/** What each knob of the policy is, for editors. */
export const POLICY_SUMMARIES: Readonly<Record<keyof Policy, string>> = {
  connectMs: 'Longest time for TCP and TLS.',
  firstContentMs: 'Longest wait for the first content of a stream while another target remains.',
  firstContentReasoningMs: 'The same for models known to reason.',
  firstContentHighEffortMs: 'The same at high reasoning effort.',
  lastTargetFactor: 'The last target gets this many times longer.',
  answerMs: 'Longest wait for the first byte of a non-streamed answer while another target remains.',
  leastTokensPerSecond:
    'How fast a non-streamed answer is written at the least: the tokens it may have then shorten answerMs; 0: they do not.',
  answerLastMs: 'The same on the last target.',
  idleMs: 'Longest silence between bytes.',
  totalMs: 'One deadline for the whole chain of targets.',
  retries: 'Retries on one target while another remains.',
  retriesLast: 'Retries on the last target.',
  backoffMs: 'The wait before retry n is random between 0 and this times 2^n.',
  backoffCapMs: 'The longest such wait.',
  waitMs: 'The longest retry-after waited for while another target remains.',
  waitLastMs: 'The longest retry-after waited for on the last target.',
  retryBudget: "Share of a target's requests that may be retries.",
  breakerFailures: 'Consecutive failures that open the breaker.',
  breakerShare: 'Share of failures in 30 s that opens the breaker.',
  breakerMinimum: 'Fewest requests in 30 s for that share to count.',
  breakerOpenMs: 'How long the breaker stays open at first; doubles at each relapse.',
  breakerOpenCapMs: 'How long it stays open at most.',
  probe:
    'How gw looks whether a target left alone is back: by its list of models (free), with a request for one token where that cannot tell (one-token), or not (off). With one-token it is also asked whether a target that is late with a whole answer still answers anybody.',
  bodyLimitBytes: 'Largest request body accepted.',
  idleTakeoverMs:
    'Longest silence in the middle of an answer that another target can go on with, or begin anew.',
  onCut: 'When an answer breaks after content was delivered: continue it, or tell the caller (error).',
  losses:
    'What a target of another format cannot be told: warn names it in x-gw-lossy, silent in the trail only, strict leaves the target out.',
  rerouteBlocked: "Whether a refusal by one provider's content policy may be taken to another provider.",
  balance: "Which of a route's targets is asked first; the others stand in, in the order they are written.",
  affinityMs:
    'How long after its last answer a conversation stays with who gave it, where its prompt cache is warm; 0: not at all.',
  keys: 'Which key of a provider is asked first: the first that may be (order), or each in its turn (spread).',
  headroom: 'Whether nothing is sent to a key whose provider said that its limits are used up.',
  cache: 'Whether whole answers are kept and given again to identical requests of the same caller.',
  cacheTtlMs: 'How long a kept answer is given again.',
  coalesce: 'Whether identical requests of one caller at the same time share one call.',
  staleIfErrorMs:
    'How old the last good identical answer may be that stands in when every target failed; 0: none does.',
  staleToolCalls: 'Whether an answer that calls tools may stand in so.',
  learnLimits:
    'Whether limits on first content follow what a model showed to need, where none is set by hand.',
  learnedLeastMs: 'The shortest limit that is learned.',
  learnedMostMs: 'The longest limit that is learned.',
  maxInFlight: 'Requests under way at once, in all.',
  maxQueued: 'Requests that may wait for room, in all and for each provider.',
  queueWaitMs: 'How long a request waits for room.',
  hedge:
    'When a second target is asked beside one that is late: never (off), when it is later than 19 in 20 of its own answers (p95), or after a duration.',
  hedgeSpend: 'The share of requests for which that may be done, weighed by price.',
};
