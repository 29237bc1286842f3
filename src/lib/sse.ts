import { field, isObject, parseJson } from './expect.ts';

const LF = 10;
const CR = 13;
const DATA = 'data';
/** The same as one number: to compare it makes no string of each event. */
const DATA_BYTES = 0x64_61_74_61;
const COLON = 0x3a;
const EVENT = 'event';

/** One server-sent event with the exact bytes it came in, its closing blank line included. */
export interface SseEvent {
  readonly raw: Buffer;
  /** The `event:` field, when there is one. */
  readonly name: string | undefined;
  /**
   * All `data:` lines joined by line feeds; undefined for comments and events without data. An error that stands in the
   * stream as bare JSON is the data of its event: Google's servers write it so when they fail on the way.
   */
  readonly data: string | undefined;
}

/**
 * Cuts a byte stream into server-sent events (WHATWG HTML, 9.2.6): CR, LF and CRLF line ends, a leading byte order
 * mark, comments, several data lines, UTF-8 cut anywhere. Each byte is looked at once; an event that lies in one chunk
 * is a view of it, not a copy.
 */
export class SseReader {
  #parts: Buffer[] = [];
  #held = 0;
  /** Whether the line that the last chunk ended in has any bytes yet. */
  #lineEmpty = true;
  #afterCarriageReturn = false;
  #first = true;

  /** Bytes of an event whose end has not arrived. */
  get heldBytes(): number {
    return this.#held;
  }

  push(chunk: Buffer): SseEvent[] {
    const events: SseEvent[] = [];
    let start = 0;
    let at = 0;
    if (this.#afterCarriageReturn && chunk.length > 0) {
      this.#afterCarriageReturn = false;
      if (chunk[0] === LF) at = 1;
    }
    const plain = !chunk.includes(CR);
    while (at < chunk.length) {
      const end = nextLineEnd(chunk, at, plain);
      if (end === -1) {
        this.#lineEmpty = false;
        break;
      }
      const blank = this.#lineEmpty && end === at;
      this.#lineEmpty = true;
      at = this.#passLineEnd(chunk, end);
      if (!blank) continue;
      this.#take(chunk, start, at, events);
      start = at;
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start));
    return events;
  }

  /** What never became a whole event; call once when the stream ends. */
  rest(): Buffer {
    const bytes = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#held = 0;
    return bytes;
  }

  #passLineEnd(chunk: Buffer, end: number): number {
    if (chunk[end] !== CR) return end + 1;
    if (end + 1 === chunk.length) this.#afterCarriageReturn = true;
    return chunk[end + 1] === LF ? end + 2 : end + 1;
  }

  #hold(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#held += bytes.length;
  }

  #take(chunk: Buffer, start: number, end: number, events: SseEvent[]): void {
    let raw = chunk.subarray(start, end);
    if (this.#parts.length > 0) {
      raw = Buffer.concat([...this.#parts, raw]);
      this.#parts = [];
      this.#held = 0;
    }
    events.push(readEvent(raw, this.#first));
    this.#first = false;
  }
}

function nextLineEnd(chunk: Buffer, from: number, plain: boolean): number {
  if (chunk[from] === LF) return from;
  if (plain) return chunk.indexOf(LF, from);
  for (let at = from; at < chunk.length; at++) {
    const byte = chunk[at];
    if (byte === LF || byte === CR) return at;
  }
  return -1;
}

/** Nearly every event is one `data: …` line: that case is read without splitting. */
function readEvent(raw: Buffer, first: boolean): SseEvent {
  if (raw[4] === COLON && raw.readUInt32BE(0) === DATA_BYTES) {
    const start = raw[5] === 0x20 ? 6 : 5;
    const end = raw.indexOf(LF, start);
    if (end === raw.length - 2 && raw[end - 1] !== CR) {
      const text = raw.toString('utf8', start, end);
      if (!text.includes('\r')) return { raw, name: undefined, data: text };
    }
  }
  return readLines(raw, first);
}

function readLines(raw: Buffer, first: boolean): SseEvent {
  let text = raw.toString('utf8');
  if (first && text.startsWith('\uFEFF')) text = text.slice(1);
  let name: string | undefined;
  const data: string[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === DATA) data.push(value);
    else if (field === EVENT) name = value;
  }
  return { raw, name, data: data.length > 0 ? data.join('\n') : bareError(text) };
}

/** Lines without the name of a field mean nothing in an event, unless all of them are one JSON object with an error. */
function bareError(text: string): string | undefined {
  const bare = text.trim();
  if (!bare.startsWith('{') || !bare.endsWith('}')) return undefined;
  return isObject(field(parseJson(bare), 'error')) ? bare : undefined;
}
