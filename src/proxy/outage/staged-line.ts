import { type Dispatcher, Pool } from 'undici';

import type { Clock } from '../../lib/clock.ts';
import type { Connections } from '../connections/upstream.ts';

/** One thing that a staged provider does, so long after it was asked. */
export type Act =
  | {
      readonly atMs: number;
      readonly is: 'head';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly atMs: number; readonly is: 'bytes'; readonly bytes: Buffer }
  | { readonly atMs: number; readonly is: 'end' }
  /** The connection breaks, with this error code of the system. */
  | { readonly atMs: number; readonly is: 'lost'; readonly code: string };

/** What a staged provider is asked. */
export interface StagedCall {
  readonly provider: string;
  readonly method: string;
  readonly path: string;
  /** Names and values, flat. */
  readonly headers: readonly string[];
  readonly body: string;
}

/** Decides how a provider answers; nothing at all is an answer too. */
export type Script = (call: StagedCall) => readonly Act[];

/** A staged provider's connections: nothing is opened, and time is the clock's. */
export function stagedConnections(provider: string, script: Script, clock: Clock): Connections {
  return new Pool('http://staged.invalid').compose(() => (request, handler) => {
    const acts = script({
      provider,
      method: request.method,
      path: request.path,
      headers: flatHeaders(request.headers),
      body: Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '',
    });
    new Performance(handler, acts, clock).begin();
    return true;
  });
}

/** One answer being played; undici's part towards whoever asked. */
class Performance implements Dispatcher.DispatchController {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #acts: readonly Act[];
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #reason: Error | null = null;

  constructor(handler: Dispatcher.DispatchHandler, acts: readonly Act[], clock: Clock) {
    this.#handler = handler;
    this.#acts = acts;
    this.#clock = clock;
  }

  begin(): void {
    this.#handler.onRequestStart?.(this, {});
    for (const act of this.#acts) {
      if (this.aborted) return;
      this.#waiting.add(this.#clock.after(act.atMs, () => this.#perform(act)));
    }
  }

  #perform(act: Act): void {
    if (this.aborted) return;
    switch (act.is) {
      case 'head':
        this.#handler.onResponseStart?.(this, act.status, act.headers);
        return;
      case 'bytes':
        this.#handler.onResponseData?.(this, act.bytes);
        return;
      case 'end':
        this.#handler.onResponseEnd?.(this, {});
        return;
      case 'lost':
        this.#handler.onResponseError?.(this, Object.assign(new Error(act.code), { code: act.code }));
    }
  }

  get aborted(): boolean {
    return this.#reason !== null;
  }

  get reason(): Error | null {
    return this.#reason;
  }

  get paused(): boolean {
    return false;
  }

  abort(reason: Error): void {
    if (this.aborted) return;
    this.#reason = reason;
    for (const cancel of this.#waiting) cancel();
    this.#handler.onResponseError?.(this, reason);
  }

  // Its callers read as fast as it speaks.
  pause(): void {}
  resume(): void {}
}

function flatHeaders(headers: Dispatcher.DispatchOptions['headers']): readonly string[] {
  return Array.isArray(headers) ? headers.filter((each): each is string => typeof each === 'string') : [];
}
