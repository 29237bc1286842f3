import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';

import { writeOn } from '../../../src/proxy/chunk.ts';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

/** A server that answers each request with these pieces, the first of them as Node writes it. */
async function serve(pieces: readonly Buffer[]): Promise<number> {
  server = createServer((_, response) => {
    response.writeHead(200, ['content-type', 'text/event-stream']);
    const [first, ...others] = pieces;
    if (first) response.write(first);
    for (const piece of others) writeOn(response, piece);
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function get(port: number): Promise<Buffer> {
  const asked = request({ port, host: '127.0.0.1' }).end();
  const [answer] = (await once(asked, 'response')) as [NodeJS.ReadableStream];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Everything that comes for these words, until the other side closes. */
async function ask(port: number, words: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(words);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('latin1');
}

const text = (length: number): Buffer => Buffer.alloc(length, 'abcdefghij');

describe('a piece of an answer', () => {
  test('reaches the caller as it is, whatever its length', async () => {
    const lengths = [1, 9, 10, 15, 16, 17, 255, 256, 257, 4095, 4096, 4097, 16_383, 16_384, 16_385, 70_000];
    const pieces = lengths.map(text);
    expect((await get(await serve(pieces))).equals(Buffer.concat(pieces))).toBe(true);
  });

  test('reaches it among any others, empty ones included', async () => {
    const piece = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes));
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const heard = await get(await serve(pieces));
        server?.closeAllConnections();
        server?.close();
        expect(heard.equals(Buffer.concat(pieces))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test('is one chunk on the wire', async () => {
    const port = await serve([text(3), text(26)]);
    const heard = await ask(port, 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    expect(heard.slice(heard.indexOf('\r\n\r\n') + 4)).toBe(
      '3\r\nabc\r\n1a\r\nabcdefghijabcdefghijabcdef\r\n0\r\n\r\n',
    );
  });

  test('is no chunk for a caller that does not know them', async () => {
    const port = await serve([text(3), text(26)]);
    const heard = await ask(port, 'GET / HTTP/1.0\r\n\r\n');
    expect(heard.slice(heard.indexOf('\r\n\r\n') + 4)).toBe('abcabcdefghijabcdefghijabcdef');
  });

  test('waits its turn while an earlier answer is on the connection', async () => {
    const port = await serve([text(3), text(5)]);
    const one = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';
    const last = 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n';
    const heard = await ask(port, one + one + last);
    expect(heard.split('3\r\nabc\r\n5\r\nabcde\r\n0\r\n\r\n')).toHaveLength(4);
  });
});
