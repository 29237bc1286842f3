import { type AnswerEvent, type DeliveredStream, LONGEST_ANSWER } from '../../core/answer.ts';
import { type Fault, fault } from '../../core/fault.ts';
import type { CarriedState, StreamDecoder, StreamEncoder } from '../../core/format.ts';
import type { Usage } from '../../core/usage.ts';
import { errorMessage } from '../../lib/expect.ts';
import { readRelayed, sumUp } from '../continuation/delivered.ts';
import { mayContinue } from '../continuation/may-continue.ts';
import type { RelayedBytes } from '../continuation/relayed-bytes.ts';
import type { Exchange } from '../exchange.ts';
import type { AnswerHeaders, Outlet } from '../outlet.ts';
import { withoutCredentials } from '../redact.ts';
import type { ConversationTranslation } from '../translation.ts';
import { answerHeaders } from './answer-headers.ts';
import { isContent } from './content.ts';
import { type Frame, type FrameReader, frameReader } from './framing.ts';
import { lastWords } from './last-words.ts';
import { noteLoss } from './lost-content.ts';
import type { Sink, SinkReport } from './sink.ts';
import { StateCollector } from './state-collector.ts';

/** An event larger than this is no event. */
const LONGEST_EVENT = 32 * 1024 * 1024;
/** Responses begin by repeating the request's instructions and tools; past this much no content will come. */
const LONGEST_OPENING = 4 * 1024 * 1024;

/**
 * Relays the answer of a provider that speaks another format. What came is decoded to events and these are encoded as
 * they come; a provider that streams although a whole answer was asked for, or the other way round, is understood too.
 * As with `StreamSink`, nothing leaves before the first content.
 */
export class TranslatingSink implements Sink {
  readonly awaitsContent: boolean;
  readonly #exchange: Exchange;
  readonly #report: SinkReport;
  readonly #outlet: Outlet;
  readonly #headers: AnswerHeaders;
  readonly #sent: readonly string[];
  readonly #translation: ConversationTranslation;
  readonly #decoder: StreamDecoder | undefined;
  readonly #encoder: StreamEncoder | undefined;
  readonly #frames: FrameReader;
  readonly #states: StateCollector;
  /** What came, in case somebody must go on with it. */
  readonly #relayed: RelayedBytes | undefined;
  #body: Buffer[] = [];
  #receivedBytes = 0;
  #openingBytes = 0;
  /** Until content: the events that came; for a caller who wants a whole answer, all of them. */
  #events: AnswerEvent[] = [];
  #usage: Usage | undefined;
  /** What is to leave in one write. */
  #text = '';
  #done = false;

  constructor(
    exchange: Exchange,
    report: SinkReport,
    answer: {
      readonly headers: AnswerHeaders;
      readonly outlet: Outlet;
      /** The headers of the request, with what the provider may not quote. */
      readonly sent: readonly string[];
      readonly translation: ConversationTranslation;
      /** Whether the provider streams. */
      readonly streamed: boolean;
    },
  ) {
    const { translation } = answer;
    // A caller who wants a whole answer waits for its end, whatever the provider tells on the way.
    this.awaitsContent = answer.streamed && exchange.trail.stream;
    this.#exchange = exchange;
    this.#report = report;
    this.#outlet = answer.outlet;
    this.#headers = answer.headers;
    this.#sent = answer.sent;
    this.#translation = translation;
    this.#decoder = answer.streamed ? translation.from.decodeStream(translation.target) : undefined;
    this.#encoder = exchange.trail.stream ? translation.to.encodeStream(translation.echo) : undefined;
    this.#frames = frameReader(translation.format.frames);
    const isKept = this.#decoder !== undefined && this.#encoder !== undefined && mayContinue(exchange);
    this.#relayed = isKept ? exchange.fleet.relayed.open() : undefined;
    this.#states = new StateCollector(translation.echo.id, (id, carried) => this.#keep(id, carried));
  }

  get isResumable(): boolean {
    if (!this.#outlet.committed) return true;
    const delivered = this.#delivered();
    if (!delivered) return false;
    const { open, acts } = sumUp(delivered.events);
    return !acts && open !== 'reasoning';
  }

  push(chunk: Buffer): void {
    if (this.#done) return;
    this.#relayed?.push(chunk);
    if (!this.#isRelaying(chunk)) return;
    if (!this.#decoder) {
      this.#body.push(chunk);
      return;
    }
    try {
      for (const frame of this.#frames.push(chunk)) this.#read(this.#decoder, frame);
      this.#flush();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.lose(fault('upstream_garbled', errorMessage(error)));
      return;
    }
    if (this.#frames.heldBytes > LONGEST_EVENT)
      this.lose(fault('upstream_garbled', `an event of the stream is larger than ${LONGEST_EVENT} bytes`));
  }

  end(): void {
    if (this.#done) return;
    if (!this.#decoder) {
      const { from, target } = this.#translation;
      this.#takeAll(from.decodeAnswer(Buffer.concat(this.#body), target));
    } else {
      const rest = this.#frames.rest();
      if (rest.length > 0) this.#relayed?.push(BLANK_LINE);
      for (const frame of rest) this.#read(this.#decoder, frame);
      const owed = this.#isDone() ? [] : this.#decoder.end();
      // What is open when a stream breaks stays open: somebody may go on with it.
      this.#takeAll(owed.at(-1)?.is === 'error' ? owed.slice(-1) : owed);
    }
    this.#flush();
    if (!this.#isDone()) this.lose(fault('upstream_garbled', 'the answer ended before it was finished'));
  }

  lose(lost: Fault): void {
    if (this.#done) return;
    this.#flush();
    // Hosts without an end mark, or slow to send it, have said all once they said why the model stopped.
    const owed = this.#decoder?.end() ?? [];
    if (owed.at(-1)?.is === 'end') this.#takeAll(owed);
    else this.#take({ is: 'error', fault: lost });
  }

  release(): void {
    this.#relayed?.release();
  }

  keepAlive(): void {
    if (!this.#encoder || !this.#outlet.committed || this.#outlet.blocked) return;
    const { framing } = this.#encoder;
    this.#outlet.write(framing ? Buffer.from(framing.keepAlive) : this.#exchange.format.keepAlive);
  }

  /** What is relayed as it comes may be of any length; what is collected may not. */
  #isRelaying(chunk: Buffer): boolean {
    this.#receivedBytes += chunk.length;
    const isCollected = this.#decoder === undefined || this.#encoder === undefined;
    if (!isCollected || this.#receivedBytes <= LONGEST_ANSWER) return true;
    this.lose(fault('upstream_garbled', `the answer is larger than ${LONGEST_ANSWER} bytes`));
    return false;
  }

  #read(decoder: StreamDecoder, { data, name }: Frame): void {
    if (this.#done) return;
    this.#takeAll(decoder.push(data, name));
    if (this.#done || !this.#encoder || this.#outlet.committed) return;
    this.#openingBytes += data.length;
    if (this.#openingBytes > LONGEST_OPENING)
      this.lose(fault('upstream_garbled', `the stream has no content in its first ${LONGEST_OPENING} bytes`));
  }

  #takeAll(events: readonly AnswerEvent[]): void {
    for (const event of events) {
      if (this.#done) return;
      if (this.#encoder && this.#outlet.committed && isPlain(event)) {
        this.#note(event);
        this.#text += this.#encoder.push(event);
        continue;
      }
      this.#flush();
      this.#take(event);
    }
  }

  /** The events that one piece of the provider's stream made leave in one write. */
  #flush(): void {
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#outlet.write(Buffer.from(text));
  }

  #take(event: AnswerEvent): void {
    this.#note(event);
    if (event.is === 'error') this.#break(event.fault);
    else if (event.is === 'end') this.#complete();
    else this.#hold(event);
  }

  #note(event: AnswerEvent): void {
    const { trail } = this.#exchange;
    if (event.is === 'usage') this.#count(event.usage);
    else if (event.is === 'malformed') trail.malformed = (trail.malformed ?? 0) + 1;
    else noteLoss(this.#exchange, this.#outlet, event);
    this.#states.push(event);
  }

  /** Until the caller has something of this answer, another attempt's may still be the one that counts. */
  #count(usage: Usage): void {
    this.#usage = { ...this.#usage, ...usage };
    if (this.#outlet.committed) this.#tellUsage();
  }

  #tellUsage(): void {
    if (this.#usage) this.#exchange.trail.usage = this.#usage;
  }

  #hold(event: AnswerEvent): void {
    if (event.is !== 'malformed' && event.is !== 'ping' && event.is !== 'lost') this.#events.push(event);
    if (this.#encoder && isContent(event)) this.#commit(this.#encoder);
  }

  #commit(encoder: StreamEncoder): void {
    const type = encoder.contentType ?? 'text/event-stream; charset=utf-8';
    this.#outlet.commit(200, this.#answerHeaders(type, { 'cache-control': 'no-cache' }), undefined);
    this.#tellUsage();
    this.#report.content();
    let text = '';
    for (const event of this.#events) text += encoder.push(event);
    this.#events = [];
    if (text !== '') this.#outlet.write(Buffer.from(text));
  }

  #break(why: Fault): void {
    this.#done = true;
    this.#tellUsage();
    if (!this.#outlet.committed) {
      this.#report.failed(why);
      return;
    }
    const { trail, request } = this.#exchange;
    const { id } = trail;
    const broken = withoutCredentials(fault('stream_broken', why.message), this.#sent, request.url ?? '');
    const report = { fault: broken, status: 502, id, tried: [] };
    const tell = (): void => {
      this.#outlet.break(lastWords(this.#exchange.format, report, this.#encoder?.framing));
    };
    if (!this.#relayed) {
      tell();
      this.#report.cut(broken);
      return;
    }
    const delivered = (): DeliveredStream | undefined => this.#delivered();
    const { dropped } = this.#relayed;
    const encoder = this.#encoder;
    this.#report.cut(broken, { cause: why.code, delivered, dropped, encoder, lead: undefined, tell });
  }

  #delivered(): DeliveredStream | undefined {
    const { format, target } = this.#translation;
    const chunks = this.#relayed?.all;
    return chunks && readRelayed(chunks, format, undefined, target);
  }

  #complete(): void {
    this.#tellUsage();
    if (!this.#outlet.committed && !this.#events.some(isContent)) {
      this.#done = true;
      this.#report.failed(fault('upstream_garbled', 'the answer ended without any content'));
      return;
    }
    this.#done = true;
    const { to, echo } = this.#translation;
    if (this.#encoder) {
      this.#outlet.end(Buffer.from(this.#encoder.push({ is: 'end' })));
    } else {
      const body = to.encodeAnswer(this.#events, echo);
      this.#outlet.commit(200, this.#answerHeaders('application/json', {}), body.length);
      this.#report.content();
      this.#outlet.end(body);
    }
    this.#report.served();
  }

  #answerHeaders(type: string, more: AnswerHeaders): AnswerHeaders {
    return answerHeaders(this.#exchange, this.#headers, type, more);
  }

  #keep(callId: string, carried: readonly CarriedState[]): void {
    this.#translation.vault.keep(callId, carried);
  }

  /** A method, because what is read after a call that may have changed it must be read again. */
  #isDone(): boolean {
    return this.#done;
  }
}

function isPlain(event: AnswerEvent): boolean {
  return event.is !== 'error' && event.is !== 'end';
}

const BLANK_LINE = Buffer.from('\n\n');
