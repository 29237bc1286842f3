import type { Outlet } from '../outlet.ts';

/**
 * Events that lie one behind the other in what arrived leave in one write: of a provider that writes faster than events
 * can be told apart, each would cost ten times what it takes to read it.
 */
export class Run {
  readonly #outlet: Outlet;
  #first: Buffer | undefined;
  /** Bytes of the run, from where the first event begins. */
  #length = 0;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  push(bytes: Buffer): void {
    const first = this.#first;
    if (first?.buffer === bytes.buffer && first.byteOffset + this.#length === bytes.byteOffset) {
      this.#length += bytes.length;
      return;
    }
    this.flush();
    this.#first = bytes;
    this.#length = bytes.length;
  }

  /** Call it before anything else is written. */
  flush(): void {
    const first = this.#first;
    if (first === undefined) return;
    this.#first = undefined;
    const isOne = first.length === this.#length;
    this.#outlet.write(isOne ? first : Buffer.from(first.buffer, first.byteOffset, this.#length));
  }
}
