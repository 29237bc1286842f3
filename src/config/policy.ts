import { BALANCES, type Policy } from '../core/policy.ts';
import { keysOf } from '../lib/expect.ts';
import {
  duration,
  flag,
  type Kind,
  number,
  type ObjectReader,
  oneOf,
  size,
  span,
  whole,
  wordOr,
} from './reader.ts';

/** Every policy key of the profile file and what it must be; the keys are the fields of `Policy`. */
export const POLICY_KINDS: { readonly [K in keyof Policy]: Kind<Policy[K]> } = {
  connectMs: duration,
  firstContentMs: duration,
  firstContentReasoningMs: duration,
  firstContentHighEffortMs: duration,
  lastTargetFactor: number(1, 100),
  answerMs: duration,
  leastTokensPerSecond: number(0, 100_000),
  answerLastMs: duration,
  idleMs: duration,
  totalMs: duration,
  retries: whole(0, 10),
  retriesLast: whole(0, 10),
  backoffMs: duration,
  backoffCapMs: duration,
  waitMs: duration,
  waitLastMs: duration,
  retryBudget: number(0, 1),
  breakerFailures: whole(1, 1000),
  breakerShare: number(0.01, 1),
  breakerMinimum: whole(1, 10_000),
  breakerOpenMs: duration,
  breakerOpenCapMs: duration,
  probe: oneOf({ free: true, 'one-token': true, off: true }),
  bodyLimitBytes: size,
  idleTakeoverMs: duration,
  onCut: oneOf({ continue: true, error: true }),
  losses: oneOf({ warn: true, silent: true, strict: true }),
  rerouteBlocked: flag,
  balance: oneOf(BALANCES),
  affinityMs: duration,
  keys: oneOf({ order: true, spread: true }),
  headroom: flag,
  cache: flag,
  cacheTtlMs: span,
  coalesce: flag,
  staleIfErrorMs: span,
  staleToolCalls: flag,
  learnLimits: flag,
  learnedLeastMs: duration,
  learnedMostMs: duration,
  maxInFlight: whole(1, 1_000_000),
  maxQueued: whole(0, 1_000_000),
  queueWaitMs: duration,
  hedge: wordOr({ off: true, p95: true }, duration),
  hedgeSpend: number(0, 1),
};

/** What a `policy` object decides; an absent one decides nothing. */
export function readPolicy(reader: ObjectReader | undefined): Partial<Policy> {
  if (!reader) return {};
  let policy: Partial<Policy> = {};
  for (const key of keysOf(POLICY_KINDS)) {
    const value = reader.optional<Policy[keyof Policy]>(key, POLICY_KINDS[key]);
    if (value !== undefined) policy = { ...policy, [key]: value };
  }
  reader.finish();
  return policy;
}
