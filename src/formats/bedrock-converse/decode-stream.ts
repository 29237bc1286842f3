import type { AnswerEvent } from '../../core/answer.ts';
import { fault } from '../../core/fault.ts';
import type { StreamDecoder, TranslationTarget } from '../../core/format.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { BlockReader } from './block-reader.ts';
import { classifyException, isException } from './errors.ts';
import { finishOf } from './finish.ts';
import { readUsage } from './usage.ts';

/** A decoder for one stream. */
export function decodeStream(target: TranslationTarget): StreamDecoder {
  return new EventDecoder(target);
}

/** The names of events are in the headers of their messages. */
class EventDecoder implements StreamDecoder {
  readonly #blocks: BlockReader;
  #started = false;
  #over = false;
  /** Why the model stopped: told before the usage, which is the last of all. */
  #stop: AnswerEvent | undefined;
  #hasUsage = false;

  constructor(target: TranslationTarget) {
    this.#blocks = new BlockReader(target);
  }

  get isGathering(): boolean {
    return this.#blocks.isDrawing;
  }

  push(data: string, name: string | undefined): readonly AnswerEvent[] {
    if (this.#over) return [];
    if (name !== undefined && isException(name)) return this.#fail(name, data);
    const view = viewJson(data);
    if (view?.kind !== 'object') return data === '' ? [] : [{ is: 'malformed' }];
    return [...this.#start(), ...this.#take(name ?? '', view), ...this.#endOnce()];
  }

  end(): readonly AnswerEvent[] {
    if (this.#over) return [];
    this.#over = true;
    if (this.#stop) return [this.#stop, { is: 'end' }];
    const code = this.#blocks.said ? 'stream_broken' : 'upstream_garbled';
    return [
      ...this.#blocks.close(),
      { is: 'error', fault: fault(code, 'the answer ended before it was finished') },
    ];
  }

  #start(): AnswerEvent[] {
    if (this.#started) return [];
    this.#started = true;
    return [{ is: 'start' }];
  }

  #take(name: string, event: JsonView): AnswerEvent[] {
    switch (name) {
      case 'contentBlockStart':
        return this.#stop ? [] : this.#blocks.start(event);
      case 'contentBlockDelta':
        return this.#stop ? [] : this.#blocks.delta(event);
      case 'contentBlockStop':
        return this.#blocks.close();
      case 'messageStop':
        return this.#halt(event);
      case 'metadata': {
        const usage = readUsage(event.get('usage')?.value());
        this.#hasUsage = true;
        return usage ? [{ is: 'usage', usage }] : [];
      }
    }
    return [];
  }

  #halt(event: JsonView): AnswerEvent[] {
    const fields = event.get('additionalModelResponseFields');
    const closing = this.#blocks.close();
    const stopSequence = fields?.get('delta')?.string('stop_sequence');
    this.#stop ??= finishOf(event.string('stopReason'), stopSequence, this.#blocks.called);
    return closing;
  }

  #endOnce(): readonly AnswerEvent[] {
    return this.#stop && this.#hasUsage ? this.end() : [];
  }

  #fail(name: string, data: string): AnswerEvent[] {
    this.#over = true;
    return [{ is: 'error', fault: classifyException(name, data) }];
  }
}
