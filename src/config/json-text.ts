import { placeBelow } from './place.ts';

/** What a scan of JSON text found besides its value. */
export interface JsonScan {
  /** The first thing that is not JSON, with its offset. */
  readonly fault: { readonly offset: number; readonly message: string } | undefined;
  /** Keys written twice in one object: `JSON.parse` would keep the last and forget the first in silence. */
  readonly duplicates: readonly { readonly place: string; readonly offset: number }[];
  /** Where each place begins. */
  readonly offsets: ReadonlyMap<string, number>;
}

/** A profile nests five deep; a text that nests deeper than this is a mistake, and would cost stack. */
const DEEPEST = 64;

/** Walks JSON text as RFC 8259 has it, to say where and why it is wrong and which keys are written twice. */
export function scanJson(text: string): JsonScan {
  const scanner = new Scanner(text);
  return scanner.scan();
}

/** Line and column, counted from one. */
export function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n') };
}

/** Ends the walk from any depth; never leaves this file. */
class SyntaxFault extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

class Scanner {
  readonly #text: string;
  #at = 0;
  readonly #duplicates: { place: string; offset: number }[] = [];
  readonly #offsets = new Map<string, number>();

  constructor(text: string) {
    this.#text = text;
  }

  scan(): JsonScan {
    let fault: JsonScan['fault'];
    try {
      this.#skipSpace();
      this.#value('', 0);
      this.#skipSpace();
      if (this.#at < this.#text.length) this.#fail('nothing may follow the closing brace');
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      fault = { offset: error.offset, message: error.message };
    }
    return { fault, duplicates: this.#duplicates, offsets: this.#offsets };
  }

  #value(place: string, depth: number): void {
    if (depth > DEEPEST) this.#fail(`nested more than ${DEEPEST} deep`);
    if (!this.#offsets.has(place)) this.#offsets.set(place, this.#at);
    const first = this.#text[this.#at];
    if (first === '{') this.#object(place, depth);
    else if (first === '[') this.#list(place, depth);
    else if (first === '"') this.#string();
    else this.#word();
  }

  #object(place: string, depth: number): void {
    const seen = new Set<string>();
    this.#open();
    while (this.#text[this.#at] !== '}') {
      const offset = this.#at;
      if (this.#text[this.#at] !== '"') this.#fail('expected a key in double quotes');
      const key = this.#string();
      const below = placeBelow(place, key);
      if (seen.has(key)) this.#duplicates.push({ place: below, offset });
      else this.#offsets.set(below, offset);
      seen.add(key);
      this.#skipSpace();
      this.#take(':', 'expected a colon after the key');
      this.#skipSpace();
      this.#value(below, depth + 1);
      if (!this.#comma('}', 'key')) break;
    }
    this.#at++;
  }

  #list(place: string, depth: number): void {
    this.#open();
    for (let index = 0; this.#text[this.#at] !== ']'; index++) {
      this.#value(placeBelow(place, index), depth + 1);
      if (!this.#comma(']', 'value')) break;
    }
    this.#at++;
  }

  #open(): void {
    this.#at++;
    this.#skipSpace();
  }

  /** True when another element follows; false at the closing bracket. */
  #comma(close: string, element: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] === close) return false;
    this.#take(',', `expected a comma or ${close}`);
    this.#skipSpace();
    if (this.#text[this.#at] === close) this.#fail(`expected a ${element} after the comma`);
    return true;
  }

  #string(): string {
    // oxlint-disable-next-line no-control-regex -- JSON strings may hold no raw control character
    const found = /"(?:[^"\\\u0000-\u001F]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
    found.lastIndex = this.#at;
    const text = found.exec(this.#text)?.[0];
    if (text === undefined)
      this.#fail('this text does not end, or has an escape or line break JSON does not allow');
    this.#at += text.length;
    return String(JSON.parse(text));
  }

  #word(): void {
    const found = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
    found.lastIndex = this.#at;
    const text = found.exec(this.#text)?.[0];
    if (text === undefined) this.#fail(this.#whatIsHere());
    this.#at += text.length;
  }

  #whatIsHere(): string {
    if (this.#at >= this.#text.length) return 'the text ends too early';
    if (this.#text.startsWith('//', this.#at) || this.#text.startsWith('/*', this.#at)) {
      return 'JSON has no comments';
    }
    if (this.#text[this.#at] === "'") return 'JSON takes double quotes only';
    return 'expected a value: text in double quotes, number, true, false, null, { or [';
  }

  #take(wanted: string, message: string): void {
    if (this.#text[this.#at] !== wanted)
      this.#fail(this.#at >= this.#text.length ? this.#whatIsHere() : message);
    this.#at++;
  }

  #skipSpace(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
  }

  #fail(message: string): never {
    throw new SyntaxFault(this.#at, message);
  }
}
