import { crc32 } from 'node:zlib';

/** The two lengths and their checksum. */
const PRELUDE_BYTES = 12;
/** Headers, payload and checksum follow; the shortest message has none of the first two. */
const SHORTEST = 16;
/** Bedrock's events are kilobytes; the format's own limit is 16 MB of payload. */
const LONGEST = 32 * 1024 * 1024;
const STRING = 7;

/** One message: its payload, and what its headers say it is. */
export interface AwsEvent {
  readonly data: string;
  /** `:event-type` of an event, `:exception-type` of an exception. */
  readonly name: string | undefined;
}

/**
 * Cuts a byte stream into the messages of AWS's event stream encoding
 * (https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html#streaming-event-stream): total length,
 * length of the headers, CRC of both, headers, payload, CRC of everything; all big-endian.
 */
export class AwsEventReader {
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** How much must be there before there is anything to read: a long message is put together once, not piece by piece. */
  #needed = PRELUDE_BYTES;

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Throws a `RangeError` when the bytes are no such stream. */
  push(chunk: Buffer): AwsEvent[] {
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes < this.#needed) return [];
    const events: AwsEvent[] = [];
    let bytes = this.#held.length === 1 ? chunk : Buffer.concat(this.#held);
    this.#needed = PRELUDE_BYTES;
    while (bytes.length >= PRELUDE_BYTES) {
      const length = checkedLength(bytes);
      if (bytes.length < length) {
        this.#needed = length;
        break;
      }
      events.push(readMessage(bytes.subarray(0, length)));
      bytes = bytes.subarray(length);
    }
    this.#held = bytes.length === 0 ? [] : [bytes];
    this.#heldBytes = bytes.length;
    return events;
  }

  /** A message without its end is no message. */
  rest(): AwsEvent[] {
    return [];
  }
}

function checkedLength(bytes: Buffer): number {
  const length = bytes.readUInt32BE(0);
  if (length < SHORTEST || length > LONGEST || crc32(bytes.subarray(0, 8)) !== bytes.readUInt32BE(8)) {
    throw new RangeError('the stream is not made of AWS event messages');
  }
  return length;
}

function readMessage(message: Buffer): AwsEvent {
  const headersLength = message.readUInt32BE(4);
  const end = message.length - 4;
  if (headersLength > end - PRELUDE_BYTES || crc32(message.subarray(0, end)) !== message.readUInt32BE(end)) {
    throw new RangeError('a message of the AWS event stream is damaged');
  }
  const headers = readHeaders(message.subarray(PRELUDE_BYTES, PRELUDE_BYTES + headersLength));
  return {
    data: message.toString('utf8', PRELUDE_BYTES + headersLength, end),
    name: headers.get(':exception-type') ?? headers.get(':event-type') ?? headers.get(':error-code'),
  };
}

/** Sizes of the values by their type; byte arrays (6) and strings (7) say their own length. */
const FIXED_SIZES = [0, 0, 1, 2, 4, 8, -1, -1, 8, 16] as const;

function readHeaders(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  while (at + 1 < bytes.length) {
    const nameEnd = at + 1 + (bytes[at] ?? 0);
    const name = bytes.toString('utf8', at + 1, nameEnd);
    const type = bytes[nameEnd] ?? -1;
    const fixed = FIXED_SIZES[type];
    if (fixed === undefined || nameEnd >= bytes.length) throw new RangeError(DAMAGED_HEADER);
    if (fixed === -1 && nameEnd + 3 > bytes.length) throw new RangeError(DAMAGED_HEADER);
    const start = nameEnd + (fixed === -1 ? 3 : 1);
    const end = start + (fixed === -1 ? bytes.readUInt16BE(nameEnd + 1) : fixed);
    if (end > bytes.length) throw new RangeError(DAMAGED_HEADER);
    if (type === STRING) headers.set(name, bytes.toString('utf8', start, end));
    at = end;
  }
  return headers;
}

const DAMAGED_HEADER = 'a header of the AWS event stream is damaged';
