import { afterEach, describe, expect, test } from 'vitest';

import { Secret } from '../../src/lib/secret.ts';
import { chatRequest, closeGrounds, openGround, routeOver } from './ground.ts';
import { get, RawCall } from './raw-client.ts';
import { closeRawServers, rawServer, sendJson } from './raw-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

describe('a request with wishes of its own', () => {
  const THREE = { providers: ['first', 'second', 'third'] };

  test('names its targets in a header or in the body, and the names are not forwarded [promise:own-targets]', async () => {
    const ground = await openGround(THREE);
    const byHeader = await ground.chat('m', {}, { 'x-gw-targets': 'third/a, first/b' });
    expect(byHeader.headers).toMatchObject({ 'x-gw-provider': 'third', 'x-gw-model': 'a' });
    ground.simulator('third').setFault('503');
    const body = await ground.chat('third/c', { fallbacks: [{ model: 'second/d' }], models: ['first/e'] });
    expect(body.headers).toMatchObject({ 'x-gw-provider': 'second', 'x-gw-model': 'd' });
    const bodies = [...ground.simulator('third').calls, ...ground.simulator('second').calls].map(
      (call) => call.body,
    );
    for (const text of bodies) expect(text).not.toMatch(/fallbacks|models|x-gw/);
    expect(JSON.stringify(ground.simulator('second').calls[0]?.headers)).not.toContain('x-gw-targets');
  });

  test('can name only what the profile has [promise:own-targets] [promise:base-url-fixed]', async () => {
    const elsewhere = await rawServer(() => undefined);
    const ground = await openGround({ routes: [routeOver(['first'], { match: ['known'] })] });
    for (const headers of [
      { 'x-gw-targets': 'frist/m' },
      { 'x-gw-targets': `${elsewhere.url}/m` },
      { 'x-gw-route': 'mian' },
    ]) {
      const answer = await ground.chat('known', {}, headers);
      expect(answer.status).toBe(400);
      expect(get(answer.json, 'error.message')).toContain('the profile does not have');
    }
    expect(get((await ground.chat('known', {}, { 'x-gw-route': 'mian' })).json, 'error.message')).toContain(
      'did you mean "main"',
    );
    for (const headers of [
      { host: `127.0.0.1`, 'x-gw-base-url': elsewhere.url, 'x-gw-url': elsewhere.url, 'x-gw-key': 'sk-x' },
    ]) {
      await ground.chat('known', { base_url: elsewhere.url, api_base: elsewhere.url }, headers);
    }
    await ground.ask({
      ...chatRequest('known'),
      path: `http://127.0.0.1:${elsewhere.port}/v1/chat/completions`,
    });
    expect(elsewhere.requests).toEqual([]);
    expect(ground.simulator('first').calls.map(({ key }) => key)).toEqual(['sk-first']);
  });

  test.each(['/v1/../secret', '/v1/a/../../b', '/v1/%2e%2e/secret', '/v1/x%2f..%2fy'])(
    'cannot climb out of the provider’s prefix: %s [promise:base-url-fixed]',
    async (path) => {
      const ground = await openGround();
      expect((await ground.ask({ path, body: '{}' })).status).toBe(404);
      expect(ground.calls('first')).toBe(0);
    },
  );

  test('asks for a route by its name whatever the model', async () => {
    const ground = await openGround({
      routes: [routeOver(['first']), routeOver(['second'], { name: 'other', match: ['nobody'] })],
    });
    const answer = await ground.chat('m', {}, { 'x-gw-route': 'other' });
    expect(answer.headers).toMatchObject({ 'x-gw-provider': 'second', 'x-gw-model': 'm' });
    expect(await ground.trailOf(answer)).toMatchObject({ route: 'other' });
  });

  test('limits its own time, and is told when the limit makes no sense', async () => {
    const ground = await openGround();
    const answer = await ground.chat('m!stall@accept', {}, { 'x-gw-timeout': '60ms' });
    expect(answer.status).toBe(504);
    expect(ground.calls('second')).toBe(0);
    expect((await ground.chat('m', {}, { 'x-gw-timeout': 'soon' })).status).toBe(400);
  });

  test('that carries an unarmed drill is refused', async () => {
    const ground = await openGround();
    expect((await ground.chat('m', {}, { 'x-gw-drill': 'guess' })).status).toBe(400);
    expect(ground.calls('first')).toBe(0);
  });
});

describe('gw pointed at itself', () => {
  test('refuses at the first repeat [promise:loop-refused]', async () => {
    let loop: Awaited<ReturnType<typeof openGround>> | undefined;
    const bridge = await rawServer((socket, request) => {
      const call = new RawCall(
        loop?.port ?? 0,
        Buffer.from(request.replace(/^host: .*$/im, 'host: localhost'), 'latin1'),
      );
      void call.untilText('"loop_detected"').then((bytes) => socket.end(bytes));
    });
    loop = await openGround({ providers: [{ name: 'self', url: bridge.url }, 'other'] });
    const alone = await loop.chat('m', {}, { 'x-gw-targets': 'self/m' });
    expect(alone.status).toBe(508);
    expect(bridge.requests).toHaveLength(1);
    expect(loop.trails.map(({ outcome, status }) => [outcome, status])).toEqual([
      ['failed', 508],
      ['failed', 508],
    ]);
    expect((await loop.chat()).headers).toMatchObject({
      'x-gw-provider': 'other',
      'x-gw-failover': 'from=self/m; reason=loop_detected',
    });
  });
});

describe('a large request', () => {
  const ANSWER = '{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}';

  test('leaves whole and with its length, for each target and again on a fresh connection', async () => {
    // The small request leaves an idle connection; the large one finds it closed, and the fresh one too.
    const closing = await rawServer((socket, request) => {
      if (request.length < 5000) sendJson(socket, ANSWER);
      else socket.destroy();
    });
    const second = await rawServer((socket) => sendJson(socket, ANSWER));
    const ground = await openGround({
      providers: [
        { name: 'closing', url: closing.url },
        { name: 'second', url: second.url },
      ],
    });
    await ground.chat('closing/m');
    const messages = [{ role: 'user', content: 'é"\\\n'.repeat(200_000) }];
    const answer = await ground.chat('closing/m', { messages, fallbacks: ['second/renamed'] });
    expect(answer.headers).toMatchObject({ 'x-gw-provider': 'second', 'x-gw-model': 'renamed' });
    expect(closing.requests).toHaveLength(2);
    for (const [request, model] of [
      [closing.requests[1], 'm'],
      [second.requests[0], 'renamed'],
    ] as const) {
      const [head = '', body = ''] = (request ?? '').split('\r\n\r\n', 2);
      expect(JSON.parse(Buffer.from(body, 'latin1').toString())).toEqual({ model, messages });
      expect(head).toContain(`content-length: ${body.length}`);
    }
  });
});

describe('what a page in a browser can send', () => {
  test.each([
    ['a name bound to this address', { host: 'evil.example' }],
    ['such a name with a port', { host: 'evil.example:4499' }],
    ['a name that begins like ours', { host: '127.0.0.1.evil.example' }],
    ['a foreign origin', { origin: 'https://evil.example' }],
    ['an opaque origin', { origin: 'null' }],
    ['a page of this machine that was not allowed', { origin: 'http://localhost:3000' }],
  ])(
    'from %s is refused before any work, without CORS headers [promise:browser-refused]',
    async (_, headers) => {
      const ground = await openGround();
      const more: Record<string, string> = { ...headers };
      const preflight = {
        method: 'OPTIONS',
        path: '/v1/chat/completions',
        headers: { ...more, 'access-control-request-method': 'POST' },
      };
      for (const request of [
        chatRequest('m', {}, more),
        preflight,
        { method: 'GET', path: '/v1/models', headers: more },
      ]) {
        const answer = await ground.ask(request);
        expect(answer.status).toBe(403);
        expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
      expect(ground.calls('first')).toBe(0);
    },
  );

  test('passes where it was allowed', async () => {
    const ground = await openGround({
      listen: { allowedHosts: ['host.docker.internal'], allowedOrigins: ['http://localhost:3000'] },
    });
    const headers = { host: 'host.docker.internal:4499', origin: 'http://localhost:3000' };
    expect((await ground.chat('m', {}, headers)).status).toBe(200);
    for (const host of ['localhost:1', '[::1]:1', 'LOCALHOST'])
      expect((await ground.chat('m', {}, { host })).status).toBe(200);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'without asking first (%s) is no request [promise:browser-refused]',
    async (type) => {
      const ground = await openGround();
      expect((await ground.chat('m', {}, { 'content-type': type })).status).toBe(415);
      expect(ground.calls('first')).toBe(0);
    },
  );
});

describe('a caller without the local token', () => {
  test('gets 401, with it an answer, and the token goes nowhere', async () => {
    const ground = await openGround({ listen: { token: new Secret('local-token-1') } });
    expect((await ground.chat()).status).toBe(401);
    expect((await ground.chat('m', {}, { authorization: 'Bearer local-token-2' })).status).toBe(401);
    expect((await ground.ask({ method: 'GET', path: '/v1/models' })).status).toBe(401);
    expect((await ground.chat('m', {}, { authorization: 'Bearer local-token-1' })).status).toBe(200);
    expect((await ground.chat('m', {}, { 'x-api-key': 'local-token-1' })).status).toBe(200);
    expect(JSON.stringify(ground.simulator('first').calls)).not.toContain('local-token-1');
  });
});
