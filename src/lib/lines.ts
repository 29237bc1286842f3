/**
 * Cuts a byte stream into lines of UTF-8 text (`\n`, without it), whatever the chunk boundaries.
 * A line over `maxBytes` ends the stream: `push` throws a RangeError, because the peer is not speaking our protocol.
 */
export class LineSplitter {
  // Pieces of the unfinished line: joining them at each chunk would cost the square of its length.
  #rest: Buffer[] = [];
  #restBytes = 0;
  readonly #maxBytes: number;

  constructor(maxBytes = 64 * 1024 * 1024) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const line = this.#finish(chunk.subarray(start, end));
      if (line !== '') lines.push(line);
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  #finish(end: Buffer): string {
    if (this.#restBytes === 0) return end.toString('utf8');
    const line = Buffer.concat([...this.#rest, end]).toString('utf8');
    this.#rest = [];
    this.#restBytes = 0;
    return line;
  }

  #keep(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#rest.push(piece);
    this.#restBytes += piece.length;
    if (this.#restBytes > this.#maxBytes) throw new RangeError(`line longer than ${this.#maxBytes} bytes`);
  }
}
