import type { Fault } from '../../core/fault.ts';
import type { Format } from '../../core/format.ts';
import { readRetryAfter } from '../../resilience/index.ts';
import type { AnswerHeaders } from '../outlet.ts';
import type { Sink, SinkReport } from './sink.ts';

/** Error bodies say what is wrong in their first kilobytes; a hostile one may never end. */
const LONGEST_BODY = 256 * 1024;

/** Collects an answer other than 2xx and finds out what it means. */
export class ErrorSink implements Sink {
  readonly awaitsContent = false;
  readonly #format: Format;
  readonly #translated: boolean;
  readonly #report: SinkReport;
  readonly #status: number;
  readonly #headers: AnswerHeaders;
  readonly #now: () => number;
  readonly #chunks: Buffer[] = [];
  #length = 0;

  constructor(
    format: Format,
    report: SinkReport,
    answer: {
      readonly status: number;
      readonly headers: AnswerHeaders;
      readonly now: () => number;
      readonly translation: unknown;
    },
  ) {
    this.#format = format;
    this.#translated = answer.translation !== undefined;
    this.#report = report;
    this.#status = answer.status;
    this.#headers = answer.headers;
    this.#now = answer.now;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length > LONGEST_BODY) this.end();
  }

  end(): void {
    this.#report.failed(this.#classify());
  }

  /** The status was said before the rest got lost, and that is what counts. */
  lose(): void {
    this.end();
  }

  keepAlive(): void {
    // Nothing is committed yet: a byte now would end silent failover.
  }

  #classify(): Fault {
    const body = Buffer.concat(this.#chunks).subarray(0, LONGEST_BODY);
    const type = this.#headers['content-type'];
    const contentType = typeof type === 'string' ? type : undefined;
    const found = this.#format.classify({
      format: this.#format.name,
      status: this.#status,
      contentType,
      body,
    });
    const retryAfterMs = readRetryAfter(this.#headers, body.toString('utf8'), this.#now(), this.#status);
    return {
      ...found,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(this.#translated && found.code === 'upstream_rejected' && { elsewhere: true }),
    };
  }
}
