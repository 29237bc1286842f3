import type { IncomingMessage } from 'node:http';

import type { Conversation } from '../core/conversation.ts';
import type { Fault } from '../core/fault.ts';
import type { CallerFormat, Envelope } from '../core/format.ts';
import type { Operation } from '../core/operation.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Target } from '../core/target.ts';
import type { Clock } from '../lib/clock.ts';
import type { Ticket } from '../resilience/index.ts';
import type { ReadHeaders } from './arrival/headers.ts';
import type { Recognised } from './arrival/recognise.ts';
import type { AnswerTap, CallerEnd } from './caller-end.ts';
import type { CaptureDraft } from './capture/capture-draft.ts';
import type { Drill } from './chaos/drill.ts';
import type { Thread } from './continuation/thread.ts';
import type { CompiledPlan, Fleet, Step } from './fleet.ts';
import type { Room } from './room/admission.ts';
import type { AttemptDraft, TrailDraft } from './trail-draft.ts';

/** The steps of a plan that may be tried now, in order. */
export interface ChosenPlan {
  readonly compiled: CompiledPlan;
  readonly steps: readonly Step[];
  /** Every target was being left alone, and this one is tried all the same because it recovers first. */
  readonly forced: boolean;
  /** Before the first one is asked: it will have room by then. */
  readonly waitMs?: number;
}

const NOTHING = Buffer.alloc(0);

/** What a request says about which conversation it belongs to. */
export interface ConversationName {
  readonly name: string;
  /** It goes on from an earlier answer, or its client says which session it is part of. */
  readonly goesOn: boolean;
}

/** One client request, from its first byte to the last byte of its answer. Stages fill it in as they go. */
export class Exchange {
  readonly request: IncomingMessage;
  /** Where the answer goes: to the caller, or to several that asked the same. */
  response: CallerEnd;
  readonly headers: ReadHeaders;
  readonly recognised: Recognised;
  readonly format: CallerFormat;
  /** The profile as it was when the request came; a reload does not change it under way. */
  readonly fleet: Fleet;
  readonly trail: TrailDraft;
  readonly #clock: Clock;
  readonly #startedAt: number;
  body: Buffer = NOTHING;
  envelope: Envelope | undefined;
  /** The request in gw's own words, once a target of another format needed it. */
  conversation: Outcome<Conversation, Fault> | undefined;
  plan: ChosenPlan | undefined;
  drill: Drill | undefined;
  /** The earlier answer this request goes on from, and who gave it, where that is known. */
  home: { readonly answerId: string; readonly target: Target | undefined } | undefined;
  /** Which conversation it belongs to, once that was asked. */
  conversationName: ConversationName | undefined;
  /** The id under which the provider keeps its answer. */
  answerId: string | undefined;
  /** What is kept of the answer, where it is asked for. */
  capture: CaptureDraft | undefined;
  /** Collects the answer for later, where it is asked for. */
  tap: AnswerTap | undefined;
  /** Requests of the same key may share one call. */
  sharedKey: string | undefined;
  /** The caller hung up; answers whether the call goes on, because others wait for it too. */
  stays: (() => boolean) | undefined;
  /** An answer that broke off under way, while somebody goes on with it. */
  thread: Thread | undefined;
  /** Two attempts race for the caller. */
  race: { interrupt(): void } | undefined;
  /** It has a place in gw's own room, and gives it back at its end. */
  admitted = false;
  /** A place at a provider that it waited for, and has not used yet. */
  reserved: { readonly room: Room; readonly queuedMs: number } | undefined;
  /** What was set aside of budgets for it. */
  ticket: Ticket | undefined;
  /** The caller hung up. */
  gone = false;
  /** Why gw itself gives this exchange up (it is being stopped). */
  abandoned: string | undefined;
  #onInterrupt: (() => void) | undefined;

  constructor(start: {
    readonly request: IncomingMessage;
    readonly response: CallerEnd;
    readonly headers: ReadHeaders;
    readonly recognised: Recognised;
    readonly format: CallerFormat;
    readonly fleet: Fleet;
    readonly trail: TrailDraft;
    readonly clock: Clock;
  }) {
    this.request = start.request;
    this.response = start.response;
    this.headers = start.headers;
    this.recognised = start.recognised;
    this.format = start.format;
    this.fleet = start.fleet;
    this.trail = start.trail;
    this.#clock = start.clock;
    this.#startedAt = start.clock.monotonic();
  }

  get operation(): Operation {
    return this.trail.operation;
  }

  /** Milliseconds since the request came, to the hundredth. */
  elapsed(): number {
    return Math.round((this.#clock.monotonic() - this.#startedAt) * 100) / 100;
  }

  /** True once nobody waits for the answer any more. */
  get over(): boolean {
    return this.gone || this.abandoned !== undefined;
  }

  /**
   * Takes what is to be ended when the caller hangs up or the exchange is abandoned, in place of what was given before.
   *
   * A method, not a field to assign to: V8 takes a function literal that is assigned to a property (`a.b = () => …`)
   * for a long-lived one and makes it in its old space. Made so per request, it kept the whole exchange from the
   * nursery's collections: 5 KB copied and promoted per request, a fifth of the CPU.
   */
  whenInterrupted(action: (() => void) | undefined): void {
    this.#onInterrupt = action;
  }

  /** Ends what is under way. */
  interrupt(): void {
    this.#onInterrupt?.();
    this.race?.interrupt();
  }

  /** Waits, unless the exchange ends first. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        this.whenInterrupted(undefined);
        resolve();
      };
      const cancel = this.#clock.after(ms, finish);
      this.whenInterrupted(() => {
        cancel();
        finish();
      });
    });
  }

  /** Notes that the attempt ended, now. */
  endAttempt(attempt: AttemptDraft): void {
    attempt.endMs = this.elapsed();
  }
}

/** The exchange as its first stages see it: the caller hung up, or gw gives it up. */
export function hangUp(exchange: Exchange): void {
  if (exchange.stays?.() === true) return;
  exchange.gone = true;
  exchange.interrupt();
}

/** Gives the exchange up on gw's own account; the caller is told why. */
export function abandon(exchange: Exchange, why: string): void {
  exchange.abandoned = why;
  exchange.interrupt();
}

/** The path below the version prefix with the caller's query; a key in it is a local one and goes no further. */
export function askedPath({ recognised, request, format }: Exchange): string {
  const url = request.url ?? '';
  const query = url.indexOf('?');
  if (query === -1) return recognised.path;
  if (format.name !== 'gemini') return recognised.path + url.slice(query);
  const kept = new URLSearchParams(url.slice(query));
  kept.delete('key');
  return kept.size === 0 ? recognised.path : `${recognised.path}?${kept.toString()}`;
}
