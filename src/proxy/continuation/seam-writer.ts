import type { AnswerEvent } from '../../core/answer.ts';
import type { Exchange } from '../exchange.ts';
import type { Outlet } from '../outlet.ts';
import { seamComment, type Thread } from './thread.ts';

/** Writes the rest of an answer behind its first part: with the first thing written it is this target's answer. */
export class SeamWriter {
  readonly #exchange: Exchange;
  readonly #outlet: Outlet;
  readonly #thread: Thread;
  #pending = '';
  /** The new text so far. */
  said = '';

  constructor(exchange: Exchange, outlet: Outlet, thread: Thread) {
    this.#exchange = exchange;
    this.#outlet = outlet;
    this.#thread = thread;
  }

  /** The same as it came. */
  get events(): readonly AnswerEvent[] {
    return [
      { is: 'open', part: { kind: 'text' } },
      { is: 'delta', text: this.said },
    ];
  }

  say(text: string): void {
    if (text === '') return;
    if (!this.#thread.isTextOpen) this.push({ is: 'open', part: { kind: 'text' } });
    this.#thread.isTextOpen = true;
    this.#thread.text += text;
    this.said += text;
    this.push({ is: 'delta', text });
  }

  closeText(): void {
    if (!this.#thread.isTextOpen) return;
    this.#thread.isTextOpen = false;
    this.push({ is: 'close' });
  }

  push(event: AnswerEvent): void {
    if (!this.#outlet.committed) this.#begin();
    this.#pending += this.#thread.encoder.push(event);
  }

  /** What was written leaves. */
  flush(): void {
    if (this.#pending !== '') this.#outlet.write(Buffer.from(this.#pending));
    this.#pending = '';
  }

  /** The answer is whole. */
  end(): void {
    this.#outlet.end(Buffer.from(this.#pending));
    this.#pending = '';
  }

  #begin(): void {
    this.#outlet.adopt();
    const lead = this.#thread.takeLead();
    if (lead) this.#outlet.write(lead);
    const target = this.#exchange.trail.attempts.at(-1)?.target;
    // Where a stream is no server-sent events, there is no place for a comment.
    if (target && !this.#thread.encoder.framing)
      this.#pending = seamComment(target, this.#thread.broken.after);
  }
}
