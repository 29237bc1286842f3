import { type Fault, fault } from '../../core/fault.ts';
import { type CallerEnd, hangUpOn } from '../caller-end.ts';
import { askedPath, type Exchange } from '../exchange.ts';
import { lastWords } from '../relay/last-words.ts';
import { traceHeaders } from '../trace-headers.ts';

/** An answer that is there, or comes. */
export interface PlayedAnswer {
  readonly head: { readonly status: number; readonly lines: readonly string[] } | undefined;
  /** The piece at a position; undefined where none is (yet). */
  piece(position: number): Buffer | undefined;
  /** The position after its last piece. */
  readonly length: number;
  readonly ending: 'open' | 'whole' | 'broken';
}

/**
 * How playing ended: all was written, the answer broke off and the caller was told, the caller hung up or fell too far
 * behind, or there was no answer to begin with.
 */
export type Played = 'whole' | 'broken' | 'gone' | 'behind' | 'nothing';

/** Writes an answer to one caller, in the pieces it came in and at the pace this caller reads. */
export class Playback {
  readonly exchange: Exchange;
  readonly #end: CallerEnd;
  readonly #answer: PlayedAnswer;
  readonly #ended = Promise.withResolvers<Played>();
  readonly #onReady: () => void;
  readonly #onBegin: (() => void) | undefined;
  /** It made the answer: what the head says of the exchange is true of this one. */
  readonly #isOwn: boolean;
  #began = false;
  #over = false;
  #unwritten = 0;
  /** The caller reads slower than the answer comes. */
  isBlocked = false;
  position = 0;

  /**
   * @param onReady The caller reads on after it was blocked, and has all there is.
   * @param onBegin The head is about to be written: what it says must be known now.
   */
  constructor(
    exchange: Exchange,
    answer: PlayedAnswer,
    {
      onReady,
      onBegin,
      isOwn,
    }: { readonly onReady: () => void; readonly onBegin?: () => void; readonly isOwn: boolean },
  ) {
    this.exchange = exchange;
    // Taken now: the exchange that made the answer will write to others beside its caller.
    this.#end = exchange.response;
    this.#answer = answer;
    this.#onReady = onReady;
    this.#onBegin = onBegin;
    this.#isOwn = isOwn;
  }

  get ended(): Promise<Played> {
    return this.#ended.promise;
  }

  /** Writes what is there, as far as the caller takes it. */
  pump(): void {
    const { head } = this.#answer;
    if (this.#over || !head) return;
    if (!this.#began) this.#begin(head.status, head.lines);
    const answer = this.#answer;
    while (!this.isBlocked && this.position < answer.length) {
      const piece = answer.piece(this.position++);
      if (piece && answer.ending === 'whole' && this.position === answer.length) {
        this.#endWith(piece);
        return;
      }
      if (piece) this.#write(piece);
    }
    if (!this.isBlocked && answer.ending !== 'open') this.#finish();
  }

  /** The caller hung up: nothing more is written. */
  leave(): void {
    this.#settle('gone');
  }

  /** There will be no answer; what the caller is told instead is not for us to say. */
  nothing(): void {
    this.#settle('nothing');
  }

  /** What comes next is not kept any more: the caller is told so, and its connection breaks. */
  fallBehind(): void {
    if (this.#over) return;
    const { format, trail } = this.exchange;
    const framing = trail.stream ? format.reframe?.(askedPath(this.exchange)) : undefined;
    const hangUp = (): void => hangUpOn(this.#end, format.breaksByReset);
    const report = { fault: BEHIND, status: 502, id: trail.id, tried: [] };
    if (trail.stream) this.#end.write(lastWords(format, report, framing), hangUp);
    else hangUp();
    this.#settle('behind');
  }

  #begin(status: number, lines: readonly string[]): void {
    this.#began = true;
    const { trail, capture } = this.exchange;
    const own = this.#isOwn ? [...lines] : withoutTrace(lines);
    trail.status = status;
    if (!this.#isOwn) {
      this.#onBegin?.();
      trail.firstContentMs = this.exchange.elapsed();
      traceHeaders(trail, own);
      capture?.began(own);
    }
    this.#end.writeHead(status, own);
  }

  #write(piece: Buffer): void {
    this.#count(piece);
    this.#unwritten++;
    if (this.#end.write(piece, this.#written)) return;
    this.isBlocked = true;
    this.#end.once('drain', this.#drained);
  }

  #endWith(piece: Buffer): void {
    this.#count(piece);
    this.#end.end(piece);
    this.#settle('whole');
  }

  /** What the exchange that made the answer sends is counted where it is made. */
  #count(piece: Buffer): void {
    if (this.#isOwn) return;
    this.exchange.trail.bytesOut += piece.length;
    this.exchange.capture?.sent(piece);
  }

  readonly #written = (): void => {
    this.#unwritten--;
    if (this.#answer.ending === 'broken') this.pump();
  };

  readonly #drained = (): void => {
    this.isBlocked = false;
    this.pump();
    if (!this.isBlocked && !this.#over) this.#onReady();
  };

  #finish(): void {
    if (this.#answer.ending === 'whole') {
      this.#end.end();
      this.#settle('whole');
      return;
    }
    // Last words leave before the connection breaks.
    if (this.#unwritten > 0) return;
    hangUpOn(this.#end, this.exchange.format.breaksByReset);
    this.#settle('broken');
  }

  #settle(how: Played): void {
    this.#over = true;
    this.#ended.resolve(how);
  }
}

/** What a caller that reads too slowly is told. */
export const BEHIND: Fault = fault(
  'stream_broken',
  'this caller reads the answer it shares so slowly that what it has not read is not kept any more',
);

/** What the head says of the exchange that made it is not true of others. */
function withoutTrace(lines: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = lines[i] ?? '';
    if (!name.startsWith('x-gw-')) kept.push(name, lines[i + 1] ?? '');
  }
  return kept;
}
