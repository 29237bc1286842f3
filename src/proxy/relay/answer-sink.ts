import { type Fault, fault } from '../../core/fault.ts';
import type { AnswerVerdict, ItemKeeper } from '../../core/format.ts';
import type { Exchange } from '../exchange.ts';
import type { AnswerHeaders, Outlet } from '../outlet.ts';
import type { Sink, SinkReport } from './sink.ts';

/**
 * Whole answers are judged before the first byte leaves, so that an error or a web page inside a 200 can still fail
 * over. Above this size (large batches of embeddings, images) the answer is passed on as it comes.
 */
const HOLD_BYTES = 4 * 1024 * 1024;

/** Relays an answer that is not a stream of events. */
export class AnswerSink implements Sink {
  readonly awaitsContent = false;
  readonly #exchange: Exchange;
  readonly #report: SinkReport;
  readonly #outlet: Outlet;
  readonly #status: number;
  readonly #headers: AnswerHeaders;
  readonly #binary: boolean;
  readonly #keep: ItemKeeper | undefined;
  #held: Buffer[] = [];
  #length = 0;

  constructor(
    exchange: Exchange,
    report: SinkReport,
    answer: {
      readonly status: number;
      readonly headers: AnswerHeaders;
      readonly outlet: Outlet;
      readonly keep: ItemKeeper | undefined;
    },
  ) {
    this.#exchange = exchange;
    this.#report = report;
    this.#outlet = answer.outlet;
    this.#status = answer.status;
    this.#headers = answer.headers;
    this.#keep = answer.keep;
    this.#binary = isBinary(answer.headers['content-type']);
  }

  /** Until something left, anybody can begin anew. */
  get isResumable(): boolean {
    return !this.#outlet.committed;
  }

  push(chunk: Buffer): void {
    if (this.#outlet.committed) {
      this.#outlet.write(chunk);
      return;
    }
    this.#held.push(chunk);
    this.#length += chunk.length;
    if (this.#binary || this.#length > HOLD_BYTES) this.#commit();
  }

  end(): void {
    if (this.#outlet.committed) {
      this.#outlet.end();
      this.#report.served();
      return;
    }
    const body = this.#held.length === 1 ? this.#held[0] : undefined;
    this.#judge(body ?? Buffer.concat(this.#held));
  }

  lose(lost: Fault): void {
    if (!this.#outlet.committed) {
      this.#report.failed(lost);
      return;
    }
    // No event can be put into a binary or half a JSON body: the broken connection is the message.
    this.#outlet.break(undefined);
    this.#report.cut(fault('stream_broken', lost.message));
  }

  keepAlive(): void {
    // There is nothing harmless to write into such a body.
  }

  #commit(): void {
    this.#outlet.commit(this.#status, this.#headers, undefined);
    this.#report.content();
    for (const chunk of this.#held) this.#outlet.write(chunk);
    this.#held = [];
  }

  #judge(body: Buffer): void {
    const { format, operation, trail } = this.#exchange;
    const verdict =
      this.#status === 204 || operation === 'other'
        ? NOTHING_TO_JUDGE
        : format.judgeAnswer(operation, body, this.#keep);
    if (verdict.is === 'fault') {
      this.#report.failed(verdict.fault);
      return;
    }
    if (verdict.usage) trail.usage = verdict.usage;
    this.#exchange.answerId = verdict.answerId;
    this.#outlet.commit(this.#status, this.#headers, this.#status === 204 ? undefined : body.length);
    this.#report.content();
    this.#outlet.end(body);
    this.#report.served();
  }
}

const NOTHING_TO_JUDGE: AnswerVerdict = { is: 'answer', usage: undefined };

/** JSON and text are judged whole; sound and pictures go out as they come. */
function isBinary(contentType: string | string[] | undefined): boolean {
  return typeof contentType === 'string' && /^(audio|image|video)\//.test(contentType);
}
