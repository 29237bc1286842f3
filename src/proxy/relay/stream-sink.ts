import type { DeliveredStream } from '../../core/answer.ts';
import { type Fault, fault } from '../../core/fault.ts';
import type { ItemKeeper, StreamFraming, StreamJudge } from '../../core/format.ts';
import { type SseEvent, SseReader } from '../../lib/sse.ts';
import type { Break } from '../continuation/break.ts';
import { readRelayed, sumUp } from '../continuation/delivered.ts';
import { mayContinue } from '../continuation/may-continue.ts';
import type { RelayedBytes } from '../continuation/relayed-bytes.ts';
import { askedPath, type Exchange } from '../exchange.ts';
import type { AnswerHeaders, Outlet } from '../outlet.ts';
import { bytesWithoutCredentials } from '../redact.ts';
import { lastWords } from './last-words.ts';
import { Run } from './run.ts';
import type { Sink, SinkReport } from './sink.ts';

/** An event larger than this is no event: 8 MiB images in one are seen, nothing above. */
const LONGEST_EVENT = 32 * 1024 * 1024;
/** Opening frames are a few hundred bytes, and so is a minute of comments; past this much no content will come. */
const HOLD_BYTES = 1024 * 1024;

/**
 * Relays a stream of events. The opening frames are held until the first content, so that until then another target can
 * take over unseen; after it every event leaves as it arrives, in the bytes it came in.
 */
export class StreamSink implements Sink {
  readonly awaitsContent = true;
  readonly #exchange: Exchange;
  readonly #report: SinkReport;
  readonly #outlet: Outlet;
  readonly #status: number;
  readonly #headers: AnswerHeaders;
  readonly #sent: readonly string[];
  readonly #judge: StreamJudge;
  readonly #reader = new SseReader();
  /** Usage was asked for on the caller's behalf, so the event that carries it is not for the caller. */
  readonly #dropUsage: boolean;
  readonly #framing: StreamFraming | undefined;
  /** What came, in case somebody must go on with it. */
  readonly #relayed: RelayedBytes | undefined;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #done = false;
  /** The stream ended inside an event: what was passed on last lacks its blank line, which is this. */
  #owed: Buffer | undefined;
  /** What was passed on last. */
  #last: Buffer | undefined;
  readonly #run: Run;

  constructor(
    exchange: Exchange,
    report: SinkReport,
    answer: {
      readonly status: number;
      readonly headers: AnswerHeaders;
      readonly outlet: Outlet;
      /** The headers of the request, with what the provider may not quote. */
      readonly sent: readonly string[];
      readonly keep: ItemKeeper | undefined;
    },
  ) {
    this.#exchange = exchange;
    this.#report = report;
    this.#outlet = answer.outlet;
    this.#run = new Run(answer.outlet);
    this.#status = answer.status;
    this.#headers = answer.headers;
    this.#sent = answer.sent;
    this.#judge = exchange.format.judgeStream(exchange.operation, answer.keep);
    this.#relayed = mayContinue(exchange) ? exchange.fleet.relayed.open() : undefined;
    this.#dropUsage = exchange.envelope?.askUsage !== undefined;
    this.#framing = exchange.format.reframe?.(askedPath(exchange));
  }

  get isResumable(): boolean {
    const delivered = this.#delivered();
    if (!delivered) return false;
    const { open, acts } = sumUp(delivered.events);
    return !acts && open !== 'reasoning';
  }

  push(chunk: Buffer): void {
    this.#relayed?.push(chunk);
    for (const event of this.#reader.push(chunk)) {
      this.#take(event, event.raw);
      if (this.#done) return;
    }
    this.#run.flush();
    if (this.#reader.heldBytes > LONGEST_EVENT) {
      this.lose(fault('upstream_garbled', `an event of the stream is larger than ${LONGEST_EVENT} bytes`));
    }
  }

  end(): void {
    // The last event may lack its blank line; what is left is judged with one and passed on without.
    const rest = this.#reader.rest();
    if (rest.length > 0) {
      const events = new SseReader().push(Buffer.concat([rest, BLANK_LINE]));
      const last = events.find(({ data }) => data !== undefined) ?? events[0];
      // An event without its data says nothing, and some clients choke on it when the answer goes on.
      const isEmpty = this.#relayed !== undefined && (last?.data ?? '').trim() === '';
      if (last && !isEmpty) {
        this.#owed = missingLineEnd(rest);
        this.#relayed?.push(BLANK_LINE);
        this.#take(last, rest);
      }
    }
    if (this.#done) return;
    this.#run.flush();
    if (this.#judge.finished) this.#complete();
    else this.lose(fault('upstream_garbled', this.#outlet.committed ? TRUNCATED : EMPTY));
  }

  lose(lost: Fault): void {
    if (this.#done) return;
    this.#run.flush();
    this.#noteUsage();
    if (this.#judge.finished) {
      this.#complete();
      return;
    }
    if (!this.#outlet.committed) {
      this.#fail(lost);
      return;
    }
    this.#done = true;
    const broken = fault('stream_broken', lost.message);
    const { format, trail } = this.#exchange;
    const words = { fault: broken, status: 502, id: trail.id, tried: [] };
    this.#cut(broken, lost.code, () => this.#break(lastWords(format, words, this.#framing)));
  }

  release(): void {
    this.#relayed?.release();
  }

  keepAlive(): void {
    if (!this.#outlet.committed || this.#outlet.blocked) return;
    this.#outlet.write(
      this.#framing ? Buffer.from(this.#framing.keepAlive) : this.#exchange.format.keepAlive,
    );
  }

  #take(event: SseEvent, bytes: Buffer): void {
    switch (this.#judge.judge(event.data, event.name)) {
      case 'opening':
        this.#hold(this.#framed(event, bytes));
        return;
      case 'content':
        this.#pass(this.#framed(event, bytes));
        return;
      case 'usage':
        if (!this.#dropUsage) this.#hold(this.#framed(event, bytes));
        return;
      case 'end':
        this.#finish(this.#framed(event, bytes));
        return;
      case 'error':
        this.#refuse(this.#framed(event, bytes));
        return;
      case 'malformed':
        this.#exchange.trail.malformed = (this.#exchange.trail.malformed ?? 0) + 1;
    }
  }

  /** The event as the caller wants it; nearly always the very bytes it came in. */
  #framed({ data }: SseEvent, bytes: Buffer): Buffer {
    if (!this.#framing) return bytes;
    return data === undefined ? NOTHING : Buffer.from(this.#framing.event(data));
  }

  #hold(bytes: Buffer): void {
    if (this.#outlet.committed) {
      this.#send(bytes);
      return;
    }
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > HOLD_BYTES) this.lose(fault('upstream_garbled', ENDLESS));
  }

  /** An end mark after neither content nor a finish reason ends nothing: an empty 200, which another target may better. */
  #finish(bytes: Buffer): void {
    if (!this.#outlet.committed) {
      this.#fail(fault('upstream_garbled', EMPTY));
      return;
    }
    this.#pass(bytes);
    this.#complete();
  }

  #pass(bytes: Buffer): void {
    if (!this.#outlet.committed) this.#commit();
    this.#send(bytes);
  }

  #send(bytes: Buffer): void {
    this.#last = bytes;
    this.#run.push(bytes);
  }

  #commit(): void {
    const type = this.#framing?.contentType;
    const headers = type === undefined ? this.#headers : { ...this.#headers, 'content-type': type };
    this.#outlet.commit(this.#status, headers, undefined);
    this.#report.content();
    for (const bytes of this.#held) this.#outlet.write(bytes);
    this.#held = [];
  }

  /** The provider reports a failure inside its stream; once content was delivered, its own words are the last ones. */
  #refuse(bytes: Buffer): void {
    const said = this.#judge.fault ?? fault('upstream_garbled');
    this.#noteUsage();
    if (!this.#outlet.committed) {
      this.#fail(said);
      return;
    }
    this.#done = true;
    this.#run.flush();
    const words = bytesWithoutCredentials(bytes, this.#sent);
    this.#cut(fault('stream_broken', said.message), said.code, () =>
      this.#outlet.break(this.#owed ? Buffer.concat([words, this.#owed]) : words),
    );
  }

  /** Whoever can still go on with the answer is asked first. */
  #cut(broken: Fault, cause: Break['cause'], tell: () => void): void {
    if (!this.#relayed) {
      tell();
      this.#report.cut(broken);
      return;
    }
    // An event is whole with the CR of its last CRLF, and gone by then; clients that look for both want the other half.
    const half = this.#last?.at(-1) === CARRIAGE_RETURN ? LINE_FEED : undefined;
    const lead = this.#owed ?? half;
    const delivered = (): DeliveredStream | undefined => this.#delivered();
    const { dropped } = this.#relayed;
    this.#report.cut(broken, { cause, delivered, dropped, encoder: undefined, lead, tell });
  }

  #delivered(): DeliveredStream | undefined {
    const { format, operation } = this.#exchange;
    const chunks = this.#relayed?.all;
    return chunks && readRelayed(chunks, format, format.judgeStream(operation));
  }

  /** An event of our own needs the one before it closed, or the two become one that nobody can read. */
  #break(words: Buffer): void {
    this.#outlet.break(this.#owed ? Buffer.concat([this.#owed, words]) : words);
  }

  /** Nothing reached the caller, and nothing will. */
  #fail(why: Fault): void {
    this.#done = true;
    this.#held = [];
    this.#report.failed(why);
  }

  #complete(): void {
    if (this.#done) return;
    this.#done = true;
    this.#noteUsage();
    this.#exchange.answerId = this.#judge.answerId;
    this.#run.flush();
    if (this.#framing) this.#outlet.write(Buffer.from(this.#framing.close()));
    // The answer is whole, and its last event shall be, or the caller's reader throws it away.
    else if (this.#owed) this.#outlet.write(this.#owed);
    this.#outlet.end();
    this.#report.served();
  }

  #noteUsage(): void {
    if (this.#judge.usage) this.#exchange.trail.usage = this.#judge.usage;
  }
}

const NOTHING = Buffer.alloc(0);
const CARRIAGE_RETURN = 13;
const LF = 10;
const LINE_FEED = Buffer.from('\n');
const CRLF = Buffer.from('\r\n');
const BLANK_LINE = Buffer.from('\n\n');
/** What makes the last event of a stream a whole one. */
function missingLineEnd(rest: Buffer): Buffer {
  if (rest.at(-1) !== LF) return BLANK_LINE;
  return rest.at(-2) === CARRIAGE_RETURN ? CRLF : LINE_FEED;
}

const EMPTY = 'the stream ended without any content';
const ENDLESS = `the stream has no content in its first ${HOLD_BYTES} bytes`;
const TRUNCATED = 'the stream ended before its answer was finished';
