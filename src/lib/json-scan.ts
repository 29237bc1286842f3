import { JsonStrings } from './json-strings.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * Called for each wanted depth-1 field of the object: the key, where its opening quote stands, and the bytes of its
 * value (`valueEnd` is exclusive).
 */
export type FieldVisitor = (key: string, keyStart: number, valueStart: number, valueEnd: number) => void;

/** Keys to look for, in the slot of their length, so that others are passed over without being decoded. */
export type WantedKeys = readonly (readonly string[] | undefined)[];

/** Prepares keys for `scanObject`. They must be ASCII. */
export function wantedKeys(keys: readonly string[]): WantedKeys {
  const byLength: string[][] = [];
  for (const key of keys) (byLength[key.length] ??= []).push(key);
  return byLength;
}

/**
 * Walks the top level of a JSON object without parsing what lies below it: about a microsecond per kilobyte, and a
 * megabyte of nested strings costs no more than finding their ends. Checks structure, not spelling: numbers and
 * literals are not validated. A key given more than once is visited each time; parsers keep the last.
 *
 * @returns -1 when the object is whole, else the byte offset at which it stops making sense.
 */
export function scanObject(bytes: Buffer, wanted: WantedKeys, visit: FieldVisitor): number {
  const strings = new JsonStrings(bytes);
  let at = skipSpace(bytes, hasByteOrderMark(bytes) ? 3 : 0);
  if (bytes[at] !== OPEN_BRACE) return at;
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === CLOSE_BRACE) return endOfText(bytes, at + 1);
  for (;;) {
    const keyStart = at;
    if (bytes[at] !== QUOTE) return at;
    const keyEnd = strings.endOf(at);
    if (keyEnd === -1) return bytes.length;
    at = skipSpace(bytes, keyEnd);
    if (bytes[at] !== COLON) return at;
    const valueStart = skipSpace(bytes, at + 1);
    const valueEnd = skipValue(bytes, strings, valueStart);
    if (valueEnd <= valueStart) return valueEnd === -1 ? bytes.length : valueStart;
    const key = matchKey(bytes, wanted, keyStart, keyEnd);
    if (key !== undefined) visit(key, keyStart, valueStart, valueEnd);
    at = skipSpace(bytes, valueEnd);
    if (bytes[at] === CLOSE_BRACE) return endOfText(bytes, at + 1);
    if (bytes[at] !== COMMA) return at;
    at = skipSpace(bytes, at + 1);
  }
}

/** Walks the items of the array that begins at `start`, up to its end or to where it stops making sense. */
export function scanArray(
  bytes: Buffer,
  start: number,
  visit: (itemStart: number, itemEnd: number) => void,
): void {
  if (bytes[start] !== OPEN_BRACKET) return;
  const strings = new JsonStrings(bytes);
  let at = skipSpace(bytes, start + 1);
  for (;;) {
    const end = skipValue(bytes, strings, at);
    // Nothing, as at the closing bracket, or something without an end.
    if (end <= at || bytes[at] === CLOSE_BRACKET) return;
    visit(at, end);
    at = skipSpace(bytes, end);
    if (bytes[at] !== COMMA) return;
    at = skipSpace(bytes, at + 1);
  }
}

/** The text of a JSON string value in these bytes, or undefined when the value is no string. */
export function readString(bytes: Buffer, start: number, end: number): string | undefined {
  if (bytes[start] !== QUOTE) return undefined;
  const text = bytes.toString('utf8', start + 1, end - 1);
  return text.includes('\\') ? unescape(bytes.toString('utf8', start, end)) : text;
}

/** True when the value in these bytes is exactly this literal (`true`, `null`). */
export function isLiteral(bytes: Buffer, start: number, end: number, literal: string): boolean {
  return end - start === literal.length && isAt(bytes, start, literal);
}

/** The wanted key in these bytes, if it is one; a key spelled with escapes is decoded first. */
function matchKey(bytes: Buffer, wanted: WantedKeys, start: number, end: number): string | undefined {
  for (const key of wanted[end - start - 2] ?? NONE) if (isAt(bytes, start + 1, key)) return key;
  for (let at = start + 1; at < end - 1; at++) {
    if (bytes[at] !== BACKSLASH) continue;
    const key = unescape(bytes.toString('utf8', start, end));
    return key !== undefined && wanted[key.length]?.includes(key) === true ? key : undefined;
  }
  return undefined;
}

const NONE: readonly string[] = [];

function isAt(bytes: Buffer, start: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}

function unescape(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function hasByteOrderMark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
}

function endOfText(bytes: Buffer, from: number): number {
  const at = skipSpace(bytes, from);
  return at >= bytes.length ? -1 : at;
}

function skipValue(bytes: Buffer, strings: JsonStrings, start: number): number {
  const first = bytes[start];
  if (first === QUOTE) return strings.endOf(start);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipContainer(bytes, strings, start);
  let at = start;
  for (;;) {
    const byte = bytes[at];
    if (byte === undefined || byte === COMMA || byte <= 0x20) return at;
    if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) return at;
    at++;
  }
}

/** Only counts brackets: a body of a million of them costs a counter, not a stack. */
function skipContainer(bytes: Buffer, strings: JsonStrings, start: number): number {
  let depth = 0;
  let at = start;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = strings.endOf(at);
      if (at === -1) return -1;
      continue;
    }
    at++;
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) return at;
  }
  return -1;
}
