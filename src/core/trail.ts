import type { BudgetNote } from './budget.ts';
import type { Loss } from './conversation.ts';
import type { FaultCode, Remedy } from './fault.ts';
import type { CallerFormatName, FormatName, Operation } from './operation.ts';
import type { Balance } from './policy.ts';
import type { Target } from './target.ts';
import type { TraceNote } from './trace-context.ts';
import type { Usage } from './usage.ts';

/**
 * The recorded history of an exchange: every decision, wait and attempt. Plain data, in the shape it is stored,
 * sent to the dashboard and printed by `--json`; fields are only ever added.
 * Offsets (`…Ms` inside attempts and below) are milliseconds since `at`.
 */
export interface Trail {
  readonly id: string;
  /** When the request's first byte arrived: epoch milliseconds. */
  readonly at: number;
  readonly operation: Operation;
  /** What the caller speaks. */
  readonly format: CallerFormatName;
  readonly method: string;
  /** Path without the query, as asked. */
  readonly path: string;
  readonly stream: boolean;
  /** The model the caller asked for. */
  readonly asked?: string;
  /** The route that answered to it. */
  readonly route?: string;
  readonly client: Client;
  readonly plan: readonly PlanStep[];
  /** Why the plan is not in the order the route is written in; absent where it is. */
  readonly order?: readonly PlanNote[];
  readonly attempts: readonly Attempt[];
  readonly outcome: TrailOutcome;
  /** The status the caller got; 499 when it hung up first. */
  readonly status: number;
  readonly fault?: FaultCode;
  readonly message?: string;
  /** Who served it. */
  readonly served?: Target;
  /** Served by another target than the first of its plan, unless that one was merely slower. */
  readonly failover: boolean;
  /** How long the caller waits until its answer begins, where it says so, and the header that says it. */
  readonly deadlineMs?: number;
  readonly deadlineFrom?: string;
  /** How long it waited for room before anything else was done for it: as many requests were under way as may be. */
  readonly queuedMs?: number;
  /** How long it waited because of a limit on requests per minute, and which one that is. */
  readonly held?: { readonly ms: number; readonly by: string };
  /** Budgets that are nearly or wholly used up, and what followed from that. */
  readonly budgets?: readonly BudgetNote[];
  readonly firstContentMs?: number;
  readonly totalMs?: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** What the answer took that the caller got. */
  readonly usage?: Usage;
  /** What all attempts cost together, US dollars; absent where a price or the tokens of one are not known. */
  readonly costUsd?: number;
  /** Malformed stream events that were left out of the answer. */
  readonly malformed?: number;
  /** What the cache had to do with it, where it was asked. */
  readonly cache?: CacheNote;
  /** The answer broke off under way, and another attempt went on with it: the caller got a whole one in pieces. */
  readonly continued?: boolean;
  /** gw itself was killed while it was under way; `totalMs` is how long it was at least. The next gw wrote it down. */
  readonly killed?: true;
  /** A test of gw itself (drill, probe): counts in no statistic and against nobody's health. */
  readonly rehearsal?: boolean;
  /** The distributed trace it is part of, where the caller sent one or gw exports its own. */
  readonly trace?: TraceNote;
}

/**
 * - `pending`: still running.
 * - `served`: a whole answer reached the caller.
 * - `failed`: the caller got an error instead of an answer.
 * - `cut`: the answer broke off after content was delivered, and the caller was told so.
 * - `gone`: the caller hung up.
 */
export type TrailOutcome = 'pending' | 'served' | 'failed' | 'cut' | 'gone';

/** Who called: the product in its `user-agent`, and the session it named. */
export interface Client {
  readonly name: string;
  readonly session?: string;
  /** How often the caller's SDK had already tried (`x-stainless-retry-count`). */
  readonly retries?: number;
}

/** One target of the plan, in order; `skipped` says why it was not even tried. */
export interface PlanStep {
  readonly target: Target;
  readonly skipped?: string;
  /** It cannot serve such a request at all, so that leaving it out is no failover. */
  readonly unable?: true;
  /** Why it is being left alone, when that is the reason for skipping it. */
  readonly fault?: FaultCode;
}

/**
 * How a model is had to go on with an answer that broke off:
 * - `prefill`: what was delivered is given to it as the beginning of its own answer.
 * - `replay`: it is asked the same again, and what was delivered already is left out of its answer.
 * - `instructed`: it is shown what was delivered and asked to go on exactly from there.
 */
export type ContinuedHow = 'prefill' | 'replay' | 'instructed';

/** How an attempt went on with an answer that had broken off. */
export interface Continuation {
  readonly how: ContinuedHow;
  /** Who broke off, and why. */
  readonly from: Target;
  readonly after: FaultCode;
  /** Characters that the caller had already. */
  readonly kept: number;
  /** Characters of this attempt's answer that were left out, because the caller had them. */
  readonly dropped: number;
}

/**
 * Where an attempt's limit came from: the profile's `policy`, what was `learned` of the model, what was left of the time
 * the `caller` waits or of the whole `chain`'s, or, where that was little, an attempt's `share` of it; the `length` that the
 * request allows its answer; or a `question` for one token, which it did not answer either.
 */
export type LimitSource = 'policy' | 'learned' | 'length' | 'question' | 'caller' | 'chain' | 'share';

/** One reason for the order of a plan: what decided it, in words. */
export interface PlanNote {
  readonly by: Balance | 'keys' | 'affinity' | 'headroom' | 'budget';
  readonly why: string;
}

/** One call to one target. */
export interface Attempt {
  readonly target: Target;
  /** When it began, and how long gw waited before it (backoff or `retry-after`). */
  readonly startMs: number;
  readonly waitedMs: number;
  /** When the request was on the wire, the response head arrived, the first content arrived, and when it ended. */
  readonly sentMs?: number;
  readonly headersMs?: number;
  readonly firstContentMs?: number;
  readonly endMs?: number;
  readonly status?: number;
  readonly requestId?: string;
  readonly fault?: FaultCode;
  readonly message?: string;
  /** How long it had until its first content (of a stream) or first byte, and where that limit came from. */
  readonly limitMs?: number;
  readonly limitFrom?: LimitSource;
  /** Readings that a learned limit rests on. */
  readonly limitSamples?: number;
  /** When a target that was late with a whole answer showed that it still answers: a question for one token. */
  readonly vouchedMs?: number;
  /** It was given up because its caller waits no longer, sooner than gw would have: held against nobody. */
  readonly impatient?: true;
  /** How much of `waitedMs` it waited for room at a provider that serves only so many at once. */
  readonly queuedMs?: number;
  /** The fault `gw chaos` put into it on purpose: it is held against nobody. */
  readonly injected?: string;
  /** It was asked beside the one before it, which was late with its first content. */
  readonly hedge?: true;
  /** The one it raced with had content first, so it was ended. Nobody's fault. */
  readonly lost?: true;
  /** It was late, and why nobody was asked beside it. */
  readonly notHedged?: string;
  /** The target's own format, when the request had to be translated into it. */
  readonly format?: FormatName;
  /** What the translation could not carry. */
  readonly losses?: readonly Loss[];
  /** What was decided after it. */
  readonly remedy?: Remedy;
  readonly retryAfterMs?: number;
  readonly bytes?: number;
  /** Tokens of an attempt that failed all the same. Of the last one the trail has them. */
  readonly usage?: Usage;
  /** The provider did not live to count them all: they are estimated from what it said. */
  readonly usageEstimated?: boolean;
  /** It went on with an answer that had broken off. */
  readonly continued?: Continuation;
  /** It broke off after content was delivered, and why nobody went on with that. */
  readonly notContinued?: string;
  readonly costUsd?: number;
  /** Its span in the exchange's trace, where gw exports one: what the provider was given as its parent. */
  readonly spanId?: string;
}

/**
 * - `hit`: an answer that was kept was given again, and nobody was asked.
 * - `miss`: a target was asked; `kept` says whether its answer can be given again.
 * - `stale`: every target failed (`fault`), and an old answer stood in. No success of any target.
 * - `coalesced`: the answer to an identical request that was in flight (`source`) was this one's too.
 */
export interface CacheNote {
  readonly is: 'hit' | 'miss' | 'stale' | 'coalesced';
  /** How old the answer was. */
  readonly ageMs?: number;
  /** Who gave it, in the exchange of this id. */
  readonly from?: Target;
  readonly source?: string;
  /** US dollars that the same answer would have cost again, where its price is known. */
  readonly savedUsd?: number;
  /** Why every target failed. */
  readonly fault?: FaultCode;
  readonly message?: string;
  /** The answer was kept; where it was not, why. */
  readonly kept?: boolean;
  readonly why?: string;
}
