import { relayedHeaders } from './arrival/headers.ts';
import { type Drained, hangUpOn } from './caller-end.ts';
import { writeOn } from './chunk.ts';
import type { Exchange } from './exchange.ts';
import type { Lane } from './race/lane.ts';
import { traceHeaders } from './trace-headers.ts';
import type { AttemptDraft } from './trail-draft.ts';

/** Headers of an upstream answer as undici hands them over: lower-case names. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Answers up to this size leave in one piece with their head. */
const ONE_WRITE_BYTES = 16 * 1024;

/**
 * A provider that sends so much at once lets the others have their turn: libuv reads up to 2 MiB from one socket before
 * it looks at the next, and a hundred of them kept everybody waiting for seconds.
 */
const TURN_BYTES = 64 * 1024;

/** Where the bytes come from: stopped while the caller does not keep up. */
export interface OutletSource {
  pause(): void;
  resume(): void;
}

/** Where an answer leaves to the caller: writes at its pace, and knows whether anything was committed. */
export class Outlet {
  readonly #exchange: Exchange;
  readonly #source: OutletSource;
  readonly #credentials: readonly string[];
  readonly #lane: Lane | undefined;
  committed = false;
  /** The caller reads slower than the provider writes. */
  blocked = false;
  #turnAt = TURN_BYTES;
  /** The head leaves with the first piece. */
  #isHeadOut = false;

  constructor(exchange: Exchange, source: OutletSource, credentials: readonly string[], lane?: Lane) {
    this.#lane = lane;
    this.#exchange = exchange;
    this.#source = source;
    this.#credentials = credentials;
  }

  /** The attempt whose answer this is; of two that race the last in the trail may be the other one. */
  get record(): AttemptDraft | undefined {
    return this.#lane?.record ?? this.#exchange.trail.attempts.at(-1);
  }

  /** Sends the head of the answer: from here on the caller has this target's answer. */
  commit(status: number, headers: AnswerHeaders, length: number | undefined): void {
    const { response, trail, plan, capture, tap } = this.#exchange;
    this.#lane?.win();
    this.committed = true;
    trail.status = status;
    const lines = relayedHeaders(headers, this.#credentials);
    if (length !== undefined) lines.push('content-length', String(length));
    traceHeaders(trail, lines, plan?.compiled.policy.losses !== 'silent');
    capture?.began(lines);
    tap?.began(status, lines);
    response.writeHead(status, lines);
  }

  /** From here on this target goes on with the answer that another one began; the head went out with that. */
  adopt(): void {
    this.committed = true;
  }

  /** So many bytes came from the source so far. */
  received(bytes: number): void {
    if (bytes < this.#turnAt) return;
    this.#turnAt = bytes + TURN_BYTES;
    this.#source.pause();
    this.#exchange.fleet.turns.wait(() => {
      if (!this.blocked) this.#source.resume();
    });
  }

  write(bytes: Buffer): void {
    this.#exchange.trail.bytesOut += bytes.length;
    this.#exchange.capture?.sent(bytes);
    this.#exchange.tap?.sent(bytes);
    const full = this.#write(bytes);
    if (full === undefined || this.blocked) return;
    this.blocked = true;
    this.#source.pause();
    full.once('drain', () => {
      this.blocked = false;
      this.#source.resume();
    });
  }

  /** What will tell `drain` when the caller does not keep up. */
  #write(bytes: Buffer): Drained | undefined {
    const { response } = this.#exchange;
    if (this.#isHeadOut) return writeOn(response, bytes);
    this.#isHeadOut = true;
    return response.write(bytes) ? undefined : response;
  }

  /** The answer is whole. */
  end(bytes?: Buffer): void {
    const { response, trail, capture, tap } = this.#exchange;
    tap?.ended();
    if (bytes === undefined) {
      response.end();
      return;
    }
    trail.bytesOut += bytes.length;
    capture?.sent(bytes);
    tap?.sent(bytes);
    // Node sends head and body in one write when the body is a string, and in two pieces when it is a buffer: for the
    // usual small answer the string is 5 % of a request's whole cost cheaper. Latin-1 keeps every byte as it is.
    if (bytes.length <= ONE_WRITE_BYTES) response.end(bytes.toString('latin1'), 'latin1');
    else response.end(bytes);
  }

  /** Ends a truncated answer so that nobody takes it for a whole one: last words, then the connection breaks. */
  break(lastWords: Buffer | undefined): void {
    const { response, capture } = this.#exchange;
    if (lastWords === undefined) {
      this.#hangUp();
      return;
    }
    this.#exchange.trail.bytesOut += lastWords.length;
    capture?.sent(lastWords);
    response.write(lastWords, () => this.#hangUp());
  }

  #hangUp(): void {
    const { response, format } = this.#exchange;
    hangUpOn(response, format.breaksByReset);
  }
}
