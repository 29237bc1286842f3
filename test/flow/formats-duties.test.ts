import { afterEach, describe, expect, test } from 'vitest';

import { Secret } from '../../src/lib/secret.ts';
import { closeGrounds, type Ground, openGround, routeOver } from './ground.ts';

afterEach(closeGrounds);

const HEADERS = { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' };
const MESSAGES = { model: 'm', max_tokens: 50, messages: [{ role: 'user', content: 'Tell me something.' }] };

function post(ground: Ground, path: string, body: unknown, headers: Record<string, string> = {}) {
  return ground.ask({ path, body: JSON.stringify(body), headers: { ...HEADERS, ...headers } });
}

function get(ground: Ground, path: string, headers: Record<string, string> = {}) {
  return ground.ask({ method: 'GET', path, headers });
}

describe('the list of models', () => {
  const providers = [{ name: 'first', models: ['a', 'b'] }];
  // The default route's own name is no model; its match is everything.
  const routes = [routeOver(['first'])];

  test('has the shape of whoever asks', async () => {
    const ground = await openGround({ providers, routes });
    expect((await get(ground, '/v1/models')).json).toMatchObject({
      object: 'list',
      data: [{ id: 'a', object: 'model' }, { id: 'b' }],
    });
    expect(
      (await get(ground, '/v1/models?limit=1000', { 'anthropic-version': '2023-06-01' })).json,
    ).toMatchObject({ data: [{ type: 'model', id: 'a' }, { id: 'b' }], has_more: false, first_id: 'a' });
    expect((await get(ground, '/v1/models?client_version=0.50.0')).json).toEqual({ models: [] });
    expect((await get(ground, '/v1beta/models')).json).toMatchObject({
      models: [
        { name: 'models/a', supportedGenerationMethods: expect.arrayContaining(['generateContent']) },
        {},
      ],
    });
  });

  test('describes one model in the same shape', async () => {
    const ground = await openGround({ providers, routes });
    expect((await get(ground, '/v1beta/models/a')).json).toMatchObject({ name: 'models/a' });
    expect((await get(ground, '/v1/models/a', { 'anthropic-version': '1' })).json).toMatchObject({
      type: 'model',
      id: 'a',
    });
  });
});

describe('an error', () => {
  test('is told in the format of the path, and of the headers where there is no such path', async () => {
    const ground = await openGround({ providers: ['first'], routes: [] });
    expect((await post(ground, '/v1/messages', { ...MESSAGES, model: 'nobody' })).json).toMatchObject({
      type: 'error',
      error: { type: 'not_found_error' },
    });
    expect((await post(ground, '/v1beta/models/nobody:generateContent', {})).json).toMatchObject({
      error: { code: 404, status: 'NOT_FOUND' },
    });
    expect((await get(ground, '/nothing', { 'anthropic-version': '1' })).json).toMatchObject({
      type: 'error',
    });
    expect((await get(ground, '/nothing')).json).toMatchObject({ error: { code: 'not_found' } });
  });
});

describe('the number of tokens', () => {
  const asked = { model: 'm', messages: MESSAGES.messages };

  test('is counted by a provider of the caller’s format', async () => {
    const ground = await openGround({ providers: [{ name: 'claude', format: 'anthropic-messages' }] });
    const answer = await post(ground, '/v1/messages/count_tokens', asked);
    expect(answer.headers['x-gw-estimated']).toBeUndefined();
    expect(answer.json).toEqual({ input_tokens: expect.any(Number) });
  });

  test.each([
    ['/v1/messages/count_tokens', asked, 'input_tokens'],
    ['/v1/responses/input_tokens', { model: 'm', input: 'Tell me something.' }, 'input_tokens'],
    [
      '/v1beta/models/m:countTokens',
      { contents: [{ parts: [{ text: 'Tell me something.' }] }] },
      'totalTokens',
    ],
  ])('asked at %s is estimated when no provider can count', async (path, body, field) => {
    const ground = await openGround({ providers: ['first'] });
    const answer = await post(ground, path, body);
    expect(answer.status).toBe(200);
    expect(answer.headers['x-gw-estimated']).toBe('true');
    expect(answer.json).toMatchObject({ [field]: expect.any(Number) });
    expect(ground.calls('first')).toBe(0);
  });
});

describe('the id of a request', () => {
  test('is the provider’s own, where the caller’s library looks for it', async () => {
    const ground = await openGround({ providers: ['first'] });
    const answer = await post(ground, '/v1/messages', MESSAGES);
    const { attempts } = await ground.trailOf(answer);
    expect(answer.headers['request-id']).toBe(attempts[0]?.requestId);
    expect(answer.headers['x-request-id']).toBeUndefined();
  });
});

describe('what a target cannot be told', () => {
  const asked = { ...MESSAGES, top_k: 5 };

  test('is named in a header and in the trail', async () => {
    const ground = await openGround({ providers: ['first'] });
    const answer = await post(ground, '/v1/messages', asked);
    expect(answer.status).toBe(200);
    expect(answer.headers['x-gw-lossy']).toBe('top-k');
    expect((await ground.trailOf(answer)).attempts).toMatchObject([
      { format: 'openai-chat', losses: ['top-k'] },
    ]);
  });

  test('is only in the trail of a route that wishes silence', async () => {
    const ground = await openGround({ providers: ['first'], policy: { losses: 'silent' } });
    const answer = await post(ground, '/v1/messages', asked);
    expect(answer.headers['x-gw-lossy']).toBeUndefined();
    expect((await ground.trailOf(answer)).attempts).toMatchObject([{ losses: ['top-k'] }]);
  });

  test('leaves the target to others on a strict route', async () => {
    const claude = { name: 'claude', format: 'anthropic-messages' } as const;
    const ground = await openGround({ providers: ['first', claude], policy: { losses: 'strict' } });
    const answer = await post(ground, '/v1/messages', asked);
    expect(answer.headers['x-gw-provider']).toBe('claude');
    expect(ground.calls('first')).toBe(0);
    expect((await ground.trailOf(answer)).attempts.map(({ fault }) => fault)).toEqual([
      'untranslatable',
      undefined,
    ]);
  });

  test('does not matter to a provider that also speaks the caller’s format', async () => {
    const both = { name: 'both', alsoSpeaks: ['anthropic-messages'] } as const;
    const ground = await openGround({ providers: [both] });
    const answer = await post(ground, '/v1/messages', asked);
    expect(answer.headers['x-gw-lossy']).toBeUndefined();
    expect(ground.simulator('both').calls.at(-1)?.path).toBe('/v1/messages');
  });
});

describe('thoughts that a provider refuses', () => {
  test('are left out, and the same provider is asked again', async () => {
    const ground = await openGround({ providers: [{ name: 'claude', format: 'anthropic-messages' }] });
    const answer = await post(ground, '/v1/messages', {
      ...MESSAGES,
      messages: [
        ...MESSAGES.messages,
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature: 'made-by-another-host' },
            { type: 'text', text: 'Well.' },
          ],
        },
        { role: 'user', content: 'Go on.' },
      ],
    });
    expect(answer.status).toBe(200);
    const { attempts } = await ground.trailOf(answer);
    expect(attempts.map(({ fault }) => fault)).toEqual(['state_refused', undefined]);
    expect(attempts[1]?.losses).toContain('reasoning');
  });
});

describe('a model that lacks what is asked for', () => {
  const image = {
    type: 'image_url',
    image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' },
  };
  const seeing = { messages: [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, image] }] };
  const facts = {
    meet: () => undefined,
    of: ({ provider }: { readonly provider: string }) =>
      provider === 'first' ? { abilities: { images: false, tools: false } } : {},
    settled: () => Promise.resolve(),
  };

  test('is left out with the reason while another remains', async () => {
    const ground = await openGround({ facts });
    const answer = await ground.chat('m', seeing);
    expect(answer.headers['x-gw-provider']).toBe('second');
    expect(answer.headers['x-gw-failover']).toBeUndefined();
    expect((await ground.trailOf(answer)).plan[0]).toMatchObject({
      skipped: 'm cannot see images',
      unable: true,
    });
    expect((await ground.chat('m')).headers['x-gw-provider']).toBe('first');
  });

  test('is asked all the same when it is the last: what is known of models may be wrong', async () => {
    const ground = await openGround({ providers: ['first'], facts });
    expect((await ground.chat('m', seeing)).status).toBe(200);
  });
});

describe('gw’s own token', () => {
  test.each([
    ['x-api-key', '/v1/messages', { 'x-api-key': 'the-local-token' }],
    ['x-goog-api-key', '/v1/messages', { 'x-goog-api-key': 'the-local-token' }],
    ['the query', '/v1/messages?key=the-local-token', {}],
  ])('is taken from %s', async (_, path, headers) => {
    const ground = await openGround({
      providers: ['first'],
      listen: { token: new Secret('the-local-token') },
    });
    expect((await post(ground, path, MESSAGES, headers)).status).toBe(200);
    expect((await post(ground, '/v1/messages', MESSAGES)).status).toBe(401);
  });
});
