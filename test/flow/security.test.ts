import { afterEach, describe, expect, test } from 'vitest';

import { Secret } from '../../src/lib/secret.ts';
import { chatRequest, closeGrounds, NO_BREAKER, openGround } from './ground.ts';
import { chunk, closeRawServers, head, rawServer } from './raw-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

const KEY = 'a8d3f0plain55e6b7c8x';
const CALLER = 'sk-of-the-caller-0123456789';
const TOKEN = 'the-token-between-caller-and-gw';

/** Every way a host was seen to quote a key. */
function quoted(key: string): string {
  const bytes = Buffer.from(key);
  return [
    key,
    encodeURIComponent(key),
    bytes.toString('base64'),
    bytes.toString('hex'),
    `?api_key=${key}`,
  ].join(' ');
}

function leaks(text: string, key: string): string[] {
  const bytes = Buffer.from(key);
  const forms = [key, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex')];
  return forms.filter((form) => text.includes(form));
}

function json(status: number, body: string, more = ''): string {
  return `HTTP/1.1 ${status} X\r\ncontent-type: application/json\r\n${more}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

describe('a key that a provider quotes', () => {
  const said = JSON.stringify({ error: { message: `bad ${quoted(KEY)}` } });
  test.each([
    ['in its error', json(401, said)],
    ['in an error page', json(500, `<html>${quoted(KEY)}</html>`)],
    ['in a rejection', json(400, said)],
    ['in its request id', json(400, said, `x-request-id: req-${KEY}\r\n`)],
    ['in an error inside a 200', json(200, JSON.stringify({ error: { message: quoted(KEY), code: 400 } }))],
    [
      'in the last words of a stream',
      `${head('text/event-stream')}data: ${chunk({ content: 'Hi' })}\n\ndata: ${said}\n\n`,
    ],
  ])(
    '%s reaches neither the caller nor the trail nor the log [promise:no-secret-leaks]',
    async (_, bytes) => {
      const server = await rawServer((socket) => void socket.end(bytes));
      const ground = await openGround({
        providers: [{ name: 'first', url: server.url, keys: [KEY] }],
        policy: NO_BREAKER,
      });
      const answer = await ground.chat('m', bytes.includes('event-stream') ? { stream: true } : {});
      const trail = await ground.trailOf(answer);
      expect(leaks(answer.raw.toString('latin1'), KEY)).toEqual([]);
      // Keys of this ground are named after their values.
      expect(leaks(JSON.stringify(trail).replaceAll(`env:${KEY}`, ''), KEY)).toEqual([]);
      expect(leaks(ground.logLines.join(), KEY)).toEqual([]);
    },
  );

  test('and was the caller’s own is not kept either [promise:no-secret-leaks]', async () => {
    const body = JSON.stringify({ error: { message: `bad ${quoted(CALLER)}` } });
    const server = await rawServer((socket) => void socket.end(json(400, body)));
    const ground = await openGround({ providers: [{ name: 'first', url: server.url, auth: 'passthrough' }] });
    const request = chatRequest('m', {}, { authorization: `Bearer ${CALLER}` });
    const answer = await ground.ask({ ...request, path: `${request.path}?api_key=${CALLER}` });
    expect(leaks(JSON.stringify(await ground.trailOf(answer)), CALLER)).toEqual([]);
  });
});

describe("gw's own token", () => {
  test('stays here when a provider takes the caller’s key, which goes beside it [promise:caller-key-kept]', async () => {
    const seen: string[] = [];
    const server = await rawServer((socket, request) => {
      seen.push(request);
      socket.end(json(400, '{}'));
    });
    const ground = await openGround({
      providers: [{ name: 'first', url: server.url, auth: 'passthrough' }],
      listen: { token: new Secret(TOKEN) },
    });
    expect((await ground.chat('m', {}, { authorization: `Bearer ${TOKEN}` })).status).toBe(400);
    const both = { authorization: `Bearer ${CALLER}`, 'x-api-key': TOKEN };
    expect((await ground.chat('m', {}, both)).status).toBe(400);
    expect((await ground.chat('m', {}, { authorization: `Bearer ${CALLER}` })).status).toBe(401);
    expect(seen).toHaveLength(2);
    expect(seen.join()).not.toContain(TOKEN);
    expect(seen[1]).toContain(`Bearer ${CALLER}`);
  });
});

describe('a page of another site', () => {
  test.each(['cross-site', 'same-site'])(
    'that has a browser send a GET (%s) is refused before any work [promise:browser-refused]',
    async (site) => {
      const ground = await openGround();
      const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' };
      const answer = await ground.ask({ method: 'GET', path: '/v1/files', headers });
      expect(answer.status).toBe(403);
      expect(ground.calls('first')).toBe(0);
    },
  );

  test('may be followed to the address itself', async () => {
    const ground = await openGround();
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await ground.ask({ method: 'GET', path: '/', headers })).status).toBe(200);
  });
});

describe('a path', () => {
  test.each([
    '/v1/../admin',
    '/v1/%2e%2e/admin',
    '/v1/..%2fadmin',
    '/v1/..\\admin',
    '/v1/..%5cadmin',
    '/v1/..;/admin',
    '/v1/..%3b/admin',
    '/v1/%252e%252e/admin',
    '/v1/files/../../admin',
    '//other.example/v1/files',
    'http://other.example/v1/files',
  ])('that leaves the provider’s prefix is nothing here: %s [promise:base-url-fixed]', async (path) => {
    const ground = await openGround();
    expect((await ground.ask({ method: 'GET', path })).status).toBe(404);
    expect(ground.calls('first')).toBe(0);
  });
});

describe('a name of the caller’s choice', () => {
  test('cannot make a pattern of many stars take long', async () => {
    const route = { name: 'stars', match: ['*a*a*a*a*a*a*a*a*b'], targets: [], policy: {} };
    const ground = await openGround({
      providers: ['first'],
      routes: [
        route,
        { name: 'main', match: ['*'], targets: [{ provider: 'first', model: 'm' }], policy: {} },
      ],
    });
    expect((await ground.chat('a'.repeat(1000))).status).toBe(200);
  });

  test.each([
    ['a name of a megabyte', { model: 'x'.repeat(1e6) }, {}],
    ['a thousand targets', { model: 'm', fallbacks: Array.from({ length: 1000 }, () => 'first/m') }, {}],
    ['no target at all', { model: 'm' }, { 'x-gw-targets': ',,' }],
  ])('cannot be %s', async (_, { model, ...more }, headers) => {
    const ground = await openGround({ providers: ['first'] });
    expect((await ground.chat(model, more, headers)).status).toBe(400);
    expect(ground.calls('first')).toBe(0);
  });

  test('is kept up to a bound: agent and session', async () => {
    const ground = await openGround({ providers: ['first'] });
    const headers = { 'user-agent': 'x'.repeat(5000), 'x-session-id': 'y'.repeat(5000) };
    const { client } = await ground.trailOf(await ground.chat('m', {}, headers));
    expect([client.name.length, client.session?.length]).toEqual([200, 200]);
    const user = 'z'.repeat(100_000);
    const other = await ground.trailOf(await ground.chat('m', { user }));
    expect(other.client.session).toHaveLength(200);
  });

  test('cannot end a header or begin another', async () => {
    const ground = await openGround({ providers: ['first'] });
    const answer = await ground.chat('m\r\nx-forged: 1', {}, {});
    expect(answer.headers['x-forged']).toBeUndefined();
    expect(answer.headers['x-gw-model']).toBe('m??x-forged: 1');
  });
});

test('options nested deeper than the stack are the provider’s to judge', async () => {
  const ground = await openGround({ providers: ['first'] });
  const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  const body = `{"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true,"stream_options":${deep}}`;
  expect((await ground.ask({ path: '/v1/chat/completions', body })).status).not.toBe(500);
  expect(ground.calls('first')).toBe(1);
});
