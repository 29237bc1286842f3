import type { AnswerEvent, OpenedPart } from '../../core/answer.ts';
import type { Citation, JsonText, OpaqueState } from '../../core/conversation.ts';
import type { OpenedMedia } from './answer-media.ts';
import { lost } from './lost.ts';

/**
 * Opens and closes the parts of an answer where the provider does not say where they begin and end: text goes on until
 * another kind of part begins. Each method returns the events to pass on.
 */
export class PartFlow {
  #open: OpenedPart['kind'] | undefined;
  #said = false;
  #called = false;

  /** Something a reader would miss has come. */
  get said(): boolean {
    return this.#said;
  }

  /** A tool of the caller was called. */
  get called(): boolean {
    return this.#called;
  }

  get openKind(): OpenedPart['kind'] | undefined {
    return this.#open;
  }

  /** More text or more of a thought. */
  text(kind: 'text' | 'reasoning', text: string): AnswerEvent[] {
    if (text === '') return [];
    return [...this.#begin(kind), { is: 'delta', text }];
  }

  /** State that belongs to the open part of this kind; one is opened where there is none. */
  opaque(kind: 'text' | 'reasoning', state: OpaqueState): AnswerEvent[] {
    return [...this.#begin(kind), { is: 'opaque', state }];
  }

  /** Where the open text comes from. */
  citation(citation: Citation): AnswerEvent[] {
    return this.#open === 'text' ? [{ is: 'citation', citation }] : lost(['citations']);
  }

  /** A call begins; its arguments follow by `more`. */
  openCall(id: string, name: string): AnswerEvent[] {
    const closing = this.close();
    this.#open = 'call';
    this.#said = true;
    this.#called = true;
    return [...closing, { is: 'open', part: { kind: 'call', id, name } }];
  }

  /** More of the open call's arguments. */
  more(text: string): AnswerEvent[] {
    return this.#open === 'call' && text !== '' ? [{ is: 'delta', text }] : [];
  }

  /** A call that came as a whole. */
  call(id: string, name: string, given: JsonText): AnswerEvent[] {
    return [...this.openCall(id, name), ...this.more(given), ...this.close()];
  }

  /** A picture: it comes whole. */
  media(part: OpenedMedia): AnswerEvent[] {
    const closing = this.close();
    this.#said = true;
    return [...closing, { is: 'open', part }, { is: 'close' }];
  }

  close(): AnswerEvent[] {
    if (this.#open === undefined) return [];
    this.#open = undefined;
    return [{ is: 'close' }];
  }

  #begin(kind: 'text' | 'reasoning'): AnswerEvent[] {
    this.#said = true;
    if (this.#open === kind) return [];
    const closing = this.close();
    this.#open = kind;
    return [...closing, { is: 'open', part: { kind } }];
  }
}
