import { afterEach, describe, expect, test } from 'vitest';

import { chatRequest, closeGrounds, openGround, routeOver, until } from './ground.ts';
import { get, RawCall, serialise } from './raw-client.ts';
import { closeRawServers, rawServer, sendJson } from './raw-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

describe('what is no request', () => {
  test.each([
    ['no JSON', 'tell me', /line 1, column 1/],
    ['broken JSON', '{"model":"m",\n "messages":[}', /line 2|not a JSON/],
    ['half a JSON object', '{"model":"m","messages":[', /not a JSON object/],
    ['nothing', '', /no body/],
    ['an array', '[]', /not a JSON object/],
    ['a model that is no name', '{"model":7}', /"model" must be a string/],
  ])(
    'for its body is %s, gets a 400 that says where, and reaches no provider [promise:bad-request]',
    async (_, body, words) => {
      const ground = await openGround();
      const answer = await ground.ask({ path: '/v1/chat/completions', body });
      expect(answer.status).toBe(400);
      expect(get(answer.json, 'error.message')).toMatch(words);
      expect(get(answer.json, 'error.type')).toBe('invalid_request_error');
      expect(ground.calls('first')).toBe(0);
    },
  );

  test.each([
    ['TLS', Buffer.from('16030100a5010000a10303', 'hex'), /http:\/\/, not https/],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /HTTP\/1.1, not HTTP\/2/],
    ['junk', 'hello there\r\n\r\n', /not valid HTTP/],
    [
      'two lengths',
      'POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}',
      /not valid HTTP/,
    ],
    [
      'a length and chunks',
      'POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      /not valid HTTP/,
    ],
    [
      'a bad chunk size',
      'POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
      /not valid HTTP/,
    ],
    [
      'a header with a bare line feed in its name',
      'GET / HTTP/1.1\r\nhost: localhost\r\nx y: 1\r\n\r\n',
      /not valid HTTP/,
    ],
  ])('but %s gets a helpful 400 and a closed connection [promise:bad-request]', async (_, bytes, words) => {
    const ground = await openGround();
    const answer = await new RawCall(ground.port, bytes).answer();
    expect(answer.status).toBe(400);
    expect(get(answer.json, 'error.message')).toMatch(words);
    expect(ground.calls('first')).toBe(0);
  });

  test('for its headers never end gets 431', async () => {
    const ground = await openGround();
    const bytes = `GET / HTTP/1.1\r\nhost: localhost\r\n${`x-pad: ${'a'.repeat(1000)}\r\n`.repeat(80)}\r\n`;
    expect((await new RawCall(ground.port, bytes).answer()).status).toBe(431);
  });

  test('but a WebSocket gets 426, and a tunnel 405', async () => {
    const ground = await openGround();
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'x',
    };
    expect((await ground.ask({ method: 'GET', path: '/v1/responses', headers: upgrade })).status).toBe(426);
    expect((await ground.ask({ method: 'CONNECT', path: 'api.openai.com:443' })).status).toBe(405);
  });

  test('but a wish for h2c is ignored, as RFC 9110 allows', async () => {
    const ground = await openGround();
    const headers = {
      connection: 'Upgrade, HTTP2-Settings, close',
      upgrade: 'h2c',
      'http2-settings': 'AAMAAABk',
    };
    expect((await ground.chat('m', {}, headers)).status).toBe(200);
    expect(ground.simulator('first').calls[0]?.headers).not.toHaveProperty('http2-settings');
  });

  test('reads a request cut at any byte', async () => {
    const ground = await openGround();
    const bytes = serialise(chatRequest('m!tokens=1'));
    for (let at = 1; at < bytes.length; at += 3) {
      const call = new RawCall(ground.port, bytes.subarray(0, at));
      await new Promise((resolve) => setImmediate(resolve));
      call.socket.write(bytes.subarray(at));
      expect((await call.answer()).status).toBe(200);
    }
  });

  test('behind one that is being answered breaks the connection instead of the answer', async () => {
    const ground = await openGround();
    const first = serialise(
      chatRequest('m!tokens=50+slow-drip=10ms', { stream: true }, { connection: 'keep-alive' }),
    );
    const call = new RawCall(ground.port, first);
    await call.untilText('"content":"');
    call.socket.write('JUNK\r\n\r\n');
    const answer = await call.answer();
    expect(answer.whole).toBe(false);
    expect(answer.raw.toString()).not.toContain('HTTP/1.1 400');
    await until(() => ground.trails.length === 1, 'the exchange ended');
    expect(ground.trails[0]?.outcome).toBe('gone');
  });

  test('pipelined requests are answered in their order', async () => {
    const ground = await openGround();
    const models = ['a!first-token=30ms+text=A', 'b!text=B', 'c!text=C'];
    const bytes = models.map((model, index) =>
      serialise(chatRequest(model, {}, index < 2 ? { connection: 'keep-alive' } : {})),
    );
    const raw = (await new RawCall(ground.port, Buffer.concat(bytes)).answer()).raw.toString();
    expect([...raw.matchAll(/"content":"(\w)"/g)].map(([, text]) => text)).toEqual(['A', 'B', 'C']);
  });

  test('for its path is nothing, is told where the API is', async () => {
    const ground = await openGround();
    const answer = await ground.ask({ path: '/v2/chat', body: '{}' });
    expect(answer.status).toBe(404);
    expect(get(answer.json, 'error.message')).toContain('/v1/chat/completions');
  });

  test('for its model is nobody’s, is told the nearest name', async () => {
    const ground = await openGround({ routes: [routeOver(['first'], { match: ['gpt-4o'] })] });
    const answer = await ground.chat('gpt-4p');
    expect(answer.status).toBe(404);
    expect(get(answer.json, 'error')).toMatchObject({
      code: 'model_not_found',
      type: 'invalid_request_error',
      message: expect.stringContaining('did you mean "gpt-4o"'),
    });
  });

  test('for it is compressed gets 415', async () => {
    const ground = await openGround();
    expect((await ground.chat('m', {}, { 'content-encoding': 'gzip' })).status).toBe(415);
  });

  test.each(['declared', 'in chunks'])(
    'for it is over the limit, %s, gets 413 before it is read [promise:huge-request]',
    async (how) => {
      const ground = await openGround({ policy: { bodyLimitBytes: 1000 } });
      const body = Buffer.alloc(4_000_000, 'a');
      const declared = { path: '/v1/chat/completions', body };
      const chunked = `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n3d0900\r\n`;
      const call = new RawCall(
        ground.port,
        how === 'declared' ? declared : Buffer.concat([Buffer.from(chunked), body]),
      );
      const answer = await call.answer();
      expect(answer.status).toBe(413);
      expect(get(answer.json, 'error.message')).toContain('1000 bytes');
      expect(ground.calls('first')).toBe(0);
    },
  );

  test('of a million brackets is passed on without a thought', async () => {
    const server = await rawServer((socket) => sendJson(socket, '{"choices":[{}]}'));
    const ground = await openGround({ providers: [{ name: 'raw', url: server.url }] });
    const body = `{"model":"m","messages":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`;
    expect((await ground.ask({ path: '/v1/chat/completions', body })).status).toBe(200);
    expect(server.requests[0]?.endsWith(body)).toBe(true);
  });
});
