const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'literal';

/**
 * A value inside a JSON text, read in place: what is asked for is parsed, and everything can be had as it was written
 * (`text`), with its numbers, escapes and key order. Made by `viewJson`, which has checked that the text is JSON.
 */
export class JsonView {
  readonly #source: string;
  readonly #start: number;
  readonly #end: number;
  #fields: Map<string, JsonView> | undefined;

  constructor(source: string, start: number, end: number) {
    this.#source = source;
    this.#start = start;
    this.#end = end;
  }

  /** The value as it was written. */
  get text(): string {
    return this.#source.slice(this.#start, this.#end);
  }

  /** Where it stands in the whole text, in UTF-16 units. */
  get span(): { readonly start: number; readonly end: number } {
    return { start: this.#start, end: this.#end };
  }

  get kind(): JsonKind {
    const first = this.#source.charCodeAt(this.#start);
    if (first === OPEN_BRACE) return 'object';
    if (first === OPEN_BRACKET) return 'array';
    if (first === QUOTE) return 'string';
    return first === MINUS || (first >= ZERO && first <= NINE) ? 'number' : 'literal';
  }

  /** The parsed value. */
  value(): unknown {
    return JSON.parse(this.text);
  }

  /** The text of a string; undefined when it is none. */
  asString(): string | undefined {
    if (this.kind !== 'string') return undefined;
    const text = this.#source.slice(this.#start + 1, this.#end - 1);
    if (!text.includes('\\')) return text;
    const value: unknown = JSON.parse(this.text);
    return typeof value === 'string' ? value : undefined;
  }

  asNumber(): number | undefined {
    return this.kind === 'number' ? Number(this.text) : undefined;
  }

  asFlag(): boolean | undefined {
    const text = this.text;
    return text === 'true' ? true : text === 'false' ? false : undefined;
  }

  /** The fields of an object, of a name given twice the last; empty for anything else. */
  fields(): ReadonlyMap<string, JsonView> {
    this.#fields ??= this.#readFields();
    return this.#fields;
  }

  /** A field that is there and not null. */
  get(name: string): JsonView | undefined {
    const found = this.fields().get(name);
    return found === undefined || found.text === 'null' ? undefined : found;
  }

  string(name: string): string | undefined {
    return this.get(name)?.asString();
  }

  number(name: string): number | undefined {
    return this.get(name)?.asNumber();
  }

  flag(name: string): boolean | undefined {
    return this.get(name)?.asFlag();
  }

  /** The items of an array field; empty when there is none. */
  list(name: string): readonly JsonView[] {
    return this.get(name)?.items() ?? [];
  }

  /** The items of an array; empty for anything else. */
  items(): readonly JsonView[] {
    if (this.kind !== 'array') return [];
    const items: JsonView[] = [];
    let at = skipSpace(this.#source, this.#start + 1);
    while (this.#source.charCodeAt(at) !== CLOSE_BRACKET) {
      const end = skipValue(this.#source, at);
      items.push(new JsonView(this.#source, at, end));
      at = skipSpace(this.#source, end);
      if (this.#source.charCodeAt(at) === COMMA) at = skipSpace(this.#source, at + 1);
    }
    return items;
  }

  #readFields(): Map<string, JsonView> {
    const fields = new Map<string, JsonView>();
    if (this.kind !== 'object') return fields;
    let at = skipSpace(this.#source, this.#start + 1);
    while (this.#source.charCodeAt(at) !== CLOSE_BRACE) {
      const keyEnd = skipString(this.#source, at);
      const key = new JsonView(this.#source, at, keyEnd).asString() ?? '';
      // The colon, and space on both sides of it.
      const start = skipSpace(this.#source, skipSpace(this.#source, keyEnd) + 1);
      const end = skipValue(this.#source, start);
      fields.set(key, new JsonView(this.#source, start, end));
      at = skipSpace(this.#source, end);
      if (this.#source.charCodeAt(at) === COMMA) at = skipSpace(this.#source, at + 1);
    }
    return fields;
  }
}

/** A view of the whole text, which may begin with a byte order mark; undefined when it is not JSON. */
export function viewJson(text: string): JsonView | undefined {
  const from = text.startsWith('\uFEFF') ? 1 : 0;
  try {
    JSON.parse(from === 0 ? text : text.slice(from));
  } catch {
    return undefined;
  }
  const start = skipSpace(text, from);
  return new JsonView(text, start, skipValue(text, start));
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const unit = text.charCodeAt(at);
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return at;
    at++;
  }
}

/** The place after the closing quote. */
function skipString(text: string, start: number): number {
  let from = start + 1;
  for (;;) {
    const end = text.indexOf('"', from);
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end + 1;
    from = end + 1;
  }
}

function skipValue(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === QUOTE) return skipString(text, start);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipContainer(text, start);
  let at = start;
  for (;;) {
    const unit = text.charCodeAt(at);
    // At the end of the text there is no unit, and every comparison with it is false.
    if (!(unit > 0x20) || unit === COMMA || unit === CLOSE_BRACE || unit === CLOSE_BRACKET) return at;
    at++;
  }
}

/** Only counts brackets: deep nesting costs a counter, not a stack. */
function skipContainer(text: string, start: number): number {
  let depth = 0;
  let at = start;
  for (;;) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      at = skipString(text, at);
      continue;
    }
    at++;
    if (unit === OPEN_BRACE || unit === OPEN_BRACKET) depth++;
    else if ((unit === CLOSE_BRACE || unit === CLOSE_BRACKET) && --depth === 0) return at;
  }
}
