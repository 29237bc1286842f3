import { crc32 } from 'node:zlib';

/** One message of an event stream. */
export interface Frame {
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: unknown;
}

/** Reads Amazon's event stream as its definition says, and throws where lengths or checksums are wrong. */
export function* readFrames(bytes: Buffer): Generator<Frame> {
  for (let at = 0; at < bytes.length;) {
    const total = bytes.readUInt32BE(at);
    const headerLength = bytes.readUInt32BE(at + 4);
    if (at + total > bytes.length) throw new Error('a frame is cut');
    if (crc32(bytes.subarray(at, at + 8)) !== bytes.readUInt32BE(at + 8)) throw new Error('prelude checksum');
    const end = at + total - 4;
    if (crc32(bytes.subarray(at, end)) !== bytes.readUInt32BE(end)) throw new Error('message checksum');
    const headers = readHeaders(bytes.subarray(at + 12, at + 12 + headerLength));
    yield { headers, payload: JSON.parse(bytes.toString('utf8', at + 12 + headerLength, end)) as unknown };
    at += total;
  }
}

function readHeaders(bytes: Buffer): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at < bytes.length;) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    const name = bytes.toString('utf8', at + 1, nameEnd);
    if (bytes.readUInt8(nameEnd) !== 7) throw new Error('a header that is no string');
    const length = bytes.readUInt16BE(nameEnd + 1);
    headers[name] = bytes.toString('utf8', nameEnd + 3, nameEnd + 3 + length);
    at = nameEnd + 3 + length;
  }
  return headers;
}
