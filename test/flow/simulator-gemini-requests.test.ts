import { GoogleGenAI } from '@google/genai';
import { afterEach, describe, expect, test } from 'vitest';

import type { SimulatorOptions } from '../../src/simulator/index.ts';
import { closeSimulators, simulate } from './simulator-ground.ts';

afterEach(closeSimulators);

async function gemini(options: SimulatorOptions = {}) {
  const { simulator, origin } = await simulate(options);
  const client = new GoogleGenAI({ apiKey: 'sk-test', httpOptions: { baseUrl: origin } });
  return { simulator, origin, client };
}

const USER = { role: 'user', parts: [{ text: 'Hi.' }] };
const CALL = { role: 'model', parts: [{ functionCall: { name: 'a', args: {} } }] };
const result = (name: string, response: unknown = { output: 'x' }): object => ({
  role: 'user',
  parts: [{ functionResponse: { name, response } }],
});
const declared = (more: object): object => ({
  contents: [USER],
  tools: [{ functionDeclarations: [{ name: 'a', ...more }] }],
});

describe('the simulated Gemini API refuses', () => {
  test.each<[string, object, string]>([
    ['no contents', {}, 'contents is not specified'],
    ['fields of OpenAI', { contents: [USER], messages: [] }, 'Unknown name "messages": Cannot find field.'],
    ['an unknown setting', { contents: [USER], generationConfig: { stop: [] } }, "at 'generation_config'"],
    [
      'an unknown role',
      { contents: [{ role: 'assistant', parts: [{ text: 'x' }] }] },
      'valid role: user, model',
    ],
    ['no parts', { contents: [{ role: 'user', parts: [] }] }, 'contents.parts must not be empty'],
    ['an empty part', { contents: [{ role: 'user', parts: [{}] }] }, "required oneof field 'data'"],
    ['an unknown part', { contents: [{ role: 'user', parts: [{ type: 'text' }] }] }, 'Unknown name "type"'],
    ['a call unanswered', { contents: [USER, CALL, USER] }, 'number of function response parts is equal'],
    ['a call left open', { contents: [USER, CALL] }, 'followed by a function response turn'],
    ['a result of no call', { contents: [result('a')] }, 'comes immediately after a function call turn'],
    [
      'a result of another function',
      { contents: [USER, CALL, result('b')] },
      'number of function response parts',
    ],
    ['a call out of nowhere', { contents: [CALL, result('a')] }, 'comes immediately after a user turn'],
    ['a result that is text', { contents: [USER, CALL, result('a', 'x')] }, 'google.protobuf.Struct'],
    ['a result without name', { contents: [USER, CALL, result('')] }, 'Name cannot be empty'],
    [
      'a signature that is no base64',
      { contents: [{ role: 'model', parts: [{ text: 'x', thoughtSignature: 'a b' }] }] },
      'Base64 decoding failed',
    ],
    ['JSON Schema in the old field', declared({ parameters: { $schema: 'x', type: 'object' } }), '"$schema"'],
    [
      'several types in the old field',
      declared({ parameters: { type: 'object', properties: { a: { type: ['string', 'null'] } } } }),
      'Proto field is not repeating',
    ],
    ['a function named oddly', declared({ name: '1a' }), 'Invalid function name'],
    ['too much heat', { contents: [USER], generationConfig: { temperature: 3 } }, 'in the range [0.0, 2.0]'],
  ])('%s', async (_what, body, message) => {
    const { origin } = await gemini();
    const answer = await fetch(`${origin}/v1beta/models/m:generateContent`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { error: { code: 400, status: 'INVALID_ARGUMENT', message: expect.stringContaining(message) } },
    ]);
  });

  test('nothing of a conversation with two calls and their results in any order', async () => {
    const { origin } = await gemini();
    const parts = ['a', 'b'].map((name) => ({ functionCall: { name, args: {} } }));
    const results = ['b', 'a'].map((name) => ({ functionResponse: { name, response: { output: 'x' } } }));
    const contents = [USER, { role: 'model', parts }, { role: 'user', parts: results }];
    const answer = await fetch(`${origin}/v1beta/models/m:generateContent`, {
      method: 'POST',
      body: JSON.stringify({ contents, generation_config: { max_output_tokens: 3 } }),
    });
    expect(await answer.json()).toMatchObject({ candidates: [{ finishReason: 'MAX_TOKENS' }] });
  });
});

describe('the simulated Gemini API', () => {
  const stream = (origin: string, model: string): Promise<string> =>
    fetch(`${origin}/v1beta/models/${model}:streamGenerateContent`, {
      method: 'POST',
      body: JSON.stringify({ contents: [USER] }),
    }).then((answer) => answer.text());

  test('streams one JSON array to those who do not ask for events', async () => {
    const { origin } = await gemini();
    const chunks = JSON.parse(await stream(origin, 'm!tokens=3')) as object[];
    expect(chunks).toHaveLength(4);
    expect(chunks.at(-1)).toMatchObject({ candidates: [{ finishReason: 'STOP' }] });
    const failed = JSON.parse(await stream(origin, 'm!error-in-200@token=2;status=503')) as object[];
    expect(failed.at(-1)).toMatchObject({ error: { code: 503 } });
    expect(JSON.parse(await stream(origin, 'm!error-in-200;status=503'))).toMatchObject([
      { error: { code: 503 } },
    ]);
    const cut = await stream(origin, 'm!tokens=9+cut@token=2;by=end');
    expect(() => JSON.parse(cut) as unknown).toThrow();
  });

  test('counts tokens, embeds one text or many, lists models', async () => {
    const { client, origin } = await gemini({ models: ['m'] });
    const counted = await client.models.countTokens({ model: 'm', contents: 'Tell me something.' });
    const answer = await client.models.generateContent({ model: 'm', contents: 'Tell me something.' });
    expect(counted.totalTokens).toBe(answer.usageMetadata?.promptTokenCount);
    const many = await client.models.embedContent({
      model: 'm',
      contents: ['river', 'harbour', 'river'],
      config: { outputDimensionality: 8 },
    });
    const [first, second, third] = (many.embeddings ?? []).map(({ values }) => values);
    expect(first).toEqual(third);
    expect(first).not.toEqual(second);
    expect(first).toHaveLength(8);
    const one = await fetch(`${origin}/v1beta/models/m:embedContent`, {
      method: 'POST',
      body: JSON.stringify({ content: { parts: [{ text: 'river' }] }, outputDimensionality: 8 }),
    });
    expect(await one.json()).toEqual({ embedding: { values: first } });
    const models = await client.models.list();
    expect(models.page.map(({ name }) => name)).toEqual(['models/m']);
    expect((await client.models.get({ model: 'm' })).name).toBe('models/m');
  });

  test('is asked at the address of Vertex too', async () => {
    const { origin, simulator } = await gemini();
    const place = `${origin}/v1/projects/p/locations/eu/publishers/google/models`;
    const answer = await fetch(`${place}/m!tokens=3:generateContent`, {
      method: 'POST',
      body: JSON.stringify({ contents: [USER] }),
    });
    expect(await answer.json()).toMatchObject({ modelVersion: 'm' });
    expect(simulator.calls[0]?.model).toBe('m');
  });
});
