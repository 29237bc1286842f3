import type { AnswerTap } from '../caller-end.ts';

/** Headers of an answer that are as true tomorrow: what it is, and under which id its provider knows it. */
const LASTING = new Set(['content-type', 'content-disposition', 'request-id', 'x-request-id']);

/** An answer, collected on its way to the caller; given up when it is larger than may be kept. */
export class AnswerDraft implements AnswerTap {
  readonly #limitBytes: number;
  #chunks: Buffer[] = [];
  #bytes = 0;
  status = 0;
  headers: readonly string[] = [];
  isWhole = false;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  began(status: number, lines: readonly string[]): void {
    this.status = status;
    const kept: string[] = [];
    for (let i = 0; i + 1 < lines.length; i += 2) {
      const name = lines[i] ?? '';
      if (LASTING.has(name.toLowerCase())) kept.push(name, lines[i + 1] ?? '');
    }
    this.headers = kept;
  }

  sent(bytes: Buffer): void {
    this.#bytes += bytes.length;
    if (this.isTooLarge) this.#chunks = [];
    else this.#chunks.push(bytes);
  }

  ended(): void {
    this.isWhole = true;
  }

  get isTooLarge(): boolean {
    return this.#bytes > this.#limitBytes;
  }

  /** All of it, in memory of its own: chunks are parts of larger buffers, and small ones of a pool. */
  get body(): Buffer {
    const whole = Buffer.allocUnsafeSlow(this.isTooLarge ? 0 : this.#bytes);
    let end = 0;
    for (const chunk of this.#chunks) end += chunk.copy(whole, end);
    return whole;
  }
}
