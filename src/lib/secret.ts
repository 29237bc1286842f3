import { inspect } from 'node:util';

/** A secret as it is, and as programs encode what they quote: a search for it has to look for each. */
export function formsOf(secret: string): ReadonlySet<string> {
  const bytes = Buffer.from(secret);
  return new Set([
    secret,
    encodeURIComponent(secret),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ]);
}

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
