import type { AnswerEvent, OpenedPart } from '../../core/answer.ts';
import type { OpaqueState } from '../../core/conversation.ts';
import type { CarriedState } from '../../core/format.ts';
import { callerId } from '../../formats/index.ts';

/**
 * Listens to an answer and tells, for each call in it, which opaque state came before it and with it, under the id by
 * which the caller knows the call.
 */
export class StateCollector {
  readonly #exchange: string;
  readonly #tell: (callId: string, carried: readonly CarriedState[]) => void;
  #carried: CarriedState[] = [];
  #open: OpenedPart | undefined;
  #text: string[] = [];
  #states: OpaqueState[] = [];
  #calls = 0;

  constructor(exchange: string, tell: (callId: string, carried: readonly CarriedState[]) => void) {
    this.#exchange = exchange;
    this.#tell = tell;
  }

  push(event: AnswerEvent): void {
    if (event.is === 'delta') {
      if (this.#open?.kind === 'reasoning') this.#text.push(event.text);
    } else if (event.is === 'open') {
      this.#begin(event.part);
    } else if (event.is === 'close') {
      this.#close();
    } else if (event.is === 'opaque') {
      this.#states.push(event.state);
    }
  }

  #begin(part: OpenedPart): void {
    this.#open = part;
    this.#text = [];
    this.#states = [];
    if (part.kind !== 'call') return;
    const own = part.opaque ?? [];
    if (own.length > 0) this.#carried.push({ on: 'call', states: own });
    const id = callerId(part.id, this.#exchange, this.#calls++);
    if (this.#carried.length > 0) this.#tell(id, this.#carried);
    this.#carried = [];
  }

  #close(): void {
    const part = this.#open;
    this.#open = undefined;
    if (this.#states.length === 0) return;
    if (part?.kind === 'reasoning') {
      const summary = part.summary === true ? { summary: true } : {};
      this.#carried.push({ on: 'reasoning', text: this.#text.join(''), ...summary, states: this.#states });
    } else if (part?.kind === 'text') {
      this.#carried.push({ on: 'text', states: this.#states });
    }
  }
}
