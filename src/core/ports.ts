import type { Secret } from '../lib/secret.ts';
import type { Capture } from './capture.ts';
import type { Fault } from './fault.ts';
import type { ModelFacts } from './model-facts.ts';
import type { Outcome } from './outcome.ts';
import type { KeyReference, Provider } from './profile.ts';
import type { Target } from './target.ts';
import type { TraceNote } from './trace-context.ts';
import type { Attempt, Trail } from './trail.ts';
import type { Usage } from './usage.ts';

/**
 * What the proxy tells others while it works. Calls are on the hot path: implementations must only take note and
 * return; the trail passed is live and may still grow until `exchangeEnded`.
 */
export interface Watcher {
  exchangeStarted(trail: Trail): void;
  attemptEnded(trail: Trail, attempt: Attempt): void;
  /** An attempt that was told of as failed turned out to be this computer's own trouble; its fault says so by now. */
  attemptExcused?(trail: Trail, attempt: Attempt): void;
  exchangeEnded(trail: Trail): void;
  /** What was left alone answered gw itself, which had asked at this time (epoch milliseconds). */
  lookSucceeded?(target: Target, beganAt: number): void;
}

/** Where finished exchanges go to be kept. */
export interface RecordPort {
  /** Takes the trail, and what is kept beside it, without waiting for a disk. Neither is modified afterwards. */
  record(trail: Trail, capture?: Capture): void;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** The daemon's own log. `event` is `<noun>-<what-happened>`; fields never hold credentials or request content. */
export interface LogPort {
  write(level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** An answer that can be given again: what the caller got, byte for byte. */
export interface KeptAnswer {
  /** When it was whole, and until when it may be of use: epoch milliseconds. */
  readonly at: number;
  readonly until: number;
  readonly status: number;
  /** Flat names and values, without what speaks of one moment only. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly stream: boolean;
  readonly profile: string;
  readonly route: string;
  /** Who gave it, in the exchange of this id, and what it took. */
  readonly from: Target;
  readonly source: string;
  readonly usage?: Usage;
  /** It calls tools of the caller. */
  readonly calls: boolean;
  /** Another than the first target of its plan gave it: good enough in need, and not for a day. */
  readonly standIn: boolean;
}

/** Where answers are kept. Calls are on the hot path: nothing here waits for a disk, fails, or throws. */
export interface AnswerCachePort {
  /** At once what is in memory; else what the disk says, or undefined when that takes too long. Never rejects. */
  find(key: string): KeptAnswer | undefined | Promise<KeptAnswer | undefined>;
  /** What is in memory. */
  peek(key: string): KeptAnswer | undefined;
  keep(key: string, answer: KeptAnswer): void;
}

/** Turns a reference into the credential; undefined when it does not resolve here. */
export interface KeyPort {
  resolve(reference: KeyReference): Secret | undefined;
  /** What proves who asks, where that depends on the request or on time; undefined for every other provider. */
  signerFor?(provider: Provider): Signer | undefined;
}

/** A request about to be sent, as far as a signature vouches for it. */
export interface UnsignedRequest {
  readonly method: string;
  /** The whole address. */
  readonly url: string;
  readonly body: Buffer | null;
}

/** What is added to a request. */
export interface Signature {
  /** Names and values, flat. */
  readonly headers: readonly string[];
  /** What nobody else may see of them. */
  readonly secrets: readonly string[];
}

/** Proves who asks, for one provider. Never rejects; may take a moment when a token has to be had first. */
export interface Signer {
  sign(request: UnsignedRequest): Promise<Outcome<Signature, Fault>>;
}

/** What is known of models. They are looked up outside of this process, so an answer may take a moment. */
export interface FactsPort {
  /** Begins to look the target's model up, unless that was done before. Cheap; called when a plan is made. */
  meet(target: Target, provider: Provider): void;
  /** What is known; an empty object when nothing is, undefined while it is being looked up. On the hot path. */
  of(target: Target): ModelFacts | undefined;
  /** Resolves when everything met so far was looked up, or given up. Never rejects. */
  settled(): Promise<void>;
}

/**
 * Something that outlives a restart, by name: what it knows as plain JSON, and what it makes of what was kept of that.
 * Of the latter it must believe nothing, as it comes from a file.
 */
export interface Remembered {
  readonly name: string;
  snapshot(): unknown;
  /** `age` is what the clock says of how old it is, and may be absurd. */
  restore(stored: unknown, age: StoredAge): void;
}

/** When something was written, and what time it is: the clock may have been moved in between. Epoch milliseconds. */
export interface StoredAge {
  readonly writtenAt: number;
  readonly now: number;
}

/** Keeps what is to outlive a restart. */
export interface RememberPort {
  /** From now on this is kept; what was kept of it before is handed to it at once. */
  keep(part: Remembered): void;
  /** Something of it changed, and is to be written within this time (a fifth of a second unless said). Cheap. */
  changed(withinMs?: number): void;
}

/** Gives exchanges their place in a distributed trace, while such are exported. */
export interface TracePort {
  /** The span of an exchange, below the caller's where it sent one; undefined while no traces are exported. */
  begin(parent: TraceNote | undefined): TraceNote | undefined;
  newSpanId(): string;
}
