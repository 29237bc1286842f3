import type { JsonView } from '../../lib/json-view.ts';
import { type JsonOut, Verbatim } from '../../lib/json-write.ts';
import type { BegunContent } from './write-items.ts';

/** A response that another writer wrote the first part of. */
export interface BegunResponse {
  id: string | undefined;
  model: string | undefined;
  created: number | undefined;
  /** The number of the next event. */
  next: number;
  /** The items that are whole, as they came. */
  readonly output: { readonly id: string; readonly item: JsonOut }[];
  /** The message that is open. */
  message: BegunMessage | undefined;
}

export interface BegunMessage {
  readonly id: string;
  /** Its contents that are whole. */
  readonly content: JsonOut[];
  open: BegunContent | undefined;
}

/** Each returns false where nobody else can go on. */
type Handler = (reader: BegunReader, event: JsonView) => boolean;

/** Reads how far a response has come. */
export class BegunReader {
  readonly begun: BegunResponse = {
    id: undefined,
    model: undefined,
    created: undefined,
    next: 0,
    output: [],
    message: undefined,
  };
  /** A thought is open. */
  isThinking = false;

  /** False where nobody else can go on. */
  pass(event: JsonView): boolean {
    const type = event.string('type') ?? '';
    const number = event.number('sequence_number');
    if (number !== undefined) this.begun.next = number + 1;
    const handler = HANDLERS.get(type);
    if (handler) return handler(this, event);
    // What is said of thoughts stands in their item again; anything else of a response belongs to tools.
    return (
      !type.startsWith('response.') || type.startsWith('response.reasoning') || type === 'response.metadata'
    );
  }

  start(event: JsonView): boolean {
    const response = event.get('response');
    this.begun.id ??= response?.string('id');
    this.begun.model ??= response?.string('model');
    this.begun.created ??= response?.number('created_at');
    return true;
  }

  addItem(event: JsonView): boolean {
    const item = event.get('item');
    const isNext = event.number('output_index') === this.begun.output.length;
    const kind = item?.string('type');
    if (kind === 'message')
      this.begun.message = { id: item?.string('id') ?? '', content: [], open: undefined };
    this.isThinking = kind === 'reasoning';
    return isNext && (kind === 'message' || kind === 'reasoning');
  }

  endItem(event: JsonView): boolean {
    const item = event.get('item');
    if (!item) return false;
    this.begun.output.push({ id: item.string('id') ?? '', item: new Verbatim(item.text) });
    this.begun.message = undefined;
    this.isThinking = false;
    return true;
  }

  addContent(event: JsonView): boolean {
    const { message } = this.begun;
    if (!message || event.get('part')?.string('type') !== 'output_text') return false;
    message.open = { index: message.content.length, pieces: [], annotations: [] };
    return event.number('content_index') === message.open.index;
  }

  say(event: JsonView): boolean {
    const { message } = this.begun;
    if (!message) return false;
    // Hosts leave out that a content begins.
    message.open ??= { index: event.number('content_index') ?? 0, pieces: [], annotations: [] };
    message.open.pieces.push(event.string('delta') ?? '');
    return true;
  }

  annotate(event: JsonView): boolean {
    const annotation = event.get('annotation');
    if (annotation) this.begun.message?.open?.annotations.push(new Verbatim(annotation.text));
    return true;
  }

  endContent(event: JsonView): boolean {
    const { message } = this.begun;
    const part = event.get('part');
    if (!message || !part) return false;
    message.content.push(new Verbatim(part.text));
    message.open = undefined;
    return true;
  }
}

const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['response.created', (reader, event) => reader.start(event)],
  ['response.queued', (reader, event) => reader.start(event)],
  ['response.in_progress', (reader, event) => reader.start(event)],
  ['response.output_item.added', (reader, event) => reader.addItem(event)],
  ['response.output_item.done', (reader, event) => reader.endItem(event)],
  ['response.content_part.added', (reader, event) => reader.addContent(event)],
  ['response.content_part.done', (reader, event) => reader.endContent(event)],
  ['response.output_text.delta', (reader, event) => reader.say(event)],
  ['response.output_text.annotation.added', (reader, event) => reader.annotate(event)],
  ['response.output_text.done', () => true],
]);
