import { type Fault, fault } from '../../core/fault.ts';
import type { Envelope } from '../../core/format.ts';
import { isString, parseJson, stringField } from '../../lib/expect.ts';
import { isLiteral, readString, scanObject, type WantedKeys } from '../../lib/json-scan.ts';
import type { Splice } from '../../lib/splice.ts';

/** Where a top-level field of a request stands. */
export interface FieldSpan {
  readonly start: number;
  readonly end: number;
  /** Where the key's opening quote stands. */
  readonly key: number;
}

const COMMA = 0x2c;

/** The top-level fields of a request that routing looks at, found without parsing the rest. */
export class RequestFields {
  readonly #body: Buffer;
  // A key given twice: parsers keep the last one, so the last one is what routes and what is edited.
  readonly #found = new Map<string, FieldSpan>();
  readonly #all: { readonly name: string; readonly span: FieldSpan }[] = [];
  /** What makes the body no JSON object, if anything does. */
  readonly fault: Fault | undefined;

  constructor(body: Buffer, wanted: WantedKeys) {
    this.#body = body;
    const broken = scanObject(body, wanted, (name, key, start, end) => {
      const span = { start, end, key };
      this.#found.set(name, span);
      this.#all.push({ name, span });
    });
    this.fault = broken === -1 ? undefined : notJson(body, broken);
  }

  span(name: string): FieldSpan | undefined {
    return this.#found.get(name);
  }

  isTrue(name: string): boolean {
    return this.#is(name, 'true');
  }

  isNull(name: string): boolean {
    return this.#is(name, 'null');
  }

  string(name: string): string | undefined {
    const span = this.#found.get(name);
    return span && readString(this.#body, span.start, span.end);
  }

  /** A whole number above 0, in digits alone: whoever writes another gets it refused by the provider. */
  count(name: string): number | undefined {
    const span = this.#found.get(name);
    return span && countIn(this.#body, span);
  }

  /** The parsed value; for small fields only. */
  value(name: string): unknown {
    const span = this.#found.get(name);
    return span && parseJson(this.#body.toString('utf8', span.start, span.end));
  }

  /** Names of models, or objects with a `model`, as the peers that take such lists spell them. */
  models(name: string): string[] {
    const list = this.value(name);
    if (!Array.isArray(list)) return [];
    return list.map((item) => (isString(item) ? item : stringField(item, 'model'))).filter(isString);
  }

  /** The edits that take these fields out; neighbours go together, so that no comma is left over. */
  removals(...names: readonly string[]): Splice[] {
    const groups: FieldSpan[] = [];
    for (const { name, span } of this.#all) {
      if (!names.includes(name)) continue;
      const before = groups.at(-1);
      const isNeighbour = before && skipSpace(this.#body, skipSpace(this.#body, before.end) + 1) === span.key;
      if (isNeighbour) groups[groups.length - 1] = { ...before, end: span.end };
      else groups.push(span);
    }
    return groups.map((group) => remove(this.#body, group));
  }

  #is(name: string, literal: string): boolean {
    const span = this.#found.get(name);
    return span !== undefined && isLiteral(this.#body, span.start, span.end, literal);
  }
}

/** What is known of a request whose body is not looked into. */
export const EMPTY_ENVELOPE: Envelope = {
  model: '',
  stream: false,
  effort: undefined,
  fallbacks: [],
  session: undefined,
  wantsUsage: true,
  always: [],
  modelAt: undefined,
  askUsage: undefined,
};

/** No request asks for an answer of more digits than this. */
const MOST_DIGITS = 9;

function countIn(body: Buffer, { start, end }: FieldSpan): number | undefined {
  if (end - start > MOST_DIGITS) return undefined;
  let count = 0;
  for (let at = start; at < end; at++) {
    const digit = (body[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    count = count * 10 + digit;
  }
  return count > 0 ? count : undefined;
}

function notJson(body: Buffer, at: number): Fault {
  if (body.length === 0) return fault('bad_request', 'the request has no body; a JSON object was expected');
  const text = body.toString('utf8', 0, at);
  const line = text.split('\n').length;
  const column = text.length - text.lastIndexOf('\n');
  return fault(
    'bad_request',
    `the body is not a JSON object: unexpected text at line ${line}, column ${column}`,
  );
}

/** Takes a field out together with the comma after it, or the one before it when it is the last. */
function remove(body: Buffer, { key, end }: FieldSpan): Splice {
  const after = skipSpace(body, end);
  if (body[after] === COMMA) return { start: key, end: after + 1, text: '' };
  let before = key - 1;
  while (before > 0 && isSpace(body[before])) before--;
  return { start: body[before] === COMMA ? before : key, end, text: '' };
}

function skipSpace(body: Buffer, from: number): number {
  let at = from;
  while (isSpace(body[at])) at++;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
