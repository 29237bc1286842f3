import { inspect } from 'node:util';

/**
 * A credential. Every way of printing it (template, JSON, `console.log`, `util.inspect`) shows only the last
 * four characters; `reveal()` is the one way to the value, so a search for it finds every use.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the one place that writes it on the wire. */
  reveal(): string {
    return this.#value;
  }

  /** `[secret …abcd]`; values too short to be told apart by four characters show none. */
  toString(): string {
    return this.#value.length >= 12 ? `[secret …${this.#value.slice(-4)}]` : '[secret]';
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
