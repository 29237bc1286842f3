import type { Dispatcher } from 'undici';

import type { ChaosPlay } from '../../core/chaos.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Line } from '../connections/upstream.ts';

/** Streams whose events end with a line. */
const EVENT_TYPES = /^(?:text\/event-stream|application\/(?:x-)?ndjson)/i;
// A token of English is about four characters long.
const BYTES_PER_TOKEN = 4;

type Pool = Line['pool'];
type Handler = Dispatcher.DispatchHandler;
type Controller = Dispatcher.DispatchController;
type Bend = Exclude<ChaosPlay, { is: 'answered' }>;

/** A provider's connections with a fault between them and the attempt. What reaches the caller is the provider's own. */
export class ChaosLine implements Pool {
  readonly #pool: () => Pool;
  readonly #bend: Bend;
  readonly #clock: Clock;

  /** @param pool The provider's connections, asked for when they are needed: they may be renewed meanwhile. */
  constructor(pool: () => Pool, bend: Bend, clock: Clock) {
    this.#pool = pool;
    this.#bend = bend;
    this.#clock = clock;
  }

  dispatch(request: Dispatcher.DispatchOptions, handler: Handler): boolean {
    const passage = new Passage(handler, this.#bend, this.#clock);
    const send = (): void => void this.#pool().dispatch(request, passage);
    switch (this.#bend.is) {
      case 'unreachable':
        passage.failBefore(this.#bend.code);
        return true;
      case 'late':
        passage.hold(this.#bend.ms, send);
        return true;
      case 'slowed':
      case 'broken':
        send();
        return true;
    }
  }
}

/** One answer on its way through a fault: held back, cut, or lost. */
class Passage implements Handler, Controller {
  readonly #to: Handler;
  readonly #bend: Bend;
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #from: Controller | undefined;
  #cancel: (() => void) | undefined;
  #counted = 0;
  /** How many bytes stand for an event; undefined in a stream that can be taken apart. */
  #bytesPerEvent: number | undefined;
  #freeAt = 0;
  #blocked = false;
  #over = false;
  #reason: Error | null = null;

  constructor(to: Handler, bend: Bend, clock: Clock) {
    this.#to = to;
    this.#bend = bend;
    this.#clock = clock;
  }

  get aborted(): boolean {
    return this.#reason !== null;
  }

  get reason(): Error | null {
    return this.#reason;
  }

  get paused(): boolean {
    return this.#blocked;
  }

  /** Nothing is sent at all. */
  failBefore(code: string): void {
    this.#cancel = this.#clock.after(0, () => this.#lose(code));
  }

  /** The request leaves later; given up meanwhile, it never does. */
  hold(ms: number, send: () => void): void {
    this.#to.onRequestStart?.(this, undefined);
    this.#cancel = this.#clock.after(ms, () => {
      this.#cancel = undefined;
      if (!this.#over) send();
    });
  }

  abort(reason: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#reason = reason;
    this.#cancel?.();
    this.#from?.abort(reason);
  }

  pause(): void {
    this.#blocked = true;
    this.#from?.pause();
  }

  resume(): void {
    this.#blocked = false;
    this.#release();
  }

  onRequestStart(controller: Controller, context: unknown): void {
    this.#from = controller;
    if (this.#over) controller.abort(this.#reason ?? new Error('this attempt is over'));
    // A request that was held has begun for the attempt already.
    else if (this.#bend.is !== 'late') this.#to.onRequestStart?.(this, context);
  }

  onResponseStart(
    _: Controller,
    status: number,
    headers: Parameters<NonNullable<Handler['onResponseStart']>>[2],
  ): void {
    if (this.#over) return;
    if (this.#bend.is === 'slowed' && status >= 200)
      this.#freeAt = this.#clock.monotonic() + this.#bend.firstMs;
    const type = headers['content-type'];
    this.#bytesPerEvent = typeof type === 'string' && EVENT_TYPES.test(type) ? undefined : BYTES_PER_TOKEN;
    this.#to.onResponseStart?.(this, status, headers);
  }

  onResponseData(_: Controller, chunk: Buffer): void {
    if (this.#over) return;
    switch (this.#bend.is) {
      case 'slowed':
        for (const piece of this.#bend.betweenMs > 0 ? eventsOf(chunk) : [chunk]) {
          this.#waiting.push(() => this.#to.onResponseData?.(this, piece));
        }
        this.#from?.pause();
        this.#release();
        return;
      case 'broken':
        this.#cutAfter(chunk, this.#bend);
        return;
      case 'unreachable':
      case 'late':
        this.#to.onResponseData?.(this, chunk);
    }
  }

  onResponseEnd(_: Controller, trailers: Parameters<NonNullable<Handler['onResponseEnd']>>[1]): void {
    if (this.#over) return;
    this.#waiting.push(() => {
      this.#over = true;
      this.#to.onResponseEnd?.(this, trailers);
    });
    this.#release();
  }

  onResponseError(_: Controller, error: Error): void {
    if (this.#over) return;
    this.#waiting.push(() => {
      this.#over = true;
      this.#to.onResponseError?.(this, error);
    });
    this.#release();
  }

  /** Hands on what waits, as far as its time has come and the caller keeps up. */
  #release(): void {
    while (!this.#over && !this.#blocked && this.#cancel === undefined) {
      const early = this.#freeAt - this.#clock.monotonic();
      if (this.#waiting.length > 0 && early > 0) {
        this.#cancel = this.#clock.after(early, () => {
          this.#cancel = undefined;
          this.#release();
        });
        return;
      }
      const next = this.#waiting.shift();
      if (next === undefined) {
        this.#from?.resume();
        return;
      }
      if (this.#bend.is === 'slowed') this.#freeAt = this.#clock.monotonic() + this.#bend.betweenMs;
      next();
    }
  }

  #cutAfter(chunk: Buffer, { after, unit, by }: Extract<Bend, { is: 'broken' }>): void {
    const bytes = unit === 'byte' ? 1 : this.#bytesPerEvent;
    const at =
      bytes === undefined
        ? endOfEvent(chunk, after - this.#counted)
        : Math.max(0, after * bytes - this.#counted);
    this.#counted += bytes === undefined ? countEvents(chunk) : chunk.length;
    if (at === undefined || at > chunk.length) {
      this.#to.onResponseData?.(this, chunk);
      return;
    }
    if (at > 0) this.#to.onResponseData?.(this, chunk.subarray(0, at));
    this.#break(by);
  }

  #break(by: Extract<Bend, { is: 'broken' }>['by']): void {
    if (this.#over) return;
    // Nobody will read the rest, and it need not be paid for.
    this.#from?.abort(new Error('broken by gw chaos'));
    switch (by) {
      case 'fin':
        this.#lose('UND_ERR_SOCKET');
        return;
      case 'reset':
        this.#lose('ECONNRESET');
        return;
      case 'end':
        this.#over = true;
        this.#to.onResponseEnd?.(this, {});
        return;
      case 'stall':
        this.#over = true;
    }
  }

  #lose(code: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#to.onResponseError?.(this, Object.assign(new Error(code), { code }));
  }
}

const LINE_FEED = 10;

/** Where events end: after an empty line, or after each line where there are no empty ones. */
function eventEnds(chunk: Buffer): number[] {
  const ends: number[] = [];
  const blank = chunk.includes('\n\n') || chunk.includes('\r\n\r\n');
  for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) {
    if (!blank || isBlankBefore(chunk, at)) ends.push(at + 1);
  }
  return ends;
}

function isBlankBefore(chunk: Buffer, at: number): boolean {
  const before = chunk[at - 1] === 13 ? at - 2 : at - 1;
  return chunk[before] === LINE_FEED;
}

function countEvents(chunk: Buffer): number {
  return eventEnds(chunk).length;
}

/** Where the event with this number ends, from 1; undefined when the chunk holds fewer. */
function endOfEvent(chunk: Buffer, number: number): number | undefined {
  return number <= 0 ? 0 : eventEnds(chunk)[number - 1];
}

function eventsOf(chunk: Buffer): Buffer[] {
  const ends = eventEnds(chunk);
  const starts = [0, ...ends];
  return starts
    .map((start, index) => chunk.subarray(start, starts[index + 1]))
    .filter(({ length }) => length > 0);
}
