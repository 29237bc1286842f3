/**
 * Every knob of the failure policy, with its default and the reason for it. All times in milliseconds.
 * A profile sets them, a route overrides them, and where it is sane a request header does.
 */
export interface Policy {
  /** TCP and TLS. A healthy host answers in under 500 ms anywhere on earth; 5 s survives a lost SYN (1 s, 2 s). */
  readonly connectMs: number;
  /** First content of a stream while another target remains. Chat models answer in under 3 s at p99. */
  readonly firstContentMs: number;
  /** The same for models known to reason: a model that thinks is not dead, and a needless failover is paid twice. */
  readonly firstContentReasoningMs: number;
  /** The same at high reasoning effort. */
  readonly firstContentHighEffortMs: number;
  /** The last target gets this many times longer: there is nobody left to turn to. */
  readonly lastTargetFactor: number;
  /** First byte of a non-streamed answer while another target remains: the whole answer is generated before it. */
  readonly answerMs: number;
  /**
   * How fast a whole answer is written at the least, in tokens a second. Whoever asks for at most 64 tokens waits until
   * the first content is due and 3.2 s for them, and not two minutes: a bound on the answer is what tells one that is long
   * from one that never comes. Below what hosted models are sold for; a model of one's own may be as slow as it likes.
   */
  readonly leastTokensPerSecond: number;
  /** The same on the last target; ten minutes is the OpenAI and Anthropic SDKs' own limit. */
  readonly answerLastMs: number;
  /** Silence between bytes after the first; comments and pings count as life. */
  readonly idleMs: number;
  /** One deadline for the whole chain: the SDKs' own limit, after which nobody is listening. */
  readonly totalMs: number;
  /** Same-target retries while another target remains, and on the last one. */
  readonly retries: number;
  readonly retriesLast: number;
  /** Full jitter: the wait before retry n is random in [0, backoffMs × 2^n], never over the cap. */
  readonly backoffMs: number;
  readonly backoffCapMs: number;
  /** The longest `retry-after` waited for in line: it keeps the model and its prompt cache. */
  readonly waitMs: number;
  readonly waitLastMs: number;
  /** Share of a target's requests over 10 s that may be retries, on top of a floor of 1/s with burst 3. */
  readonly retryBudget: number;
  /**
   * Breaker: consecutive failures that open it; or this share of at least `breakerMinimum` in 30 s. Three, because with
   * trial requests after 5, 15 and 35 s a minute's outage then costs six calls to the dead target, and not eight.
   */
  readonly breakerFailures: number;
  readonly breakerShare: number;
  readonly breakerMinimum: number;
  /** How long it stays open at first (doubles at each relapse) and at most. */
  readonly breakerOpenMs: number;
  readonly breakerOpenCapMs: number;
  /**
   * How gw itself looks whether what it leaves alone is back, so that no caller has to find out: by asking for the list
   * of models, which costs nothing (`free`); where that cannot tell, with a request for one token (`one-token`); or not
   * at all (`off`). An outage then costs two tokens and their prompt of two words, and nothing while it lasts.
   */
  readonly probe: 'free' | 'one-token' | 'off';
  /** Largest request body accepted, in bytes: above every provider's own limit (Gemini takes 100 MB). */
  readonly bodyLimitBytes: number;
  /**
   * Silence in the middle of an answer after which another target goes on with it, where one can, or begins it anew,
   * where none of it has left. A model that writes is never silent for so long; one that thinks is, and its answer is not
   * taken up by others then.
   */
  readonly idleTakeoverMs: number;
  /**
   * What to do when an answer breaks after content was delivered: have it continued by another target where that can be
   * done without a trace in the text, or tell the caller.
   */
  readonly onCut: 'continue' | 'error';
  /**
   * What to do about what a target of another format cannot be told: say so in `x-gw-lossy` and the trail (`warn`), in
   * the trail only (`silent`), or leave that target out (`strict`).
   */
  readonly losses: 'warn' | 'silent' | 'strict';
  /** Whether a refusal by one provider's content policy may be taken to another provider. */
  readonly rerouteBlocked: boolean;
  /** Which of a route's targets is asked first; the others stand in, in the order they are written. */
  readonly balance: Balance;
  /**
   * How long a conversation stays where it was served last, after its last answer; 0: nowhere. Prompt caches live for
   * five minutes to an hour (docs of Anthropic and OpenAI), and are worth more than balance.
   */
  readonly affinityMs: number;
  /** Which key of a provider is asked first: the first one that may be (`order`), or each in its turn (`spread`). */
  readonly keys: 'order' | 'spread';
  /** Whether what a provider says is left of its limits is believed, and nothing sent that it would refuse. */
  readonly headroom: boolean;
  /** Whether whole answers are kept and given again to identical requests of the same caller. */
  readonly cache: boolean;
  /** How long a kept answer is given again as if it were new. A day, as Portkey's gateway does. */
  readonly cacheTtlMs: number;
  /** Whether identical requests of one caller that are in flight at the same time share one call. */
  readonly coalesce: boolean;
  /** How old the last good identical answer may be that stands in when every target failed; 0: none does. */
  readonly staleIfErrorMs: number;
  /** Whether an old answer may do so that calls tools: what it decided was decided in another world. */
  readonly staleToolCalls: boolean;
  /** Whether the limits on first content follow what a model showed to need, where nobody set them by hand. */
  readonly learnLimits: boolean;
  /** What was learned never makes a limit shorter: a fast model also has a bad second, and pays a failover for it. */
  readonly learnedLeastMs: number;
  /** Nor longer: the longest limit there is by default. */
  readonly learnedMostMs: number;
  /**
   * Requests under way at once, in all: above the 9,000 streams that gw is held to carry, and 1.2 GB at the 123 KB that
   * an open stream was measured to take. What it stops is a script that has lost count.
   */
  readonly maxInFlight: number;
  /** Requests that may wait for room, in all and for each provider that serves only so many at once. */
  readonly maxQueued: number;
  /** How long one may: what a whole answer may take, after which room should have been made. */
  readonly queueWaitMs: number;
  /**
   * When a second target is asked beside one that is late with its first content, so that whoever has content first
   * serves: never; when it is later than 19 in 20 of its own answers were (`p95`, where the share that is asked for
   * twice is small by itself; Dean and Barroso, "The Tail at Scale"); or after so many milliseconds.
   */
  readonly hedge: 'off' | 'p95' | number;
  /** What that may cost: the share of a target's requests over an hour, weighed by price. Twice what `p95` calls for. */
  readonly hedgeSpend: number;
}

/** How the target that is asked first is chosen. */
export type Balance = 'order' | 'weighted' | 'round-robin' | 'least-latency' | 'least-busy' | 'cheapest';

/** All of them, in words. */
export const BALANCES: Readonly<Record<Balance, string>> = {
  order: 'as they are written',
  weighted: 'by turns, each as often as its weight says',
  'round-robin': 'by turns',
  'least-latency': 'whose first content came soonest lately',
  'least-busy': 'who has the fewest requests under way, for its weight',
  cheapest: 'whose known price is lowest for the request',
};

export const DEFAULT_POLICY: Policy = {
  connectMs: 5_000,
  firstContentMs: 10_000,
  firstContentReasoningMs: 60_000,
  firstContentHighEffortMs: 120_000,
  lastTargetFactor: 3,
  answerMs: 120_000,
  leastTokensPerSecond: 20,
  answerLastMs: 600_000,
  idleMs: 60_000,
  totalMs: 600_000,
  retries: 1,
  retriesLast: 2,
  backoffMs: 300,
  backoffCapMs: 5_000,
  waitMs: 3_000,
  waitLastMs: 10_000,
  retryBudget: 0.2,
  breakerFailures: 3,
  breakerShare: 0.5,
  breakerMinimum: 10,
  breakerOpenMs: 5_000,
  breakerOpenCapMs: 30_000,
  probe: 'one-token',
  bodyLimitBytes: 128 * 1024 * 1024,
  idleTakeoverMs: 30_000,
  onCut: 'continue',
  losses: 'warn',
  rerouteBlocked: false,
  balance: 'order',
  affinityMs: 30 * 60_000,
  keys: 'order',
  headroom: true,
  cache: false,
  cacheTtlMs: 86_400_000,
  coalesce: false,
  staleIfErrorMs: 0,
  staleToolCalls: false,
  learnLimits: true,
  learnedLeastMs: 5_000,
  learnedMostMs: 120_000,
  maxInFlight: 10_000,
  maxQueued: 1_000,
  queueWaitMs: 120_000,
  hedge: 'off',
  hedgeSpend: 0.1,
};
