import type { ServerResponse } from 'node:http';

import type { Clock } from '../lib/clock.ts';
import { bytesOf, type CassetteExchange } from './cassette.ts';

/** How fast an answer is given again: 1 as it was recorded, 2 in half the time, 0 without any waiting. */
export interface Pace {
  readonly clock: Clock;
  readonly speed: number;
}

/** Gives a recorded answer again: its bytes, its moments, and the way it ended. Stops when the caller hangs up. */
export function play(exchange: CassetteExchange, response: ServerResponse, pace: Pace): void {
  new Player(exchange, response, pace).next(0);
}

class Player {
  readonly #answer: CassetteExchange['answer'];
  readonly #response: ServerResponse;
  readonly #pace: Pace;
  readonly #startedAt: number;
  #cancel: () => void = () => {};

  constructor({ answer }: CassetteExchange, response: ServerResponse, pace: Pace) {
    this.#answer = answer;
    this.#response = response;
    this.#pace = pace;
    this.#startedAt = pace.clock.monotonic();
    response.on('close', () => this.#cancel());
  }

  /** Waits for the moment of this chunk, and goes on from there. */
  next(index: number): void {
    const { chunks, endMs } = this.#answer;
    const chunk = chunks[index];
    if (chunk === undefined) {
      this.#at(endMs, () => this.#end());
      return;
    }
    this.#at(chunk[0], () => {
      this.#head();
      const bytes = bytesOf(chunk[1]);
      if (this.#isLast(index)) this.#response.end(bytes);
      else this.#response.write(bytes, () => this.next(index + 1));
    });
  }

  /** A whole answer ends together with its last bytes. */
  #isLast(index: number): boolean {
    return this.#answer.ending === 'whole' && index === this.#answer.chunks.length - 1;
  }

  #head(): void {
    if (this.#response.headersSent) return;
    const { status, headers, chunks, ending } = this.#answer;
    const [only] = chunks;
    const length = ending === 'whole' && chunks.length === 1 && only ? bytesOf(only[1]).length : undefined;
    this.#response.writeHead(status, {
      ...headers,
      ...(length !== undefined && { 'content-length': String(length) }),
    });
  }

  #end(): void {
    const { status, ending } = this.#answer;
    if (status > 0 && !this.#response.headersSent) {
      this.#head();
      this.#response.flushHeaders();
    }
    switch (ending) {
      case 'whole':
        this.#response.end();
        return;
      case 'closed':
        this.#response.destroy();
        return;
      case 'reset':
        this.#response.socket?.resetAndDestroy();
        return;
      case 'gone':
      // Its caller had waited in vain: so does this one, until it hangs up.
    }
  }

  #at(recordedMs: number, action: () => void): void {
    const { clock, speed } = this.#pace;
    const delayMs = speed === 0 ? 0 : recordedMs / speed - (clock.monotonic() - this.#startedAt);
    if (delayMs > 0) this.#cancel = clock.after(delayMs, action);
    else if (!this.#response.destroyed) action();
  }
}
