import type { CallerEnd, Drained } from './caller-end.ts';

/** A larger piece is not copied for the sake of a few bytes around it. Its length has four digits at most. */
const MOST_BYTES = 16 * 1024;
const CR = 13;
const LF = 10;
const DIGITS = Buffer.from('0123456789abcdef');
/** The digits, and two line ends. */
const FRAME_BYTES = 8;

/**
 * Writes a piece of a response whose head and first piece are out already. Answers with what will tell `drain` when the
 * other side does not keep up, undefined while it does.
 *
 * Node writes a chunk as four pieces that it corks and gathers again, which is a third of what it costs to relay an event;
 * here it is one. Node's own way is taken wherever it would do anything else: no chunks (HTTP/1.0), or no connection
 * yet because an earlier answer is still on it.
 */
export function writeOn(response: CallerEnd, bytes: Buffer): Drained | undefined {
  const { socket, chunkedEncoding } = response;
  if (chunkedEncoding !== true || socket === null || bytes.length === 0 || bytes.length > MOST_BYTES)
    return response.write(bytes) ? undefined : response;
  return socket.write(chunkOf(bytes)) ? undefined : socket;
}

/** RFC 9112, 7.1: its length in hexadecimal digits, and each in a line of its own. */
function chunkOf(bytes: Buffer): Buffer {
  const { length } = bytes;
  const chunk = Buffer.allocUnsafe(length + FRAME_BYTES);
  let at = 0;
  let isLeading = true;
  for (let shift = 12; shift >= 0; shift -= 4) {
    const digit = (length >> shift) & 15;
    if (isLeading && digit === 0) continue;
    isLeading = false;
    chunk[at++] = DIGITS[digit] ?? 0;
  }
  chunk[at++] = CR;
  chunk[at++] = LF;
  chunk.set(bytes, at);
  at += length;
  chunk[at++] = CR;
  chunk[at++] = LF;
  return chunk.subarray(0, at);
}
