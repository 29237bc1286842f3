import type { FaultCode } from './fault.ts';
import type { Target } from './target.ts';

/** A breaker as others see it. Times are epoch milliseconds. */
export type BreakerView =
  | { readonly is: 'closed' }
  | {
      readonly is: 'open';
      readonly until: number;
      readonly reason: FaultCode;
      readonly message: string;
      /** When it opened first; it may have been tried in vain since. */
      readonly since?: number;
    }
  | {
      readonly is: 'half-open';
      readonly probing: boolean;
      readonly reason: FaultCode;
      readonly message?: string;
      readonly since?: number;
    };

/** A key of a provider being left alone because the provider said so. `until` is absent while only a change helps. */
export interface CooldownView {
  readonly until?: number;
  readonly reason: FaultCode;
  readonly message: string;
  /** When it began; it may have been renewed since. */
  readonly since?: number;
  /** While only a change helps: when it is looked whether there was one. */
  readonly nextLook?: number;
  /** What it covers: this target alone, or every model behind its key. */
  readonly covers?: 'target' | 'key';
}

/** What a provider said is left of one of its limits. Times are epoch milliseconds. */
export interface LimitView {
  /** As the provider names it: `requests`, `tokens`, `input-tokens`. */
  readonly name: string;
  readonly limit: number;
  readonly remaining: number;
  /** When it said so. */
  readonly at: number;
  /** When the limit will be whole again. */
  readonly resetAt?: number;
}

/** What was learned of how long a model takes until the first content of a stream. */
export interface FirstContentView {
  readonly reasoning: 'none' | 'normal' | 'high';
  /** For requests shorter than this; absent for the longest. */
  readonly belowBytes?: number;
  /** Answers it was learned from; older ones count for less. */
  readonly samples: number;
  /** The slowest of a hundred. */
  readonly p99Ms: number;
  /** The limit that follows from it while another target remains; absent where one was set by hand. */
  readonly limitMs?: number;
}

/** How full a place is where only so many requests may be at once. */
export interface LoadView {
  readonly inFlight: number;
  /** Absent where there is none. */
  readonly limit?: number;
  readonly queued: number;
  /** Requests for which there was no room, since the daemon started. */
  readonly refused: number;
}

/** What is known about one target, over the last minutes. Latencies in milliseconds. */
export interface TargetHealth {
  readonly target: Target;
  readonly breaker: BreakerView;
  readonly cooldown?: CooldownView;
  /** What the provider said last about its limits; absent where it says nothing. */
  readonly limits?: readonly LimitView[];
  /** What its model showed to need; absent until there is enough to go by. */
  readonly firstContent?: readonly FirstContentView[];
  /** Attempts and failed attempts since the daemon started. */
  readonly attempts: number;
  readonly failures: number;
  /** Exchanges it served since the daemon started. */
  readonly served: number;
  readonly live: number;
  readonly recent: RecentHealth;
  readonly last?: { readonly at: number; readonly fault?: FaultCode; readonly message?: string };
}

/** The last five minutes. */
export interface RecentHealth {
  readonly attempts: number;
  readonly failures: number;
  readonly p50?: number;
  readonly p95?: number;
  readonly firstContentP50?: number;
  readonly firstContentP95?: number;
}

/** Failovers of one target for one reason, joined over time. */
export interface Incident {
  readonly id: string;
  readonly target: Target;
  readonly reason: FaultCode;
  readonly message: string;
  readonly from: number;
  /** When it concerned somebody last: its target failed, or was left out because of it. */
  readonly last: number;
  /** When its target failed last; a daemon of an earlier version does not say. */
  readonly failedAt?: number;
  /** When its target served again; absent while it was not asked since, or did nothing but fail. */
  readonly servedAt?: number;
  /** True when no failure was seen for a while, the target served again, or what was wrong with it was changed. */
  readonly over: boolean;
  /** Exchanges another target served instead, and exchanges nobody served. */
  readonly rescued: number;
  readonly lost: number;
  /** Who served instead, with counts: `groq/llama` → 12. */
  readonly to: Readonly<Record<string, number>>;
  /** Median milliseconds the failover added to a rescued exchange. */
  readonly addedMs?: number;
}
