import type { Dispatcher } from 'undici';

import { type Fault, fault } from '../core/fault.ts';
import type { Clock } from '../lib/clock.ts';
import { formatDuration } from '../lib/duration.ts';
import { requestIdOf } from './arrival/headers.ts';
import type { AttemptOrder, AttemptResult } from './attempt-order.ts';
import { EARLY_MS, ERROR_BODY_MS, GRACE_MS, KEEP_ALIVE_MS, LAG_MS, LINGER_MS } from './attempt-times.ts';
import { faultOfError, isLostConnection } from './connections/unreachable.ts';
import type { Break } from './continuation/break.ts';
import type { Exchange } from './exchange.ts';
import type { Doubted } from './health/doubt.ts';
import { type AnswerHeaders, Outlet, type OutletSource } from './outlet.ts';
import { whyInterrupted } from './race/why-interrupted.ts';
import { openSink } from './relay/open-sink.ts';
import type { Sink, SinkReport } from './relay/sink.ts';
import { sendable } from './sendable.ts';
import type { AttemptDraft } from './trail-draft.ts';

/** Makes one call and relays its answer; what undici reports drives it. Never throws, settles exactly once. */
export function makeAttempt(
  exchange: Exchange,
  record: AttemptDraft,
  order: AttemptOrder,
  clock: Clock,
): Promise<AttemptResult> {
  return new Promise((resolve) => {
    const attempt = new Attempt(exchange, record, order, clock, resolve);
    (order.lane ?? exchange).whenInterrupted(() => attempt.interrupted());
    attempt.start();
  });
}

class Attempt implements Dispatcher.DispatchHandler, SinkReport, OutletSource, Doubted {
  readonly #exchange: Exchange;
  readonly #record: AttemptDraft;
  readonly #order: AttemptOrder;
  readonly #clock: Clock;
  readonly #outlet: Outlet;
  readonly #startedAt: number;
  #resolve: ((result: AttemptResult) => void) | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #sink: Sink | undefined;
  #cancelTimer: (() => void) | undefined;
  #timerDueAt = 0;
  /** Monotonic; 0 until the answer has begun to come in earnest. */
  #lastByteAt = 0;
  #lastSignAt = 0;
  /** The `lastByteAt` at which nobody could have gone on with the answer. */
  #stuckAt = -1;
  /** Until then an answer must be whole, as long as the caller has seen nothing of it. */
  #wholeBy: number;
  #upstreamEnded = false;

  constructor(
    exchange: Exchange,
    record: AttemptDraft,
    order: AttemptOrder,
    clock: Clock,
    resolve: (result: AttemptResult) => void,
  ) {
    this.#exchange = exchange;
    this.#record = record;
    this.#order = order;
    this.#clock = clock;
    this.#resolve = resolve;
    this.#startedAt = clock.monotonic();
    this.#wholeBy = this.#startedAt + order.remainingMs;
    this.#outlet = new Outlet(exchange, this, order.credentials, order.lane);
  }

  start(): void {
    const { upstream, method, path } = this.#order;
    this.#arm(this.#startedAt);
    try {
      upstream.pool.dispatch({ method, path: upstream.prefix + path, ...sendable(this.#order) }, this);
    } catch (error) {
      this.onResponseError(undefined, error);
    }
  }

  /** The caller hung up, or has another attempt's answer, or gw gives the exchange up. */
  interrupted(): void {
    const end = whyInterrupted(this.#exchange, this.#order.lane);
    if (end) this.#settle(end);
    else this.giveUp(fault('upstream_unreachable', this.#exchange.abandoned ?? 'the exchange was abandoned'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#resolve === undefined) this.#abort();
    else this.#record.sentMs = this.#exchange.elapsed();
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    // 1xx answers are news, not answers.
    if (this.#resolve === undefined || status < 200) return;
    this.#record.headersMs = this.#exchange.elapsed();
    this.#record.status = status;
    this.#order.report.answered(headers);
    const id = requestIdOf(headers);
    if (id !== undefined) this.#record.requestId = id;
    const encoding = headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      // A kilobyte of gzip can be a gigabyte of zeros, and no honest host compresses what it was asked not to.
      this.failed(fault('upstream_garbled', `the answer is compressed although it was asked not to be`));
      return;
    }
    this.#sink = this.#openSink(status, headers);
    if (status >= 300) this.#hurry();
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#resolve === undefined) return;
    // A stream owes its first content within the limit, whatever comes before it; anything else its first byte.
    if (this.#lastByteAt !== 0 || this.#sink?.awaitsContent !== true) {
      this.#lastByteAt = this.#clock.monotonic();
    }
    this.#record.bytes += chunk.length;
    this.#sink?.push(chunk);
    this.#outlet.received(this.#record.bytes);
  }

  onResponseEnd(): void {
    this.#upstreamEnded = true;
    if (this.#resolve === undefined) this.#cancelTimer?.();
    else this.#sink?.end();
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, error: unknown): void {
    this.#upstreamEnded = true;
    if (this.#resolve === undefined) {
      this.#cancelTimer?.();
      return;
    }
    const found = faultOfError(error);
    if (this.#sink) this.#sink.lose(found);
    else this.#settle({ is: 'failed', fault: found, lost: isLostConnection(error) });
  }

  content(): void {
    this.#record.firstContentMs = this.#exchange.elapsed();
    this.#order.report.content();
    if (this.#lastByteAt === 0) this.#lastByteAt = this.#clock.monotonic();
  }

  served(): void {
    this.#settle({ is: 'served' });
  }

  failed(why: Fault): void {
    this.#settle({ is: 'failed', fault: why, lost: false });
  }

  cut(why: Fault, untold?: Break): void {
    this.#settle({ is: 'cut', fault: why, untold });
  }

  #openSink(status: number, headers: AnswerHeaders): Sink {
    const { format, translation, keep, headers: sent } = this.#order;
    const { now } = this.#clock;
    const head = { status, headers, outlet: this.#outlet, sent, format, translation, keep, now };
    return openSink(this.#exchange, this, head);
  }

  #settle(result: AttemptResult): void {
    const resolve = this.#resolve;
    if (!resolve) return;
    this.#resolve = undefined;
    this.#cancelTimer?.();
    (this.#order.lane ?? this.#exchange).whenInterrupted(undefined);
    this.#sink?.release?.();
    this.#exchange.endAttempt(this.#record);
    if (!this.#upstreamEnded) this.#letGo(result);
    resolve(this.#order.report.ended(result));
  }

  /** After its end mark a provider closes the answer by itself, and the connection stays usable; else it is cut off. */
  #letGo(result: AttemptResult): void {
    if (result.is !== 'served') this.#abort();
    else this.#cancelTimer = this.#clock.after(LINGER_MS, () => this.#abort());
  }

  #abort(): void {
    this.#upstreamEnded = true;
    this.#controller?.abort(new Error('this attempt is over'));
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    if (this.#lastByteAt !== 0) this.#lastByteAt = this.#clock.monotonic();
    this.#controller?.resume();
  }

  /**
   * One timer per attempt, looked at when it fires rather than moved with every byte: until the answer has begun it
   * stands for the attempt's limit, after that for silence and for signs of life.
   */
  #arm(now: number): void {
    const due = this.#nextDue(now);
    this.#timerDueAt = due;
    this.#cancelTimer = this.#clock.after(Math.max(0, due - now), () => this.#timerFired());
  }

  #hurry(): void {
    const now = this.#clock.monotonic();
    this.#wholeBy = Math.min(this.#wholeBy, now + ERROR_BODY_MS);
    this.#cancelTimer?.();
    this.#arm(now);
  }

  #nextDue(now: number): number {
    const due = this.#nextCheck(now);
    return this.#outlet.committed ? due : Math.min(due, this.#wholeBy);
  }

  #nextCheck(now: number): number {
    const { limitMs, doubt } = this.#order;
    // The answer may begin while the timer runs, and its silence must not go unnoticed until the limit.
    const patience = this.#patience();
    const laterCheck = now + Math.min(KEEP_ALIVE_MS, patience);
    const limit = doubt === undefined ? limitMs : Math.min(limitMs, doubt.dueMs);
    if (this.#lastByteAt === 0) return Math.min(this.#startedAt + limit, laterCheck);
    return Math.min(
      this.#lastByteAt + patience,
      Math.max(this.#lastByteAt, this.#lastSignAt) + KEEP_ALIVE_MS,
    );
  }

  #timerFired(): void {
    const now = this.#clock.monotonic();
    if (now - this.#timerDueAt > LAG_MS) {
      this.#timerDueAt = now + GRACE_MS;
      this.#cancelTimer = this.#clock.after(GRACE_MS, () => this.#timerFired());
      return;
    }
    if (this.#lastByteAt === 0) this.#checkLimit(now);
    if (this.isWaiting) this.#checkDoubt(now);
    if (this.#lastByteAt === 0) this.#keepWaiting(now);
    else this.#checkSilence(now);
    if (!this.#outlet.committed && now + EARLY_MS >= this.#wholeBy) {
      const span = formatDuration(this.#order.remainingMs);
      this.giveUp(fault('upstream_timeout', `no whole answer within ${span}`));
    }
    if (this.#resolve !== undefined) this.#arm(now);
  }

  #checkLimit(now: number): void {
    const { limitMs } = this.#order;
    if (now + EARLY_MS < this.#startedAt + limitMs) return;
    const what = this.#record.headersMs === undefined ? 'no answer' : 'no content';
    this.giveUp(fault('upstream_timeout', `${what} within ${formatDuration(limitMs)}`));
  }

  #checkDoubt(now: number): void {
    const { doubt } = this.#order;
    if (doubt !== undefined && now + EARLY_MS >= this.#startedAt + doubt.dueMs) void doubt.ask(this);
  }

  get isWaiting(): boolean {
    return this.#resolve !== undefined && this.#lastByteAt === 0;
  }

  /** How long it may be silent: less where another target can go on with what the caller has. */
  #patience(): number {
    const { policy, takeoverMs = policy.idleMs } = this.#order;
    return this.#stuckAt === this.#lastByteAt ? policy.idleMs : Math.min(policy.idleMs, takeoverMs);
  }

  /** A caller in the middle of its answer needs signs of life while somebody is asked to go on with it. */
  #keepWaiting(now: number): void {
    const { thread, format } = this.#exchange;
    if (!thread || now + EARLY_MS < Math.max(this.#startedAt, this.#lastSignAt) + KEEP_ALIVE_MS) return;
    this.#lastSignAt = now;
    if (!this.#outlet.blocked) this.#outlet.write(thread.keepAlive(format));
  }

  #checkSilence(now: number): void {
    const idleMs = this.#patience();
    // A caller that does not read is not the provider's silence.
    if (this.#outlet.blocked) this.#lastByteAt = now;
    if (now + EARLY_MS >= this.#lastByteAt + idleMs) {
      if (idleMs < this.#order.policy.idleMs && this.#sink?.isResumable !== true)
        this.#stuckAt = this.#lastByteAt;
      else this.giveUp(fault('upstream_timeout', `nothing came for ${formatDuration(idleMs)}`));
    } else if (now + EARLY_MS >= Math.max(this.#lastByteAt, this.#lastSignAt) + KEEP_ALIVE_MS) {
      this.#lastSignAt = now;
      this.#sink?.keepAlive();
    }
  }

  /** Nothing more of its answer is waited for. */
  giveUp(why: Fault): void {
    if (this.#sink) this.#sink.lose(why);
    else this.failed(why);
  }
}
