import { ENDINGS } from '../core/cassette.ts';
import { type CallerFormatName, FORMAT_NAMES, OPERATIONS } from '../core/operation.ts';
import type { Usage } from '../core/usage.ts';
import {
  field,
  isKeyOf,
  isObject,
  isString,
  numberField,
  parseJson,
  stringField,
  trusted,
} from '../lib/expect.ts';
import {
  type Body,
  type Cassette,
  CASSETTE_VERSION,
  CassetteError,
  type CassetteExchange,
  type CassetteHead,
} from './cassette.ts';

/** Reads a cassette's text. Throws a `CassetteError` with the line and the field that is wrong. */
export function readCassette(text: string): Cassette {
  const lines = text.split('\n').map((line, index) => ({ line: line.trim(), number: index + 1 }));
  const [first, ...rest] = lines.filter(({ line }) => line !== '');
  if (first === undefined) throw new CassetteError(1, 'the file is empty');
  const head = readHead(first.line, first.number);
  return { head, exchanges: rest.map(({ line, number }) => new LineReader(line, number).exchange()) };
}

function readHead(line: string, number: number): CassetteHead {
  const value = parseJson(line);
  const version = field(value, 'gw-cassette');
  if (version === undefined)
    throw new CassetteError(number, 'the first line has no "gw-cassette": it is no cassette');
  if (version !== CASSETTE_VERSION) {
    throw new CassetteError(
      number,
      `it is a cassette of version ${JSON.stringify(version)}, and this gw knows ${CASSETTE_VERSION}`,
    );
  }
  const ignored = field(value, 'ignored') ?? [];
  if (!Array.isArray(ignored) || !ignored.every(isString)) {
    throw new CassetteError(number, 'ignored must be a list of field names');
  }
  return { recorded: stringField(value, 'recorded') ?? '', ignored };
}

/** Reads one line, and says of what is wrong where it stands. */
class LineReader {
  readonly #value: unknown;
  readonly #line: number;

  constructor(text: string, line: number) {
    this.#line = line;
    this.#value = parseJson(text);
    if (!isObject(this.#value)) throw new CassetteError(line, 'it is not a JSON object');
  }

  exchange(): CassetteExchange {
    const format = this.#text('format');
    if (!isCallerFormat(format)) throw this.#wrong('format', 'the name of a format');
    const operation = this.#text('operation');
    if (!isKeyOf(OPERATIONS, operation)) throw this.#wrong('operation', 'an operation, such as chat');
    const ending = this.#text('answer.ending');
    if (!isKeyOf(ENDINGS, ending)) throw this.#wrong('answer.ending', 'whole, closed, reset or gone');
    const usage = this.#at('usage');
    return {
      format,
      operation,
      method: this.#text('method'),
      url: this.#text('url'),
      request: {
        contentType: this.#text('request.contentType'),
        body: this.#body(this.#at('request.body'), 'request.body'),
      },
      answer: {
        status: this.#status(),
        headers: this.#headers(),
        chunks: this.#chunks(),
        ending,
        endMs: this.#number('answer.endMs'),
      },
      ...(isObject(usage) && { usage: trusted<Usage>(usage) }),
    };
  }

  #status(): number {
    const status = this.#number('answer.status');
    const isOne = status === 0 || (Number.isInteger(status) && status >= 200 && status <= 599);
    if (!isOne) throw this.#wrong('answer.status', 'a status from 200 to 599, or 0 for no answer');
    return status;
  }

  #headers(): Readonly<Record<string, string>> {
    const headers = this.#at('answer.headers');
    if (!isObject(headers)) throw this.#wrong('answer.headers', 'an object of texts');
    const entries = Object.entries(headers).map(([name, value]): [string, string] => {
      // Node.js would throw on the way, where nobody could say which line it was.
      const valid =
        isString(value) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value) && /^[\w!#$%&'*+.^`|~-]+$/.test(name);
      if (!valid) throw this.#wrong(`answer.headers.${name}`, 'a header');
      return [name, value];
    });
    return Object.fromEntries(entries);
  }

  #chunks(): CassetteExchange['answer']['chunks'] {
    const chunks = this.#at('answer.chunks');
    if (!Array.isArray(chunks)) throw this.#wrong('answer.chunks', 'a list of [milliseconds, text]');
    let before = 0;
    return chunks.map((chunk: unknown, index): readonly [number, Body] => {
      const place = `answer.chunks[${index}]`;
      const [atMs, bytes]: readonly unknown[] = Array.isArray(chunk) ? chunk : [];
      if (typeof atMs !== 'number' || atMs < before) throw this.#wrong(place, 'later than the one before it');
      before = atMs;
      return [atMs, this.#body(bytes, place)];
    });
  }

  #body(value: unknown, place: string): Body {
    if (isString(value)) return value;
    const base64 = stringField(value, 'base64');
    if (base64 === undefined) throw this.#wrong(place, 'a text, or {"base64": …}');
    return { base64 };
  }

  #at(path: string): unknown {
    return path.split('.').reduce(field, this.#value);
  }

  #text(path: string): string {
    const value = this.#at(path);
    if (!isString(value)) throw this.#wrong(path, 'a text');
    return value;
  }

  #number(path: string): number {
    const name = path.slice(path.lastIndexOf('.') + 1);
    const value = numberField(this.#at(path.slice(0, -name.length - 1)), name);
    if (value === undefined || value < 0) throw this.#wrong(path, 'a number');
    return value;
  }

  #wrong(path: string, expected: string): CassetteError {
    return new CassetteError(this.#line, `${path} must be ${expected}`);
  }
}

function isCallerFormat(name: string): name is CallerFormatName {
  return isKeyOf(FORMAT_NAMES, name) && FORMAT_NAMES[name] === 'both';
}
