import type { DirectTranslation } from '../../core/direct.ts';
import { type Fault, fault } from '../../core/fault.ts';
import { askedPath, type Exchange } from '../exchange.ts';
import type { AnswerHeaders, Outlet } from '../outlet.ts';
import { answerHeaders } from './answer-headers.ts';
import type { Sink, SinkReport } from './sink.ts';

/** Large batches of embeddings are some tens of megabytes. */
const LONGEST_ANSWER = 256 * 1024 * 1024;

/** Relays the whole answer to a small operation, translated. */
export class DirectSink implements Sink {
  readonly awaitsContent = false;
  readonly isResumable = true;
  readonly #exchange: Exchange;
  readonly #report: SinkReport;
  readonly #outlet: Outlet;
  readonly #headers: AnswerHeaders;
  readonly #translation: DirectTranslation;
  readonly #model: string;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #done = false;

  constructor(
    exchange: Exchange,
    report: SinkReport,
    answer: {
      readonly outlet: Outlet;
      readonly headers: AnswerHeaders;
      readonly translation: DirectTranslation;
      readonly model: string;
    },
  ) {
    this.#exchange = exchange;
    this.#report = report;
    this.#outlet = answer.outlet;
    this.#headers = answer.headers;
    this.#translation = answer.translation;
    this.#model = answer.model;
  }

  push(chunk: Buffer): void {
    if (this.#done) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > LONGEST_ANSWER)
      this.lose(fault('upstream_garbled', `the answer is larger than ${LONGEST_ANSWER} bytes`));
  }

  end(): void {
    if (this.#done) return;
    const { body: request, trail } = this.#exchange;
    const asked = {
      model: this.#model,
      request,
      path: askedPath(this.#exchange),
      atEpochSeconds: Math.floor(trail.at / 1000),
    };
    const answer = this.#translation.decodeAnswer(Buffer.concat(this.#chunks), asked);
    if (answer.is === 'failed') {
      this.lose(answer.fault);
      return;
    }
    this.#done = true;
    if (answer.value.usage) trail.usage = answer.value.usage;
    const { body, contentType = 'application/json' } = answer.value;
    this.#outlet.commit(200, answerHeaders(this.#exchange, this.#headers, contentType), body.length);
    this.#report.content();
    this.#outlet.end(body);
    this.#report.served();
  }

  lose(lost: Fault): void {
    if (this.#done) return;
    this.#done = true;
    this.#chunks = [];
    this.#report.failed(lost);
  }

  keepAlive(): void {
    // Nothing is committed before the whole answer is there.
  }
}
