const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Strings are searched byte by byte this far, longer ones word by word. */
const SHORT = 64;
/** After so many pairs of words without a quote (a kilobyte: prose, pictures) the machine's own search takes over. */
const QUIET = 128;

/** Finds where the strings of a JSON text end, without decoding them. */
export class JsonStrings {
  readonly #bytes: Buffer;
  #words: Int32Array | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The offset after the closing quote of the string whose opening quote is at `start`; -1 when it does not end. */
  endOf(start: number): number {
    const bytes = this.#bytes;
    let at = start + 1;
    const near = Math.min(at + SHORT, bytes.length);
    while (at < near) {
      const byte = bytes[at];
      if (byte === QUOTE) return at + 1;
      at += byte === BACKSLASH ? 2 : 1;
    }
    if (at >= bytes.length) return -1;
    if (!IS_LITTLE_ENDIAN) return endAmong(bytes, at, bytes.length, at);
    return endByWords(bytes, (this.#words ??= wordsOf(bytes)), at);
  }
}

const IS_LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** Where the first word is: words can be read where the memory's own count of bytes is a multiple of four. */
function firstWord(bytes: Buffer): number {
  return -bytes.byteOffset & 3;
}

function wordsOf(bytes: Buffer): Int32Array {
  const first = firstWord(bytes);
  const count = (bytes.length - first) >> 2;
  return count > 0 ? new Int32Array(bytes.buffer, bytes.byteOffset + first, count) : new Int32Array(0);
}

/**
 * Eight bytes at a time: a prompt full of code has something escaped every twenty bytes, and a call of the machine's
 * own search for each takes twice as long. At `from` a character is known to begin.
 */
function endByWords(bytes: Buffer, words: Int32Array, from: number): number {
  const first = firstWord(bytes);
  const aligned = Math.min(from + ((first - from) & 3), bytes.length);
  const near = endAmong(bytes, from, aligned, from);
  if (near !== -1) return near;
  let index = (aligned - first) >> 2;
  let quiet = 0;
  // Read once: asked in every round, the length of the words makes this a fifth slower.
  const last = words.length - 1;
  for (; index < last; index += 2) {
    const marks = quoteMarks(words[index] ?? 0);
    const marksAfter = quoteMarks(words[index + 1] ?? 0);
    if ((marks | marksAfter) !== 0) {
      quiet = 0;
      const place = first + index * 4;
      let end = endAtMarks(bytes, marks, place, from);
      if (end === -1) end = endAtMarks(bytes, marksAfter, place + 4, from);
      if (end !== -1) return end;
    } else if (++quiet === QUIET) {
      quiet = 0;
      const quote = bytes.indexOf(QUOTE, first + index * 4 + 8);
      if (quote === -1) return -1;
      // On with the pair of words that begins with it.
      index = ((quote - first) >> 2) - 2;
    }
  }
  return endAmong(bytes, first + index * 4, bytes.length, from);
}

/**
 * The top bit of every byte that is a quote, and sometimes of one behind it that is not
 * (https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord).
 */
function quoteMarks(word: number): number {
  const quote = word ^ 0x22222222;
  return (quote - 0x01010101) & ~quote & 0x80808080;
}

/** The end of the string, if a marked byte of the word at `place` is its closing quote, else -1. */
function endAtMarks(bytes: Buffer, marks: number, place: number, from: number): number {
  let left = marks;
  while (left !== 0) {
    // The lowest bit is the first byte.
    const at = place + ((31 - Math.clz32(left & -left)) >> 3);
    left &= left - 1;
    if (isClosing(bytes, at, from)) return at + 1;
  }
  return -1;
}

function endAmong(bytes: Buffer, start: number, end: number, from: number): number {
  for (let at = start; at < end; at++) if (isClosing(bytes, at, from)) return at + 1;
  return -1;
}

/** A quote with an even number of backslashes before it. */
function isClosing(bytes: Buffer, at: number, from: number): boolean {
  if (bytes[at] !== QUOTE) return false;
  let before = at - 1;
  while (before >= from && bytes[before] === BACKSLASH) before--;
  return ((at - before) & 1) === 1;
}
