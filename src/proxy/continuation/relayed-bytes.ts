/** Longer answers are not continued: what is kept of each stream is kept for nothing nearly always. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Small pieces are joined when there are so many, because each one by itself costs more than its bytes. */
const LOOSE_PIECES = 32;

/** The bytes of a stream as they came, kept until it is whole in case it breaks. Nothing is read before that. */
export class RelayedBytes {
  #joined: Buffer[] = [];
  #loose: Buffer[] = [];
  #length = 0;

  push(bytes: Buffer): void {
    this.#length += bytes.length;
    if (this.#length > MOST_BYTES) {
      this.#joined = [];
      this.#loose = [];
      return;
    }
    this.#loose.push(bytes);
    if (this.#loose.length < LOOSE_PIECES) return;
    this.#joined.push(Buffer.concat(this.#loose));
    this.#loose = [];
  }

  /** Undefined when it was too much. */
  get all(): readonly Buffer[] | undefined {
    return this.#length > MOST_BYTES ? undefined : [...this.#joined, ...this.#loose];
  }
}
