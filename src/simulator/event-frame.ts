import { crc32 } from 'node:zlib';

// Amazon's event stream: total length, length of the headers, checksum of these two; headers; payload; checksum of
// all before it. https://smithy.io/2.0/aws/amazon-eventstream.html
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
const STRING_TYPE = 7;

/** One message of Amazon's binary event stream with a JSON payload. */
export function encodeFrame(type: string, payload: Buffer, exception = false): Buffer {
  const headers = exception
    ? [[':exception-type', type], CONTENT_TYPE, [':message-type', 'exception']]
    : [[':event-type', type], CONTENT_TYPE, [':message-type', 'event']];
  return seal(Buffer.concat(headers.map(([name = '', value = '']) => encodeHeader(name, value))), payload);
}

const CONTENT_TYPE = [':content-type', 'application/json'];

function encodeHeader(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([
    Buffer.from([Buffer.byteLength(name)]),
    Buffer.from(name),
    Buffer.from([STRING_TYPE]),
    length,
    Buffer.from(value),
  ]);
}

function seal(headers: Buffer, payload: Buffer): Buffer {
  const prelude = Buffer.alloc(PRELUDE_BYTES);
  prelude.writeUInt32BE(PRELUDE_BYTES + headers.length + payload.length + CHECKSUM_BYTES, 0);
  prelude.writeUInt32BE(headers.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, headers, payload]);
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32BE(crc32(message));
  return Buffer.concat([message, checksum]);
}

/** The frame with another payload, its lengths and checksums corrected; bytes that are no whole frame stay. */
export function reframe(frame: Buffer, rewrite: (payload: Buffer) => Buffer): Buffer {
  if (frame.length < PRELUDE_BYTES + CHECKSUM_BYTES || frame.readUInt32BE(0) !== frame.length) return frame;
  const start = PRELUDE_BYTES + frame.readUInt32BE(4);
  const payload = frame.subarray(start, frame.length - CHECKSUM_BYTES);
  return seal(frame.subarray(PRELUDE_BYTES, start), rewrite(payload));
}

/** How a frame begins that declares a payload without end. */
export function endlessFrame(): Buffer {
  const prelude = Buffer.alloc(PRELUDE_BYTES);
  prelude.writeUInt32BE(0x7f_ff_ff_ff, 0);
  prelude.writeUInt32BE(0, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  return prelude;
}
