const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/**
 * Watches a JSON object come in pieces and tells when its last brace has come. Only counts brackets outside strings: each
 * character is looked at once, however the text is cut; whether it is JSON is for a parser to say.
 */
export class ObjectEnd {
  #depth = 0;
  #inString = false;
  #escaped = false;
  #more = false;
  #closed = false;

  /** True while exactly one object, or list, and nothing after it has come. */
  get reached(): boolean {
    return this.#closed && !this.#more;
  }

  push(text: string): void {
    for (let at = 0; at < text.length && !this.#more; at++) this.#see(text.charCodeAt(at));
  }

  #see(unit: number): void {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (unit === BACKSLASH) this.#escaped = true;
      else if (unit === QUOTE) this.#inString = false;
    } else if (unit > SPACE) {
      this.#more = this.#closed;
      if (unit === QUOTE) this.#inString = true;
      else this.#count(String.fromCharCode(unit));
    }
  }

  #count(character: string): void {
    if (character === '{' || character === '[') this.#depth++;
    else if (character === '}' || character === ']') this.#closed = --this.#depth === 0;
  }
}
