import { crc32 } from 'node:zlib';

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { type Frame, frameReader } from '../../../src/proxy/relay/framing.ts';

/** An AWS message as the encoding's description lays it out. */
function awsMessage(headers: Readonly<Record<string, string>>, payload: string): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(Buffer.byteLength(value));
    return Buffer.concat([
      Buffer.from([Buffer.byteLength(name)]),
      Buffer.from(name),
      Buffer.from([7]),
      length,
      Buffer.from(value),
    ]);
  });
  const head = Buffer.concat(lines);
  const body = Buffer.from(payload);
  const message = Buffer.alloc(16 + head.length + body.length);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(head.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  head.copy(message, 12);
  body.copy(message, 12 + head.length);
  message.writeUInt32BE(crc32(message.subarray(0, message.length - 4)), message.length - 4);
  return message;
}

function readAll(
  frames: 'sse' | 'ndjson' | 'aws-event-stream',
  bytes: Buffer,
  cuts: readonly number[],
): Frame[] {
  const reader = frameReader(frames);
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const found: Frame[] = [];
  let from = 0;
  for (const to of [...places, bytes.length]) {
    found.push(...reader.push(bytes.subarray(from, to)));
    from = to;
  }
  return [...found, ...reader.rest()];
}

/** Put together piece by piece, this takes minutes. */
test('a long message in many small pieces is put together once', { timeout: 30_000 }, () => {
  const reader = frameReader('aws-event-stream');
  const message = awsMessage({ ':event-type': 'contentBlockDelta' }, 'x'.repeat(24 * 1024 * 1024));
  let found = 0;
  for (let at = 0; at < message.length; at += 256)
    found += reader.push(message.subarray(at, at + 256)).length;
  expect([found, reader.heldBytes]).toEqual([1, 0]);
});

const STREAMS = {
  sse: {
    bytes: Buffer.from('event: a\r\ndata: {"x":"é"}\r\n\r\n: comment\n\ndata: 2\n\ndata: last'),
    frames: [
      { name: 'a', data: '{"x":"é"}' },
      { name: undefined, data: '2' },
      { name: undefined, data: 'last' },
    ],
  },
  ndjson: {
    bytes: Buffer.from('{"x":"é"}\n\r\n{"y":2}\r\n{"last":true}'),
    frames: [
      { name: undefined, data: '{"x":"é"}' },
      { name: undefined, data: '{"y":2}' },
      { name: undefined, data: '{"last":true}' },
    ],
  },
  'aws-event-stream': {
    bytes: Buffer.concat([
      awsMessage({ ':message-type': 'event', ':event-type': 'messageStart' }, '{"role":"assistant"}'),
      awsMessage({ ':message-type': 'event', ':event-type': 'contentBlockDelta' }, '{"delta":{"text":"é"}}'),
      awsMessage(
        { ':message-type': 'exception', ':exception-type': 'throttlingException' },
        '{"message":"slow"}',
      ),
    ]),
    frames: [
      { name: 'messageStart', data: '{"role":"assistant"}' },
      { name: 'contentBlockDelta', data: '{"delta":{"text":"é"}}' },
      { name: 'throttlingException', data: '{"message":"slow"}' },
    ],
  },
} as const;

describe('the events of a stream', () => {
  for (const framing of ['sse', 'ndjson', 'aws-event-stream'] as const) {
    test(`are the same wherever ${framing} bytes are cut`, () => {
      const { bytes, frames } = STREAMS[framing];
      fc.assert(
        fc.property(fc.array(fc.nat()), (cuts) => {
          expect(readAll(framing, bytes, cuts)).toEqual(frames);
        }),
      );
      expect(readAll(framing, bytes, [...bytes.keys()])).toEqual(frames);
    });
  }

  test('end with an explanation when AWS messages are damaged', () => {
    const message = awsMessage({ ':event-type': 'x' }, '{"a":1}');
    for (let at = 0; at < message.length; at++) {
      const damaged = Buffer.from(message);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      expect(() => frameReader('aws-event-stream').push(damaged), `byte ${at}`).toThrow(RangeError);
    }
  });

  test('of AWS never make it read past a message, whatever its headers claim', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (headers) => {
        const message = Buffer.alloc(16 + headers.length);
        message.writeUInt32BE(message.length, 0);
        message.writeUInt32BE(headers.length, 4);
        message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
        message.set(headers, 12);
        message.writeUInt32BE(crc32(message.subarray(0, message.length - 4)), message.length - 4);
        try {
          expect(frameReader('aws-event-stream').push(message)).toHaveLength(1);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});
