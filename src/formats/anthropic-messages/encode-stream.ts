import type { AnswerEvent, OpenedPart } from '../../core/answer.ts';
import type { Citation, OpaqueState } from '../../core/conversation.ts';
import type { AnswerEcho, StreamEncoder } from '../../core/format.ts';
import type { Usage } from '../../core/usage.ts';
import { type JsonOut, writeJson } from '../../lib/json-write.ts';
import { seal } from '../hub/carry.ts';
import { wrapInput } from '../hub/custom-tool.ts';
import type { Finish } from '../hub/fold.ts';
import { callerId } from '../hub/ids.ts';
import {
  type Block,
  encodeCitation,
  envelope,
  messageId,
  redacted,
  stopFields,
  thoughtState,
} from './encode-blocks.ts';
import { writeUsage } from './usage.ts';

/** Bytes that keep a silent connection alive and mean nothing to a client. */
export const PING = 'event: ping\ndata: {"type":"ping"}\n\n';

/** An encoder for one stream. */
export function encodeStream(echo: AnswerEcho): StreamEncoder {
  return new MessageEncoder(echo);
}

/**
 * Writes what the official SDKs build a message from: `message_start` with figures, blocks one after the other, one
 * `message_delta` with the reason and all of the usage, `message_stop`. A block begins with its first character, so that
 * none is empty: callers send their history back, and empty text is refused there.
 */
export class MessageEncoder implements StreamEncoder {
  readonly #echo: AnswerEcho;
  #id: string | undefined;
  #model: string | undefined;
  #usage: Usage | undefined;
  #finish: Finish | undefined;
  #started = false;
  #blocks = 0;
  #calls = 0;
  #part: PartWriter | undefined;
  /** State of texts, for before the next block (see `encodeParts`). */
  #held: Block[] = [];

  constructor(echo: AnswerEcho) {
    this.#echo = echo;
  }

  /** Goes on after so many blocks that another writer wrote, in the last of them when that is a text still open. */
  goOn(blocks: number, isTextOpen: boolean): void {
    this.#started = true;
    this.#blocks = blocks;
    if (isTextOpen) this.#part = new PartWriter({ kind: 'text' }, (block) => this.#begin(block), blocks - 1);
  }

  push(event: AnswerEvent): string {
    switch (event.is) {
      case 'start':
        this.#id = event.id ?? this.#id;
        this.#model = event.model ?? this.#model;
        return '';
      case 'open':
        return this.#open(event.part);
      case 'delta':
        return this.#part?.text(event.text) ?? '';
      case 'citation':
        return this.#part?.cite(event.citation) ?? '';
      case 'opaque':
        this.#part?.keep(event.state);
        return '';
      case 'close':
        return this.#close();
      case 'usage':
        this.#usage = { ...this.#usage, ...event.usage };
        return '';
      case 'finish':
        this.#finish = { reason: event.reason, raw: event.raw, stopSequence: event.stopSequence };
        return '';
      case 'ping':
        return PING;
      case 'end':
        return this.#end();
      case 'lost':
      case 'malformed':
      case 'error':
        return '';
    }
  }

  #open(part: OpenedPart): string {
    const before = this.#close();
    if (part.kind !== 'call') {
      this.#part = new PartWriter(part, (block) => this.#begin(block));
      return before;
    }
    const state = envelope('call', part.opaque).map((block) => this.#whole(block));
    const id = callerId(part.id, this.#echo.id, this.#calls++);
    this.#part = new PartWriter(part, (block) => this.#begin(block));
    return before + state.join('') + this.#part.open({ type: 'tool_use', id, name: part.name, input: {} });
  }

  #close(): string {
    const part = this.#part;
    if (!part) return '';
    this.#part = undefined;
    const end = part.close();
    this.#held.push(...part.textState());
    return (
      end +
      part
        .leftover()
        .map((block) => this.#whole(block))
        .join('')
    );
  }

  /** The beginning of a block, and of the message where it is the first. */
  #begin(block: Block): Beginning {
    const held = this.#held;
    this.#held = [];
    const before = held.map((state) => this.#whole(state)).join('');
    const index = this.#blocks++;
    const start = this.#start() + write('content_block_start', { index, content_block: block });
    return { index, text: before + start };
  }

  #whole(block: Block): string {
    const { index, text } = this.#begin(block);
    return text + write('content_block_stop', { index });
  }

  #start(): string {
    if (this.#started) return '';
    this.#started = true;
    const message = {
      id: messageId(this.#id, this.#echo),
      type: 'message',
      role: 'assistant',
      model: this.#model ?? this.#echo.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: writeUsage(this.#usage),
    };
    return write('message_start', { message });
  }

  #end(): string {
    const before = this.#close() + this.#start();
    const delta = write('message_delta', { delta: stopFields(this.#finish), usage: writeUsage(this.#usage) });
    return before + delta + write('message_stop', {});
  }
}

interface Beginning {
  readonly index: number;
  readonly text: string;
}

/** Writes one part as at most one block, and knows what state of it is left over. */
class PartWriter {
  readonly #part: OpenedPart;
  readonly #begin: (block: Block) => Beginning;
  readonly #states: OpaqueState[] = [];
  #index: number | undefined;
  /** A text so far, to quote from; arguments that must be whole before they can be told. */
  #held = '';

  /** @param index Of the block, when it was begun already. */
  constructor(part: OpenedPart, begin: (block: Block) => Beginning, index?: number) {
    this.#part = part;
    this.#begin = begin;
    this.#index = index;
  }

  open(block: Block): string {
    const { index, text } = this.#begin(block);
    this.#index = index;
    return text;
  }

  text(text: string): string {
    if (text === '') return '';
    if (this.#part.kind === 'call') return this.#input(text);
    if (this.#part.kind === 'reasoning')
      return this.#ensure({ type: 'thinking', thinking: '', signature: '' }) + this.#delta('thinking', text);
    this.#held += text;
    return this.#ensure(EMPTY_TEXT) + this.#delta('text', text);
  }

  cite(citation: Citation): string {
    if (this.#part.kind !== 'text') return '';
    const cited = { type: 'citations_delta', citation: encodeCitation(citation, this.#held) };
    return this.#ensure(EMPTY_TEXT) + write('content_block_delta', { index: this.#index, delta: cited });
  }

  keep(state: OpaqueState): void {
    this.#states.push(state);
  }

  /** The end of the block, if there is one. */
  close(): string {
    if (this.#index === undefined) return '';
    return this.#lastDelta() + write('content_block_stop', { index: this.#index });
  }

  /** The block for what vouches for a text. */
  textState(): Block[] {
    const { kind } = this.#part;
    return kind === 'text' || kind === 'refusal' ? envelope('text', this.#states) : [];
  }

  /** A block for the state of a thought that has none of its own. */
  leftover(): Block[] {
    const part = this.#part;
    if (part.kind !== 'reasoning') return [];
    const isLeft = this.#index === undefined && this.#states.length > 0;
    return isLeft ? [redacted(thoughtState(this.#states, part.summary))] : [];
  }

  #lastDelta(): string {
    const part = this.#part;
    if (part.kind === 'reasoning')
      return this.#delta('signature', seal([thoughtState(this.#states, part.summary)]));
    return this.#isCustom ? this.#delta('partial_json', wrapInput(this.#held)) : '';
  }

  /** Arguments are an object or nothing. What begins otherwise is held back, and left out at the end. */
  #input(text: string): string {
    if (this.#isCustom) {
      this.#held += text;
      return '';
    }
    if (this.#held.startsWith('{')) return this.#delta('partial_json', text);
    this.#held = (this.#held + text).trimStart();
    return this.#held.startsWith('{') ? this.#delta('partial_json', this.#held) : '';
  }

  get #isCustom(): boolean {
    return this.#part.kind === 'call' && this.#part.custom === true;
  }

  #ensure(block: Block): string {
    return this.#index === undefined ? this.open(block) : '';
  }

  /** Nearly all of a stream is made here, so it is put together by hand. */
  #delta(name: keyof typeof DELTA_TYPES, text: string): string {
    const delta = `{"type":"${DELTA_TYPES[name]}","${name}":${JSON.stringify(text)}}`;
    return `${DELTA_START}${this.#index ?? 0},"delta":${delta}}\n\n`;
  }
}

const DELTA_START = 'event: content_block_delta\ndata: {"type":"content_block_delta","index":';
const EMPTY_TEXT: Block = { type: 'text', text: '' };

const DELTA_TYPES = {
  text: 'text_delta',
  thinking: 'thinking_delta',
  signature: 'signature_delta',
  partial_json: 'input_json_delta',
} as const;

/** One event. Clients go by its name and ignore events that have none. */
function write(type: string, fields: Readonly<Record<string, JsonOut>>): string {
  return `event: ${type}\ndata: ${writeJson({ type, ...fields })}\n\n`;
}
