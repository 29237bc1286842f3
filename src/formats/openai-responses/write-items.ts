import type { Citation, OpaqueState } from '../../core/conversation.ts';
import type { CarriedState } from '../../core/format.ts';
import type { JsonOut } from '../../lib/json-write.ts';
import { seal } from '../hub/carry.ts';
import { unwrapInput } from '../hub/custom-tool.ts';
import { writeCitation } from './citations.ts';
import type { EventLog } from './event-log.ts';
import type { ToolName } from './namespaces.ts';

/** Where an item stands in the output. */
export interface ItemPlace {
  readonly id: string;
  readonly index: number;
}

/** An output item that is being written. */
export interface ItemWriter {
  readonly id: string;
  /** What announces it. */
  begin(): string;
  delta(text: string): string;
  cite(citation: Citation): string;
  /** Ends the item, and with it whatever is open in it. */
  end(status: ItemStatus): { readonly events: string; readonly item: JsonOut };
}

export type ItemStatus = 'completed' | 'incomplete';

/** What all items have in common: their place, and events about them. */
export abstract class Item {
  readonly #log: EventLog;
  readonly #place: ItemPlace;

  constructor(log: EventLog, place: ItemPlace) {
    this.#log = log;
    this.#place = place;
  }

  get id(): string {
    return this.#place.id;
  }

  cite(_citation: Citation): string {
    return '';
  }

  /** An event about the item as a whole. */
  protected whole(type: string, item: JsonOut): string {
    return this.#log.event(`response.output_item.${type}`, { output_index: this.#place.index, item });
  }

  /** More of something in it; `where` is the field that says of what. */
  protected more(type: string, delta: string, where = '', after = ''): string {
    const { id, index } = this.#place;
    return this.#log.delta(
      `response.${type}`,
      `"item_id":"${id}","output_index":${index}${where}`,
      delta,
      after,
    );
  }

  /** An event about something in it. */
  protected within(type: string, fields: Readonly<Record<string, JsonOut>>): string {
    const { id, index } = this.#place;
    return this.#log.event(`response.${type}`, { item_id: id, output_index: index, ...fields });
  }
}

interface OpenContent extends BegunContent {
  readonly kind: 'text' | 'refusal';
  length: number;
}

/** A text that another writer began. */
export interface BegunContent {
  readonly index: number;
  readonly pieces: string[];
  readonly annotations: JsonOut[];
}

/** What the model says: texts and refusals, one after the other. */
export class MessageItem extends Item implements ItemWriter {
  readonly #content: JsonOut[] = [];
  #open: OpenContent | undefined;

  begin(): string {
    return this.whole('added', this.#item('in_progress'));
  }

  /** Goes on after contents that another writer wrote, the last of them still open. */
  goOn(content: readonly JsonOut[], open: BegunContent | undefined): void {
    this.#content.push(...content);
    if (open) this.#open = { ...open, kind: 'text', length: open.pieces.join('').length };
  }

  open(kind: 'text' | 'refusal'): string {
    const events = this.close();
    const open = { kind, index: this.#content.length, pieces: [], length: 0, annotations: [] };
    this.#open = open;
    return (
      events + this.within('content_part.added', { content_index: open.index, part: contentOf(open, '') })
    );
  }

  delta(delta: string): string {
    const open = this.#open;
    if (!open) return '';
    open.pieces.push(delta);
    open.length += delta.length;
    const where = `,"content_index":${open.index}`;
    return open.kind === 'text'
      ? this.more('output_text.delta', delta, where, ',"logprobs":[]')
      : this.more('refusal.delta', delta, where);
  }

  override cite(citation: Citation): string {
    const open = this.#open;
    if (open?.kind !== 'text') return '';
    const annotation = writeCitation(citation, open.length);
    const place = { content_index: open.index, annotation_index: open.annotations.length };
    open.annotations.push(annotation);
    return this.within('output_text.annotation.added', { ...place, annotation });
  }

  close(): string {
    const open = this.#open;
    if (!open) return '';
    this.#open = undefined;
    const text = open.pieces.join('');
    const part = contentOf(open, text);
    this.#content.push(part);
    const place = { content_index: open.index };
    const done =
      open.kind === 'text'
        ? this.within('output_text.done', { ...place, text, logprobs: [] })
        : this.within('refusal.done', { ...place, refusal: text });
    return done + this.within('content_part.done', { ...place, part });
  }

  end(status: ItemStatus): { readonly events: string; readonly item: JsonOut } {
    const closing = this.close();
    const item = this.#item(status);
    return { events: closing + this.whole('done', item), item };
  }

  #item(status: string): JsonOut {
    return { id: this.id, type: 'message', status, role: 'assistant', content: [...this.#content] };
  }
}

function contentOf({ kind, annotations }: OpenContent, text: string): JsonOut {
  return kind === 'text'
    ? { type: 'output_text', text, annotations: [...annotations], logprobs: [] }
    : { type: 'refusal', refusal: text };
}

/**
 * What the model thinks. It is always shown as a summary, the only form that every client shows and sends back; where
 * it came from travels in `encrypted_content`.
 */
export class ReasoningItem extends Item implements ItemWriter {
  readonly #summary: boolean;
  readonly #pieces: string[] = [];
  readonly #states: OpaqueState[] = [];

  constructor(log: EventLog, place: ItemPlace, summary: boolean) {
    super(log, place);
    this.#summary = summary;
  }

  begin(): string {
    return this.whole('added', { id: this.id, type: 'reasoning', summary: [] });
  }

  keep(state: OpaqueState): void {
    this.#states.push(state);
  }

  delta(delta: string): string {
    if (delta === '') return '';
    const opening = this.#pieces.length === 0 ? this.#part('reasoning_summary_part.added', '') : '';
    this.#pieces.push(delta);
    return opening + this.more('reasoning_summary_text.delta', delta, ',"summary_index":0');
  }

  end(): { readonly events: string; readonly item: JsonOut } {
    const text = this.#pieces.join('');
    const carried: CarriedState = {
      on: 'reasoning',
      ...(this.#summary && { summary: true }),
      states: this.#states,
    };
    const item = reasoningItem(this.id, text, [carried]);
    const closing =
      text === ''
        ? ''
        : this.within('reasoning_summary_text.done', { summary_index: 0, text }) +
          this.#part('reasoning_summary_part.done', text);
    return { events: closing + this.whole('done', item), item };
  }

  #part(type: string, text: string): string {
    return this.within(type, { summary_index: 0, part: { type: 'summary_text', text } });
  }
}

/** State of a text or a call, for which this format has no other place than a thought that says nothing. */
export class StateItem extends Item implements ItemWriter {
  readonly #carried: CarriedState;

  constructor(log: EventLog, place: ItemPlace, carried: CarriedState) {
    super(log, place);
    this.#carried = carried;
  }

  begin(): string {
    return this.whole('added', { id: this.id, type: 'reasoning', summary: [] });
  }

  delta(): string {
    return '';
  }

  end(): { readonly events: string; readonly item: JsonOut } {
    const item = reasoningItem(this.id, '', [this.#carried]);
    return { events: this.whole('done', item), item };
  }
}

function reasoningItem(id: string, text: string, carried: readonly CarriedState[]): JsonOut {
  const summary = text === '' ? [] : [{ type: 'summary_text', text }];
  return { id, type: 'reasoning', summary, encrypted_content: seal(carried) };
}

export interface WrittenCall extends ToolName {
  readonly callId: string;
  /** The caller's tool takes text. */
  readonly custom: boolean;
  /** The model gave that text as JSON. */
  readonly wrapped: boolean;
}

/** A call of one of the caller's tools. */
export class CallItem extends Item implements ItemWriter {
  readonly #call: WrittenCall;
  readonly #pieces: string[] = [];

  constructor(log: EventLog, place: ItemPlace, call: WrittenCall) {
    super(log, place);
    this.#call = call;
  }

  begin(): string {
    return this.whole('added', this.#item('in_progress', ''));
  }

  delta(delta: string): string {
    this.#pieces.push(delta);
    // Text inside JSON is only known when it is whole.
    return this.#call.wrapped ? '' : this.#deltaEvent(delta);
  }

  end(): { readonly events: string; readonly item: JsonOut } {
    const given = this.#pieces.join('');
    const { wrapped, custom, name } = this.#call;
    const text = wrapped ? unwrapInput(given) : given;
    const whole = !custom && text === '' ? '{}' : text;
    const late = wrapped || text !== whole ? this.#deltaEvent(whole) : '';
    const item = this.#item('completed', whole);
    const done = custom
      ? this.within('custom_tool_call_input.done', { input: whole })
      : this.within('function_call_arguments.done', { name, arguments: whole });
    return { events: late + done + this.whole('done', item), item };
  }

  #deltaEvent(delta: string): string {
    const kind = this.#call.custom ? 'custom_tool_call_input' : 'function_call_arguments';
    return this.more(`${kind}.delta`, delta);
  }

  #item(status: string, text: string): JsonOut {
    const { callId, name, namespace, custom } = this.#call;
    const named = { call_id: callId, name, namespace };
    return custom
      ? { id: this.id, type: 'custom_tool_call', status, ...named, input: text }
      : { id: this.id, type: 'function_call', status, ...named, arguments: text };
  }
}
