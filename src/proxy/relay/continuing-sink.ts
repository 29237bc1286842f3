import { type AnswerEvent, LONGEST_ANSWER, type OpenedPart } from '../../core/answer.ts';
import { type Fault, fault } from '../../core/fault.ts';
import type { StreamDecoder } from '../../core/format.ts';
import type { Usage } from '../../core/usage.ts';
import { prefillText } from '../../formats/index.ts';
import { errorMessage } from '../../lib/expect.ts';
import { SeamWriter } from '../continuation/seam-writer.ts';
import { Seam } from '../continuation/seam.ts';
import { bookLast, usageOfAnswer } from '../continuation/take-up.ts';
import type { Thread } from '../continuation/thread.ts';
import type { Exchange } from '../exchange.ts';
import type { Outlet } from '../outlet.ts';
import { withoutCredentials } from '../redact.ts';
import type { ConversationTranslation } from '../translation.ts';
import { type FrameReader, frameReader } from './framing.ts';
import { lastWords } from './last-words.ts';
import { noteLoss } from './lost-content.ts';
import type { Sink, SinkReport } from './sink.ts';

type Finish = Extract<AnswerEvent, { is: 'finish' }>;

/**
 * Goes on with an answer that another attempt began. Until the seam is found nothing is written, so that another target
 * can still take over; after it the new text is written as if it were the rest of the old one. Thoughts are not shown:
 * those of the first model were, and its text is what these lead to.
 */
export class ContinuingSink implements Sink {
  readonly awaitsContent = true;
  readonly #exchange: Exchange;
  readonly #report: SinkReport;
  readonly #outlet: Outlet;
  readonly #sent: readonly string[];
  readonly #translation: ConversationTranslation;
  readonly #thread: Thread;
  readonly #seam: Seam;
  readonly #writer: SeamWriter;
  readonly #decoder: StreamDecoder | undefined;
  readonly #frames: FrameReader;
  #body: Buffer[] = [];
  #receivedBytes = 0;
  #part: OpenedPart['kind'] | undefined;
  #finish: Finish | undefined;
  #usage: Usage | undefined;
  /** Characters, those left out too. */
  #written = 0;
  #isSeen = false;
  #done = false;

  constructor(
    exchange: Exchange,
    report: SinkReport,
    answer: {
      readonly outlet: Outlet;
      /** The headers of the request, with what the provider may not quote. */
      readonly sent: readonly string[];
      readonly translation: ConversationTranslation;
      readonly streamed: boolean;
      readonly thread: Thread;
    },
  ) {
    const { translation, thread } = answer;
    this.#exchange = exchange;
    this.#report = report;
    this.#outlet = answer.outlet;
    this.#sent = answer.sent;
    this.#translation = translation;
    this.#thread = thread;
    this.#writer = new SeamWriter(exchange, answer.outlet, thread);
    const { how, isSure } = thread.approach;
    const delivered = thread.text;
    const prefilled = how === 'prefill' ? prefillText(delivered) : delivered;
    this.#seam = new Seam({ how, delivered, prefilled, isSure });
    this.#decoder = answer.streamed ? translation.from.decodeStream(translation.target) : undefined;
    this.#frames = frameReader(translation.format.frames);
  }

  get isResumable(): boolean {
    return !this.#thread.acts;
  }

  push(chunk: Buffer): void {
    if (this.#done) return;
    this.#receivedBytes += chunk.length;
    if (this.#receivedBytes > LONGEST_ANSWER) {
      this.lose(fault('upstream_garbled', `the answer is larger than ${LONGEST_ANSWER} bytes`));
    } else if (this.#decoder) {
      this.#readChunk(this.#decoder, chunk);
    } else {
      this.#body.push(chunk);
    }
  }

  end(): void {
    if (this.#done) return;
    if (!this.#decoder) {
      const { from, target } = this.#translation;
      this.#takeAll(from.decodeAnswer(Buffer.concat(this.#body), target));
    } else {
      for (const { data, name } of this.#frames.rest()) this.#takeAll(this.#decoder.push(data, name));
      if (!this.#isDone()) this.#endDecoder(this.#decoder);
    }
    if (!this.#isDone()) this.lose(fault('upstream_garbled', 'the answer ended before it was finished'));
  }

  lose(lost: Fault): void {
    if (this.#done) return;
    const owed = this.#decoder?.end() ?? [];
    if (owed.at(-1)?.is === 'end') this.#takeAll(owed);
    else this.#break(lost);
  }

  keepAlive(): void {
    if (this.#outlet.blocked) return;
    this.#outlet.write(this.#thread.keepAlive(this.#exchange.format));
  }

  #readChunk(decoder: StreamDecoder, chunk: Buffer): void {
    try {
      for (const { data, name } of this.#frames.push(chunk)) this.#takeAll(decoder.push(data, name));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.lose(fault('upstream_garbled', errorMessage(error)));
    }
    if (!this.#done) this.#writer.flush();
  }

  /** What is open when a stream breaks stays open: somebody may go on with it. */
  #endDecoder(decoder: StreamDecoder): void {
    const owed = decoder.end();
    this.#takeAll(owed.at(-1)?.is === 'end' ? owed : owed.slice(-1));
  }

  #takeAll(events: readonly AnswerEvent[]): void {
    for (const event of events) {
      if (this.#done) return;
      this.#take(event);
    }
  }

  #take(event: AnswerEvent): void {
    noteLoss(this.#exchange, this.#outlet, event);
    switch (event.is) {
      case 'open':
        this.#open(event);
        return;
      case 'delta':
        this.#delta(event.text);
        return;
      case 'close':
        this.#close();
        return;
      case 'opaque':
      case 'citation':
        if (
          this.#part === 'call' ||
          (this.#part === 'text' && this.#seam.isThrough && this.#thread.isTextOpen)
        )
          this.#writer.push(event);
        return;
      case 'usage':
        this.#usage = { ...this.#usage, ...event.usage };
        return;
      case 'finish':
        this.#finish = event;
        return;
      case 'malformed':
        this.#exchange.trail.malformed = (this.#exchange.trail.malformed ?? 0) + 1;
        return;
      case 'error':
        this.#break(event.fault);
        return;
      case 'end':
        this.#complete();
        return;
      case 'start':
      case 'lost':
      case 'ping':
    }
  }

  #open(event: Extract<AnswerEvent, { is: 'open' }>): void {
    this.#part = event.part.kind;
    if (this.#part === 'text' || this.#part === 'reasoning') return;
    this.#note();
    if (!this.#settle()) return;
    if (this.#part === 'refusal' && this.#writer.said === '') {
      this.#fail('it refused to go on');
      return;
    }
    this.#writer.closeText();
    this.#thread.acts = true;
    this.#writer.push(event);
  }

  #delta(text: string): void {
    if (text === '') return;
    this.#note();
    this.#written += text.length;
    if (this.#part === 'call' || this.#part === 'refusal') this.#writer.push({ is: 'delta', text });
    if (this.#part !== 'text') return;
    this.#writer.say(this.#seam.push(text));
    if (this.#seam.isOther) this.#fail(OTHER_WORDS);
  }

  #close(): void {
    const part = this.#part;
    this.#part = undefined;
    if (part === 'call' || part === 'refusal') this.#writer.push({ is: 'close' });
    else if (part === 'text' && this.#seam.isThrough) this.#writer.closeText();
  }

  /** What was held back at the seam is told before anything else is; false when there is no seam. */
  #settle(): boolean {
    this.#writer.say(this.#seam.end());
    if (!this.#seam.isOther) return true;
    this.#fail(OTHER_WORDS);
    return false;
  }

  /** The target works. */
  #note(): void {
    if (this.#isSeen) return;
    this.#isSeen = true;
    this.#report.content();
  }

  #complete(): void {
    if (!this.#settle()) return;
    const finish = this.#finish ?? { is: 'finish', reason: 'stop' };
    if (!this.#outlet.committed && (finish.reason === 'filter' || finish.reason === 'refusal')) {
      this.#fail('it refused to go on');
      return;
    }
    this.#note();
    bookLast(this.#exchange, this.#thread, this.#usage, this.#written);
    this.#writer.closeText();
    this.#writer.push({ is: 'usage', usage: usageOfAnswer(this.#exchange) });
    this.#writer.push(finish);
    this.#writer.push({ is: 'end' });
    this.#done = true;
    this.#noteSeam();
    this.#learn();
    this.#exchange.trail.continued = true;
    this.#writer.end();
    this.#report.served();
  }

  #break(why: Fault): void {
    this.#writer.flush();
    this.#done = true;
    const { trail, request, format } = this.#exchange;
    if (this.#usage) trail.usage = this.#usage;
    if (!this.#outlet.committed) {
      this.#report.failed(why);
      return;
    }
    this.#noteSeam();
    this.#learn();
    const broken = withoutCredentials(fault('stream_broken', why.message), this.#sent, request.url ?? '');
    const words = { fault: broken, status: 502, id: trail.id, tried: [] };
    const { encoder } = this.#thread;
    this.#report.cut(broken, {
      cause: why.code,
      delivered: () => ({ frames: [], events: this.#writer.events }),
      encoder,
      lead: undefined,
      tell: () => this.#outlet.break(lastWords(format, words, encoder.framing)),
    });
  }

  /** Nothing new was said, and the model is none to go on with this way. */
  #fail(why: string): void {
    this.#done = true;
    if (this.#usage) this.#exchange.trail.usage = this.#usage;
    this.#noteSeam();
    this.#learn();
    this.#thread.restarted = this.#seam.restarted;
    this.#report.failed(fault('not_continued', why));
  }

  #noteSeam(): void {
    const attempt = this.#exchange.trail.attempts.at(-1);
    if (attempt?.continued) attempt.continued = { ...attempt.continued, dropped: this.#seam.dropped };
  }

  /** Who goes on once does so again; who began anew, or said something else, will too. */
  #learn(): void {
    const { how } = this.#thread.approach;
    if (how !== 'prefill') return;
    if (this.#seam.restarted || this.#seam.isOther) this.#thread.learn('refuses');
    else if (this.#seam.goesOn) this.#thread.learn('accepts');
  }

  /** A method: what a call may have changed must be read again. */
  #isDone(): boolean {
    return this.#done;
  }
}

const OTHER_WORDS = 'the model began in other words than those delivered';
