const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Strings are searched byte by byte this far, longer ones word by word. */
const SHORT_STRING = 256;

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
  let at = skipSpace(bytes, hasByteOrderMark(bytes) ? 3 : 0);
  if (bytes[at] !== OPEN_BRACE) return at;
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === CLOSE_BRACE) return endOfText(bytes, at + 1);
  for (;;) {
    const keyStart = at;
    if (bytes[at] !== QUOTE) return at;
    const keyEnd = skipString(bytes, at);
    if (keyEnd === -1) return bytes.length;
    at = skipSpace(bytes, keyEnd);
    if (bytes[at] !== COLON) return at;
    const valueStart = skipSpace(bytes, at + 1);
    const valueEnd = skipValue(bytes, valueStart);
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
  let at = skipSpace(bytes, start + 1);
  for (;;) {
    const end = skipValue(bytes, at);
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

/** The offset after the closing quote; -1 when the string does not end. */
function skipString(bytes: Buffer, start: number): number {
  let at = start + 1;
  const near = Math.min(at + SHORT_STRING, bytes.length);
  while (at < near) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    at += byte === BACKSLASH ? 2 : 1;
  }
  return at < bytes.length ? skipLongString(bytes, at) : -1;
}

/** A quote this far away is found by the machine's own search (pictures, prose); a nearer one is not worth its call. */
const FAR = 4096;

/** The rest of a long string: the place after its closing quote, or -1 when it does not end. */
function skipLongString(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const quote = bytes.indexOf(QUOTE, at);
    if (quote === -1) return -1;
    if (quote - at < FAR) return skipDenseString(bytes, at);
    if (!isEscaped(bytes, quote, at)) return quote + 1;
    at = quote + 1;
  }
}

/** Counts the backslashes before the quote, back to `from`, where the text is known to be at a character. */
function isEscaped(bytes: Buffer, quote: number, from: number): boolean {
  let backslashes = 0;
  while (quote - 1 - backslashes >= from && bytes[quote - 1 - backslashes] === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

/**
 * Four bytes at a time: a prompt full of code has something escaped every thirty bytes, and a call of the machine's own
 * search for each of them takes twice as long.
 */
function skipDenseString(bytes: Buffer, from: number): number {
  // Words can be read where the memory's own count of bytes is a multiple of four.
  const first = from + ((4 - ((bytes.byteOffset + from) & 3)) & 3);
  let at = skipBytes(bytes, from, Math.min(first, bytes.length));
  if (at < 0) return ~at;
  const count = Math.max(0, (bytes.length - first) >> 2);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + (count > 0 ? first : 0), count);
  // Bytes of the next word that belong to an escape that began before it.
  let skip = at - first;
  for (let index = 0; index < count; index++) {
    const word = words[index] ?? 0;
    if (!hasMark(word)) {
      skip = 0;
      continue;
    }
    let place = skip;
    while (place < 4) {
      const byte = (word >>> (IS_LITTLE_ENDIAN ? place * 8 : 24 - place * 8)) & 0xff;
      if (byte === QUOTE) return first + index * 4 + place + 1;
      place += byte === BACKSLASH ? 2 : 1;
    }
    skip = place - 4;
  }
  at = skipBytes(bytes, first + count * 4 + skip, bytes.length);
  return at < 0 ? ~at : -1;
}

const IS_LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** The place where this stretch ends, or the complement of the place after the closing quote in it. */
function skipBytes(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const byte = bytes[at];
    if (byte === QUOTE) return ~(at + 1);
    at += byte === BACKSLASH ? 2 : 1;
  }
  return at;
}

/** True when one of the word's bytes is a quote or a backslash (https://graphics.stanford.edu/~seander/bithacks.html#ValueInWord). */
function hasMark(word: number): boolean {
  const quote = word ^ 0x22222222;
  const slash = word ^ 0x5c5c5c5c;
  return ((((quote - 0x01010101) & ~quote) | ((slash - 0x01010101) & ~slash)) & 0x80808080) !== 0;
}

function skipValue(bytes: Buffer, start: number): number {
  const first = bytes[start];
  if (first === QUOTE) return skipString(bytes, start);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipContainer(bytes, start);
  let at = start;
  for (;;) {
    const byte = bytes[at];
    if (byte === undefined || byte === COMMA || byte <= 0x20) return at;
    if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) return at;
    at++;
  }
}

/** Only counts brackets: a body of a million of them costs a counter, not a stack. */
function skipContainer(bytes: Buffer, start: number): number {
  let depth = 0;
  let at = start;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = skipString(bytes, at);
      if (at === -1) return -1;
      continue;
    }
    at++;
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) return at;
  }
  return -1;
}
