/**
 * Cuts a byte stream into lines of UTF-8 text (`\n`, without it), whatever the chunk boundaries.
 * A line over `maxBytes` ends the stream: `push` throws a RangeError, because the peer is not speaking our protocol.
 */
export class LineSplitter {
  #rest: Buffer = Buffer.alloc(0);
  readonly #maxBytes: number;

  constructor(maxBytes = 64 * 1024 * 1024) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): string[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const lines: string[] = [];
    let start = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      if (end > start) lines.push(bytes.toString('utf8', start, end));
      start = end + 1;
    }
    this.#rest = bytes.subarray(start);
    if (this.#rest.length > this.#maxBytes) throw new RangeError(`line longer than ${this.#maxBytes} bytes`);
    return lines;
  }
}
