import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, test } from 'vitest';

import { createListener } from '../../../src/proxy/arrival/listener.ts';
import { RawCall } from '../../flow/raw-client.ts';

const open: ReturnType<typeof createListener>[] = [];

afterEach(() => {
  for (const server of open.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function listen(): Promise<number> {
  const limits = { headersMs: 60, requestMs: 90, checkMs: 20 };
  const server = createListener((request, response) => {
    request.on('end', () => response.end('whole')).resume();
  }, limits);
  open.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe('a request that never arrives whole', () => {
  test.each([
    ['in its head', 'POST / HTTP/1.1\r\nhost: localhost\r\nx-slow: '],
    ['in its body', 'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nhalf'],
    ['in a chunk', 'POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n64\r\nhalf'],
  ])('is answered with 408 and a closed connection: %s [promise:slow-request]', async (_, bytes) => {
    const answer = await new RawCall(await listen(), bytes).answer();
    expect(answer.status).toBe(408);
    expect(answer.text).toContain('did not arrive in time');
  });

  test('does not hold up another one', async () => {
    const port = await listen();
    const slow = new RawCall(port, 'GET / HTTP/1.1\r\n');
    const fast = await new RawCall(
      port,
      'GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n',
    ).answer();
    expect(fast.text).toBe('whole');
    expect((await slow.answer()).status).toBe(408);
  });
});
