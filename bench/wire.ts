type State = 'head' | 'length' | 'size' | 'chunk' | 'chunk-end' | 'trailer' | 'until-close';

/** What a reader tells its owner; `head` is the first line and the header lines, without the empty one. */
export interface MessageEvents {
  head(head: string): void;
  body(bytes: Buffer): void;
  end(): void;
}

/**
 * Reads HTTP/1.1 messages, one after another, from one socket. Only what well-behaved peers on loopback send:
 * the bench needs two ends that cost far less than the proxies between them, not a general parser.
 */
export class MessageReader {
  readonly #events: MessageEvents;
  readonly #kind: 'request' | 'response';
  #state: State = 'head';
  #left = 0;
  #rest: Buffer | undefined;

  constructor(kind: 'request' | 'response', events: MessageEvents) {
    this.#kind = kind;
    this.#events = events;
  }

  push(chunk: Buffer): void {
    let bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    this.#rest = undefined;
    while (bytes.length > 0) {
      const used = this.#step(bytes);
      if (used === 0) {
        this.#rest = bytes;
        return;
      }
      bytes = bytes.subarray(used);
    }
  }

  /** Consumes what it can of one state; 0 when it needs more bytes. */
  #step(bytes: Buffer): number {
    switch (this.#state) {
      case 'head':
        return this.#readHead(bytes);
      case 'length':
      case 'chunk':
        return this.#readCounted(bytes);
      case 'size':
        return this.#readSize(bytes);
      case 'chunk-end':
        if (bytes.length < 2) return 0;
        this.#state = 'size';
        return 2;
      case 'trailer':
        return this.#readTrailer(bytes);
      case 'until-close':
        break;
    }
    this.#events.body(bytes);
    return bytes.length;
  }

  #readHead(bytes: Buffer): number {
    const end = bytes.indexOf('\r\n\r\n');
    if (end === -1) return 0;
    const head = bytes.toString('latin1', 0, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    this.#events.head(head);
    if (/\r\ntransfer-encoding:[^\r]*chunked/i.test(head)) this.#state = 'size';
    else if (length !== undefined && length !== '0') {
      this.#left = Number(length);
      this.#state = 'length';
    } else if (length === '0' || this.#kind === 'request') this.#finish();
    else this.#state = 'until-close';
    return end + 4;
  }

  #readCounted(bytes: Buffer): number {
    const used = Math.min(this.#left, bytes.length);
    this.#left -= used;
    this.#events.body(used === bytes.length ? bytes : bytes.subarray(0, used));
    if (this.#left > 0) return used;
    if (this.#state === 'length') this.#finish();
    else this.#state = 'chunk-end';
    return used;
  }

  #readSize(bytes: Buffer): number {
    const end = bytes.indexOf('\r\n');
    if (end === -1) return 0;
    this.#left = Number.parseInt(bytes.toString('latin1', 0, end), 16);
    this.#state = this.#left === 0 ? 'trailer' : 'chunk';
    return end + 2;
  }

  #readTrailer(bytes: Buffer): number {
    const end = bytes.indexOf('\r\n');
    if (end === -1) return 0;
    if (end === 0) this.#finish();
    return end + 2;
  }

  #finish(): void {
    this.#state = 'head';
    this.#events.end();
  }
}

/** Microseconds on the clock that all processes of a machine share (CLOCK_MONOTONIC). */
export function sharedMicroseconds(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000_000 + Math.floor(nanoseconds / 1000);
}
