import {
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
} from 'openai';
import { afterEach, describe, expect, test } from 'vitest';

import { closeSimulators, collect, HELLO, simulate } from './simulator-ground.ts';

afterEach(closeSimulators);

describe('the official SDK raises, for a simulated refusal,', () => {
  test.each([
    ['400', BadRequestError, {}],
    ['400;code=context_length_exceeded', BadRequestError, { code: 'context_length_exceeded' }],
    ['400;code=content_policy_violation', BadRequestError, { code: 'content_policy_violation' }],
    ['401', AuthenticationError, { code: 'invalid_api_key' }],
    ['402', APIError, { status: 402 }],
    ['403', PermissionDeniedError, {}],
    ['404;code=model_not_found', NotFoundError, { code: 'model_not_found' }],
    ['429;retry-after=30', RateLimitError, { code: 'rate_limit_exceeded' }],
    ['429;type=insufficient_quota', RateLimitError, { type: 'insufficient_quota' }],
    ['500', InternalServerError, { type: 'server_error' }],
    ['503', InternalServerError, { status: 503 }],
    ['529', InternalServerError, { type: 'overloaded_error' }],
  ])('%s the class of OpenAI', async (fault, kind, fields) => {
    const { client } = await simulate();
    for (const stream of [false, true]) {
      const error: unknown = await client.chat.completions
        .create({ model: `m!${fault}`, messages: HELLO, stream })
        .then(
          () => undefined,
          (raised: unknown) => raised,
        );
      expect(error).toBeInstanceOf(kind);
      expect(error).toMatchObject(fields);
    }
  });

  test('a refused key, when only certain keys are accepted', async () => {
    const { client, simulator } = await simulate({ keys: ['sk-right'] });
    const asked = { model: 'm', messages: HELLO };
    await expect(client.chat.completions.create(asked)).rejects.toBeInstanceOf(AuthenticationError);
    await client.withOptions({ apiKey: 'sk-right' }).chat.completions.create(asked);
    expect(simulator.calls.map(({ key, status }) => [key, status])).toEqual([
      ['sk-test', 401],
      ['sk-right', 200],
    ]);
  });

  test('an unknown model, when only certain models exist', async () => {
    const { client } = await simulate({ models: ['a'] });
    await expect(client.chat.completions.create({ model: 'b', messages: HELLO })).rejects.toBeInstanceOf(
      NotFoundError,
    );
    await client.chat.completions.create({ model: 'a', messages: HELLO });
  });

  test('a request without model or messages, or at a path that is not there', async () => {
    const { client, url } = await simulate();
    await expect(client.chat.completions.create({ model: '', messages: HELLO })).rejects.toThrow(
      'model parameter',
    );
    await expect(client.chat.completions.create({ model: 'm', messages: [] })).rejects.toThrow("'messages'");
    await expect(client.embeddings.create(JSON.parse('{"model":"m"}'))).rejects.toThrow("'input'");
    await expect(client.get('/nowhere')).rejects.toThrow('Invalid URL (GET /v1/nowhere)');
    const garbled = await fetch(`${url}/chat/completions`, { method: 'POST', body: '{"model":' });
    expect(garbled.status).toBe(400);
  });

  test('a fault text that makes no sense, naming the nearest', async () => {
    const { client } = await simulate();
    await expect(collect(client, 'm!stal@headers')).rejects.toThrow('did you mean "stall"?');
  });

  test('an error inside a 200 stream, before and after content', async () => {
    const { client } = await simulate();
    await expect(collect(client, 'm!error-in-200')).rejects.toBeInstanceOf(APIError);
    const stream = await client.chat.completions.create({
      model: 'm!error-in-200@token=2;code=rate_limit_exceeded',
      messages: HELLO,
      stream: true,
    });
    let tokens = 0;
    const read = async (): Promise<void> => {
      for await (const chunk of stream) if (chunk.choices[0]?.delta.content) tokens++;
    };
    await expect(read()).rejects.toMatchObject({ code: 'rate_limit_exceeded' });
    expect(tokens).toBe(2);
  });
});

test("the SDK's own retries see a fault once and then the answer", async () => {
  const { client, simulator } = await simulate({ fault: '503;once;retry-after-ms=1' });
  const answer = await client.chat.completions.create({ model: 'm', messages: HELLO }, { maxRetries: 1 });
  expect(answer.choices).toHaveLength(1);
  expect(simulator.calls.map(({ status, fault }) => [status, fault])).toEqual([
    [503, '503;once;retry-after-ms=1'],
    [200, undefined],
  ]);
});
