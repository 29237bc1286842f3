import { createHash } from 'node:crypto';

import type { AnswerEvent, FinishReason, OpenedPart } from '../../core/answer.ts';
import type { OpaqueState } from '../../core/conversation.ts';
import type { AnswerEcho, CarriedState, StreamEncoder } from '../../core/format.ts';
import type { Usage } from '../../core/usage.ts';
import { viewJson } from '../../lib/json-view.ts';
import type { JsonOut } from '../../lib/json-write.ts';
import { canShow } from '../hub/answer-media.ts';
import { callerId } from '../hub/ids.ts';
import type { BegunResponse } from './begun-response.ts';
import { EventLog } from './event-log.ts';
import { incompleteReason } from './finish.ts';
import { KeptAnswer } from './kept-answer.ts';
import { namespacedTools, type ToolName } from './namespaces.ts';
import { ResponseObject, responseId } from './response-object.ts';
import { ImageItem } from './write-image.ts';
import {
  CallItem,
  type ItemPlace,
  type ItemStatus,
  type ItemWriter,
  MessageItem,
  ReasoningItem,
  StateItem,
} from './write-items.ts';

/** An encoder for one stream of the Responses API. */
export function encodeStream(echo: AnswerEcho): ResponseEncoder {
  return new ResponseEncoder(echo);
}

/** Writes an answer as a stream of events, and keeps what the last of them repeats: the whole response. */
export class ResponseEncoder implements StreamEncoder {
  readonly #echo: AnswerEcho;
  readonly #log = new EventLog();
  readonly #object: ResponseObject;
  readonly #namespaced: ReadonlyMap<string, ToolName>;
  readonly #customTools: ReadonlySet<string>;
  readonly #output: JsonOut[] = [];
  readonly #kept: KeptAnswer;
  #item: ItemWriter | undefined;
  /** State of the text that is open: it follows the text. */
  #textStates: OpaqueState[] = [];
  #calls = 0;
  #started = false;
  /** The one another writer gave it. */
  #id: string | undefined;
  #model: string | undefined;
  #created: number | undefined;
  #usage: Usage | undefined;
  #finish: FinishReason | undefined;

  constructor(echo: AnswerEcho) {
    this.#echo = echo;
    this.#object = new ResponseObject(echo);
    const request = viewJson(echo.body.toString('utf8'));
    this.#namespaced = request ? namespacedTools(request) : new Map();
    this.#kept = new KeptAnswer(echo, request);
    const { tools } = echo.conversation;
    this.#customTools = new Set(tools.filter(({ custom }) => custom === true).map(({ name }) => name));
  }

  /** The response as far as it has come. */
  get response(): JsonOut {
    return this.#object.write({
      id: this.#id,
      model: this.#model,
      created: this.#created,
      output: this.#output,
      usage: this.#usage,
      finish: this.#finish,
    });
  }

  /** Goes on with what another writer began. */
  goOn(begun: BegunResponse): void {
    this.#started = true;
    this.#id = begun.id;
    this.#model = begun.model;
    this.#created = begun.created;
    this.#log.skipTo(begun.next);
    for (const { id, item } of begun.output) {
      this.#output.push(item);
      this.#kept.item(id, item);
    }
    if (!begun.message) return;
    const message = new MessageItem(this.#log, { id: begun.message.id, index: this.#output.length });
    message.goOn(begun.message.content, begun.message.open);
    this.#item = message;
  }

  push(event: AnswerEvent): string {
    switch (event.is) {
      case 'start':
        this.#model = event.model;
        this.#created = event.created;
        return this.#start();
      case 'open':
        return this.#start() + this.#open(event.part);
      case 'delta':
        return this.#item?.delta(event.text) ?? '';
      case 'citation':
        return this.#item?.cite(event.citation) ?? '';
      case 'opaque':
        this.#keep(event.state);
        return '';
      case 'close':
        return this.#close();
      case 'usage':
        this.#usage = { ...this.#usage, ...event.usage };
        return '';
      case 'finish':
        this.#finish = event.reason;
        return '';
      case 'ping':
        // Clients refuse a stream whose first event is any but `response.created`.
        return this.#started ? this.#log.event('keepalive', {}) : '';
      case 'end':
        return this.#end();
      // How a stream breaks is told by whoever breaks it.
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

  #open(part: OpenedPart): string {
    if (part.kind === 'text' || part.kind === 'refusal') return this.#openContent(part.kind);
    if (part.kind === 'media' && !canShow('openai-responses', part.mime)) return '';
    const before = this.#endItem('completed');
    if (part.kind === 'reasoning')
      return before + this.#begin(new ReasoningItem(this.#log, this.#place('rs'), part.summary === true));
    if (part.kind === 'media') return before + this.#begin(new ImageItem(this.#log, this.#place('ig'), part));
    const states = part.opaque ?? [];
    const state = states.length > 0 ? this.#writeState({ on: 'call', states }) : '';
    return before + state + this.#begin(this.#callItem(part));
  }

  #openContent(kind: 'text' | 'refusal'): string {
    if (this.#item instanceof MessageItem) return this.#item.open(kind);
    const before = this.#endItem('completed');
    const item = new MessageItem(this.#log, this.#place('msg'));
    return before + this.#begin(item) + item.open(kind);
  }

  #callItem(part: Extract<OpenedPart, { kind: 'call' }>): CallItem {
    const custom = part.custom === true || this.#customTools.has(part.name);
    return new CallItem(this.#log, this.#place(custom ? 'ctc' : 'fc'), {
      ...(this.#namespaced.get(part.name) ?? { name: part.name }),
      callId: callerId(part.id, this.#echo.id, this.#calls++),
      custom,
      wrapped: custom && part.custom !== true,
    });
  }

  #keep(state: OpaqueState): void {
    if (this.#item instanceof ReasoningItem) this.#item.keep(state);
    else if (this.#item instanceof MessageItem) this.#textStates.push(state);
  }

  /** A message stays open for more text; state of its text must follow that text, and so ends it. */
  #close(): string {
    if (!(this.#item instanceof MessageItem)) return this.#endItem('completed');
    if (this.#textStates.length === 0) return this.#item.close();
    const states = this.#textStates;
    this.#textStates = [];
    return this.#endItem('completed') + this.#writeState({ on: 'text', states });
  }

  #writeState(carried: CarriedState): string {
    const item = new StateItem(this.#log, this.#place('rs'), carried);
    return this.#begin(item) + this.#endItem('completed');
  }

  #end(): string {
    const started = this.#start();
    this.#finish ??= 'stop';
    const isCut = incompleteReason(this.#finish) !== undefined;
    const last = this.#endItem(isCut ? 'incomplete' : 'completed');
    this.#kept.end(this.#id ?? responseId(this.#echo));
    const type = isCut ? 'response.incomplete' : 'response.completed';
    return started + last + this.#log.event(type, { response: this.response });
  }

  #begin(item: ItemWriter): string {
    this.#item = item;
    return item.begin();
  }

  #endItem(status: ItemStatus): string {
    const item = this.#item;
    if (!item) return '';
    this.#item = undefined;
    const ended = item.end(status);
    this.#kept.item(item.id, ended.item);
    this.#output.push(ended.item);
    return ended.events;
  }

  #place(prefix: string): ItemPlace {
    const index = this.#output.length;
    const digest = createHash('sha256').update(`${this.#echo.id}\n${index}`).digest('hex');
    return { id: `${prefix}_${digest.slice(0, 48)}`, index };
  }
}
