import { createHash } from 'node:crypto';

import type { AnswerEvent, FinishReason } from '../../core/answer.ts';
import type { AnswerEcho, StreamEncoder } from '../../core/format.ts';
import type { Usage } from '../../core/usage.ts';
import type { JsonOut } from '../../lib/json-write.ts';
import { sealSummary } from './compaction.ts';
import { EventLog } from './event-log.ts';
import { incompleteReason } from './finish.ts';
import { ResponseObject } from './response-object.ts';

/** Writes the text of an answer as one `compaction` item; what was thought on the way is of no use to anybody. */
export class CompactionEncoder implements StreamEncoder {
  readonly #object: ResponseObject;
  readonly #id: string;
  readonly #log = new EventLog();
  readonly #text: string[] = [];
  #isText = false;
  #started = false;
  #output: readonly JsonOut[] = [];
  #model: string | undefined;
  #created: number | undefined;
  #usage: Usage | undefined;
  #finish: FinishReason | undefined;

  constructor(echo: AnswerEcho) {
    this.#object = new ResponseObject(echo);
    this.#id = `cmp_${createHash('sha256').update(echo.id).digest('hex').slice(0, 48)}`;
  }

  /** The response as far as it has come. */
  get response(): JsonOut {
    return this.#object.write({
      model: this.#model,
      created: this.#created,
      output: this.#output,
      usage: this.#usage,
      finish: this.#finish,
    });
  }

  push(event: AnswerEvent): string {
    switch (event.is) {
      case 'start':
        this.#model = event.model;
        this.#created = event.created;
        return this.#start();
      case 'open':
        this.#isText = event.part.kind === 'text';
        return this.#start();
      case 'delta':
        if (this.#isText) this.#text.push(event.text);
        return '';
      case 'usage':
        this.#usage = { ...this.#usage, ...event.usage };
        return '';
      case 'finish':
        this.#finish = event.reason;
        return '';
      case 'end':
        return this.#end();
      case 'ping':
        return this.#started ? this.#log.event('keepalive', {}) : '';
      case 'citation':
      case 'opaque':
      case 'close':
      case 'error':
      case 'lost':
      case 'malformed':
        return '';
    }
  }

  #start(): string {
    if (this.#started) return '';
    this.#started = true;
    return this.#log.opening(this.response);
  }

  #end(): string {
    const started = this.#start();
    this.#finish ??= 'stop';
    const isCut = incompleteReason(this.#finish) !== undefined;
    const type = isCut ? 'response.incomplete' : 'response.completed';
    return started + this.#item() + this.#log.event(type, { response: this.response });
  }

  /** Without a word there is nothing to go on from: better the caller's own error than a conversation that is lost. */
  #item(): string {
    const text = this.#text.join('').trim();
    if (text === '') return '';
    const begun = { id: this.#id, type: 'compaction' };
    const item = { ...begun, encrypted_content: sealSummary(text) };
    this.#output = [item];
    return (
      this.#log.event('response.output_item.added', { output_index: 0, item: begun }) +
      this.#log.event('response.output_item.done', { output_index: 0, item })
    );
  }
}
