import { afterEach, describe, expect, test } from 'vitest';

import { closeGrounds, HELLO, openGround } from './ground.ts';
import { get } from './raw-client.ts';
import { closeRawServers, head, rawServer, sendJson } from './raw-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

const ANSWER = '{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"hi"}}]}';

describe('a healthy provider', () => {
  test.each([
    ['whole', {}],
    ['streamed with usage asked for', { stream: true, stream_options: { include_usage: true } }],
    ['with fields nobody knows, big integers and a key given twice', { 'x!': 1 }],
  ])('gives the caller its bytes, %s [promise:same-bytes]', async (_, more) => {
    const ground = await openGround({ providers: ['first'] });
    const model = 'm!extra-fields+proto';
    const direct = await fetch(`${new URL(ground.profile.providers[0]?.url ?? '').href}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer sk-first' },
      body: JSON.stringify({ model, messages: HELLO, ...more }),
    });
    const through = await ground.chat(model, more);
    expect(through.whole).toBe(true);
    expect(through.bytes.equals(Buffer.from(await direct.arrayBuffer()))).toBe(true);
  });

  test('gets the caller’s bytes with nothing changed but the model [promise:same-bytes]', async () => {
    const ground = await openGround({
      routes: [
        { name: 'r', match: ['asked'], targets: [{ provider: 'first', model: 'served "as"' }], policy: {} },
      ],
    });
    const body =
      '\uFEFF { "z":12345678901234567890, "model" : "asked" ,"messages":[{"role":"user","content":"model\\u0000\\ud83d\\ude00"}],"a":1.0,"a":1e400,\n\t"nested":{"model":"asked"}} \n';
    const answer = await ground.ask({ path: '/v1/chat/completions', body });
    expect(answer.headers['x-gw-model']).toBe('served "as"');
    expect(ground.simulator('first').calls[0]?.body).toBe(body.replace('"asked" ,', '"served \\"as\\"" ,'));
  });

  test('is named in the headers of every answer, and the provider’s own ids and limits are kept [promise:headers-tell]', async () => {
    const ground = await openGround();
    for (const answer of [await ground.chat(), await ground.stream()]) {
      expect(answer.status).toBe(200);
      expect(answer.headers).toMatchObject({
        'x-gw-provider': 'first',
        'x-gw-model': 'm',
        'x-gw-attempts': '1',
        'x-gw-request-id': expect.stringMatching(/^\w{10,}$/),
        'x-request-id': expect.stringMatching(/^req_sim_\d$/),
        'x-ratelimit-limit-requests': '10000',
        'x-ratelimit-remaining-requests': '9999',
        'openai-version': '2020-10-01',
      });
      expect(answer.headers['x-gw-failover']).toBeUndefined();
    }
  });

  test('cannot mirror gw’s key in its headers; what it says in its body is its own', async () => {
    const key = 'sk-canary-0123456789';
    const body = JSON.stringify({ choices: [{ message: { content: `You sent ${key}.` } }] });
    const more = `x-echo: Bearer ${key}\r\nx-seen: ${key}\r\nx-seen: more\r\n`;
    const server = await rawServer((socket) =>
      socket.write(`${head('application/json', `${more}content-length: ${body.length}\r\n`)}${body}`),
    );
    const ground = await openGround({ providers: [{ name: 'raw', url: server.url, keys: [key] }] });
    const { headers, text } = await ground.chat();
    expect(headers).toMatchObject({ 'x-echo': 'Bearer [secret]', 'x-seen': '[secret], more' });
    expect(text).toBe(body);
  });

  test('cannot set cookies, CORS headers or words of gw’s own', async () => {
    const more =
      'set-cookie: a=b\r\naccess-control-allow-origin: *\r\nx-gw-provider: liar\r\nalt-svc: h3=":1"\r\nx-odd: kept\r\nx-odd: twice\r\n';
    const server = await rawServer((socket) =>
      socket.write(`${head('application/json', `${more}content-length: ${ANSWER.length}\r\n`)}${ANSWER}`),
    );
    const ground = await openGround({ providers: [{ name: 'raw', url: server.url }] });
    const { headers, text } = await ground.chat();
    expect(text).toBe(ANSWER);
    expect(headers).toMatchObject({ 'x-gw-provider': 'raw', 'x-odd': 'kept, twice' });
    for (const name of ['set-cookie', 'access-control-allow-origin', 'alt-svc'])
      expect(headers[name]).toBeUndefined();
  });

  test('never sees the caller’s key, cookies, origin or gw’s own headers [promise:caller-key-kept]', async () => {
    const ground = await openGround({ providers: [{ name: 'first', headers: { 'x-own': 'yes' } }] });
    const secret = 'sk-callers-own-secret';
    await ground.chat(
      'm',
      {},
      {
        authorization: `Bearer ${secret}`,
        'x-api-key': secret,
        'api-key': secret,
        'x-goog-api-key': secret,
        cookie: `session=${secret}`,
        'proxy-authorization': secret,
        'x-forwarded-for': '10.0.0.1',
        'x-gw-timeout': '5s',
        connection: 'close, x-hop',
        'x-hop': secret,
        'x-mine': 'kept',
        'openai-organization': 'org-1',
      },
    );
    const [call] = ground.simulator('first').calls;
    expect(JSON.stringify(call)).not.toContain(secret);
    expect(call?.headers).toMatchObject({
      authorization: 'Bearer sk-first',
      'x-mine': 'kept',
      'openai-organization': 'org-1',
      'x-own': 'yes',
      'accept-encoding': 'identity',
    });
    expect(Object.keys(call?.headers ?? {}).filter((name) => /^x-(gw|forwarded)/.test(name))).toEqual([
      'x-gw-via',
    ]);
  });

  test('sees the caller’s key when it is told to be passed through, and none when it takes none [promise:caller-key-kept]', async () => {
    const ground = await openGround({
      providers: [
        { name: 'first', auth: 'passthrough', keys: [] },
        { name: 'second', auth: 'none', keys: [] },
      ],
    });
    const key = { authorization: 'Bearer sk-callers' };
    await ground.chat('m', {}, key);
    await ground.chat('m', {}, { ...key, 'x-gw-targets': 'second/m' });
    expect(ground.simulator('first').calls[0]?.key).toBe('sk-callers');
    expect(ground.simulator('second').calls[0]?.key).toBeUndefined();
  });
});

describe('other operations', () => {
  test('fail over like chat: embeddings, text completions, moderations, images, speech', async () => {
    const ground = await openGround();
    for (const [path, more, essential] of [
      ['embeddings', { input: 'x' }, 'data'],
      ['completions', { prompt: 'x' }, 'choices'],
      ['moderations', { input: 'x' }, 'results'],
      ['images/generations', { prompt: 'x' }, 'data'],
    ] as const) {
      const answer = await ground.ask({
        path: `/v1/${path}`,
        body: JSON.stringify({ model: 'm!503', ...more }),
      });
      expect(answer.headers['x-gw-provider'], path).toBe('second');
      expect(get(answer.json, essential), path).toBeInstanceOf(Array);
    }
    const body = JSON.stringify({ model: 'm!503', input: 'x', voice: 'alloy' });
    const speech = await ground.ask({ path: '/v1/audio/speech', body });
    expect(speech.headers).toMatchObject({
      'content-type': expect.stringMatching(/^audio\//),
      'x-gw-provider': 'second',
    });
    expect(speech.bytes.length).toBeGreaterThan(100);
  });

  test('in multipart keep every byte but the model’s name on the way to the next target', async () => {
    const ground = await openGround();
    const file = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7) % 256));
    const part = (name: string, value: string | Buffer, more = ''): Buffer =>
      Buffer.concat([
        Buffer.from(`--XX\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`),
        Buffer.from(value),
        Buffer.from('\r\n'),
      ]);
    const parts = [part('file', file, '; filename="a.wav"'), part('model', 'm!503')];
    const answer = await ground.ask({
      path: '/v1/audio/transcriptions',
      headers: { 'content-type': 'multipart/form-data; boundary=XX' },
      body: Buffer.concat([...parts, Buffer.from('--XX--\r\n')]),
    });
    expect(answer.headers['x-gw-provider']).toBe('second');
    const [first] = ground.simulator('first').calls;
    const [second] = ground.simulator('second').calls;
    expect(second?.body).toBe(first?.body.replace('m!503', 'backup'));
    expect(second?.headers['content-type']).toBe('multipart/form-data; boundary=XX');
  });

  test('that leave something behind go to the first target and nowhere else', async () => {
    const ground = await openGround();
    ground.simulator('first').setFault('503');
    const answer = await ground.ask({ path: '/v1/files?purpose=x', body: '{}' });
    expect(answer.status).toBe(503);
    expect([ground.simulator('first').calls[0]?.path, ground.calls('second')]).toEqual(['/v1/files', 0]);
    ground.simulator('first').setFault(undefined);
    const echo = await ground.ask({ method: 'GET', path: '/v1/echo/a%20b?c=d' });
    expect(echo.status).toBe(200);
    expect(echo.text).toContain('/v1/echo/a%20b');
  });

  test('of a whole answer larger than is held are passed on as they come', async () => {
    const body = `{"data":[${'0,'.repeat(3_000_000)}0]}`;
    const server = await rawServer((socket) => sendJson(socket, body));
    const ground = await openGround({ providers: [{ name: 'raw', url: server.url }] });
    const answer = await ground.ask({ path: '/v1/embeddings', body: '{"model":"m"}' });
    expect(answer.text).toBe(body);
    expect((await ground.trailOf(answer)).outcome).toBe('served');
  });
});

describe('what gw answers itself', () => {
  test('lists what the providers say they have, read with their own keys, and does without one that is down', async () => {
    const ground = await openGround({
      readModels: true,
      providers: [
        { name: 'first', keys: ['sk-first'], simulator: { models: ['sim-a', 'sim-b'], keys: ['sk-first'] } },
        { name: 'second', url: 'http://127.0.0.1:9/v1' },
      ],
    });
    const list = async (): Promise<string> =>
      JSON.stringify(get((await ground.ask({ method: 'GET', path: '/v1/models' })).json, 'data'));
    await expect.poll(list).toContain('"sim-b"');
    expect(await list()).toContain('"sim-a"');
    expect(ground.simulator('first').calls).toMatchObject([{ path: '/v1/models', key: 'sk-first' }]);
    expect(ground.trails).toEqual([]);
  });

  test('is the list of models, also while every provider is down, and probes', async () => {
    const ground = await openGround({
      providers: [{ name: 'first', url: 'http://127.0.0.1:9/v1', models: ['m-1', 'm-2'] }],
    });
    const models = await ground.ask({ method: 'GET', path: '/v1/models' });
    expect(get(models.json, 'data.0')).toMatchObject({ object: 'model' });
    expect(JSON.stringify(get(models.json, 'data'))).toMatch(/"main".*|"m-1".*"m-2"/);
    expect((await ground.ask({ method: 'GET', path: '/v1/models/m-1' })).status).toBe(200);
    for (const path of ['/', '/v1', '/api/hello']) {
      expect((await ground.ask({ method: 'GET', path })).status).toBe(200);
      expect(await ground.ask({ method: 'HEAD', path })).toMatchObject({ status: 200, text: '' });
    }
    expect((await ground.ask({ path: '/api/event_logging/batch', body: '{}' })).status).toBe(204);
    expect(ground.trails).toEqual([]);
  });

  test('survives a model name that does not decode', async () => {
    const ground = await openGround();
    expect((await ground.ask({ method: 'GET', path: '/v1/models/%E0%A4%A' })).status).toBe(200);
  });

  test('takes paths as clients spell them', async () => {
    const ground = await openGround();
    const body = JSON.stringify({ model: 'm', messages: HELLO });
    for (const path of [
      '/chat/completions',
      '/v1/v1/chat/completions',
      '//v1//chat/completions/',
      '/v1/chat/completions?beta=1',
    ]) {
      expect((await ground.ask({ path, body })).status, path).toBe(200);
    }
    expect(new Set(ground.simulator('first').calls.map((call) => call.path))).toEqual(
      new Set(['/v1/chat/completions']),
    );
  });
});

test.each([['openai-chat'], ['anthropic-messages']] as const)(
  'a whole answer that stops coming is begun anew by another target, sooner than the last one is given up (%s) [promise:whole-stall-begun-anew]',
  async (format) => {
    const ground = await openGround({
      providers: [{ name: 'first', format }, 'second'],
      policy: { idleMs: 60_000, idleTakeoverMs: 300 },
    });
    const answer = await ground.chat('m!stall@byte=20');
    const { attempts, served } = await ground.trailOf(answer);
    expect([answer.status, served?.provider]).toEqual([200, 'second']);
    expect(attempts[0]).toMatchObject({ fault: 'upstream_timeout', message: 'nothing came for 300ms' });
  },
);
