import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { GoogleGenAI } from '@google/genai';
import { embedMany } from 'ai';
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';

import type { AskedDirectly, DirectTranslation } from '../../../src/core/direct.ts';
import { directTranslation } from '../../../src/formats/direct.ts';

function row(...names: Parameters<typeof directTranslation>): DirectTranslation {
  const found = directTranslation(...names);
  if (!found) throw new Error('no translation');
  return found;
}

const fromOpenai = row('embeddings', 'openai-chat', 'gemini');
const fromGemini = row('embeddings', 'gemini', 'openai-chat');
const TARGET = { provider: 'p', model: 'text-embedding-004', quirks: [], maxOutput: undefined };

function request(translation: DirectTranslation, body: object, target: object = {}) {
  const made = translation.encodeRequest(Buffer.from(JSON.stringify(body)), { ...TARGET, ...target });
  if (made.is === 'failed') throw new Error(made.fault.message);
  return { ...made.value, body: JSON.parse(made.value.body.toString()) };
}

function answer(translation: DirectTranslation, body: object, asked: Partial<AskedDirectly>): string {
  const all = { model: 'm', path: '/embeddings', request: Buffer.from('{}'), atEpochSeconds: 1, ...asked };
  const made = translation.decodeAnswer(Buffer.from(JSON.stringify(body)), all);
  if (made.is === 'failed') throw new Error(made.fault.message);
  return made.value.body.toString();
}

function answering(body: string): () => Promise<Response> {
  return () => Promise.resolve(new Response(body, { headers: { 'content-type': 'application/json' } }));
}

describe('embeddings of an OpenAI caller, asked of Gemini', () => {
  test('go out as one batch', () => {
    expect(request(fromOpenai, { model: 'x', input: ['a', 'b'], dimensions: 8, user: 'u' })).toEqual({
      path: '/models/text-embedding-004:batchEmbedContents',
      body: {
        requests: ['a', 'b'].map((text) => ({
          model: 'models/text-embedding-004',
          content: { parts: [{ text }] },
          outputDimensionality: 8,
        })),
      },
      losses: ['user'],
    });
    expect(request(fromOpenai, { input: 'a' }).body.requests).toHaveLength(1);
  });

  test('go out as predictions at Vertex AI', () => {
    const quirks = ['vertex-dialect'];
    expect(request(fromOpenai, { input: ['a', 'b'] }, { quirks })).toMatchObject({
      path: '/publishers/google/models/text-embedding-004:predict',
      body: { instances: [{ content: 'a' }, { content: 'b' }] },
    });
    expect(request(fromOpenai, { input: 'a' }, { quirks, model: 'gemini-embedding-2' })).toMatchObject({
      path: '/publishers/google/models/gemini-embedding-2:embedContent',
      body: { content: { parts: [{ text: 'a' }] } },
    });
  });

  test.each([[{ input: [1, 2] }], [{ input: [[1], [2]] }], [{ input: [] }], [{}], [{ input: ['a', 7] }]])(
    'cannot be had of %j',
    (body) => {
      expect(() => request(fromOpenai, body)).toThrow(/only text/);
    },
  );

  test.each([
    [
      'embeddings',
      { embeddings: [{ values: [0.5, -1.25] }, { values: [1, 2] }], usageMetadata: { promptTokenCount: 4 } },
    ],
    [
      'predictions',
      { predictions: [{ embeddings: { values: [0.5, -1.25] } }, { embeddings: { values: [1, 2] } }] },
    ],
  ])('are read by OpenAI’s SDK from %s', async (_, body) => {
    // The SDK asks for base64 on its own account.
    const sent = Buffer.from('{"encoding_format":"base64"}');
    const fetch = answering(answer(fromOpenai, body, { request: sent }));
    const client = new OpenAI({ apiKey: 'x', fetch });
    const read = await client.embeddings.create({ model: 'm', input: ['a', 'b'] });
    expect(read.data.map(({ embedding }) => embedding)).toEqual([
      [0.5, -1.25],
      [1, 2],
    ]);
  });

  test('keep their numbers as they were written', () => {
    const text = '{"embedding":{"values":[1.0,4.9e-6]}}';
    const made = fromOpenai.decodeAnswer(Buffer.from(text), {
      model: 'm',
      path: '',
      atEpochSeconds: 1,
      request: Buffer.from('{"encoding_format":"float"}'),
    });
    expect(made.is === 'ok' ? made.value.body.toString() : '').toContain('"embedding":[1.0,4.9e-6]');
  });

  test.each([[{}], [{ embeddings: [] }], [{ embeddings: [{}] }], [{ embedding: 7 }]])(
    'are not in %j',
    (body) => {
      expect(() => answer(fromOpenai, body, {})).toThrow(/no embeddings/);
    },
  );
});

describe('embeddings of a Gemini caller, asked of OpenAI', () => {
  test('go out as one list', () => {
    const content = (text: string) => ({ content: { parts: [{ text }] } });
    expect(
      request(fromGemini, {
        requests: [{ ...content('a'), outputDimensionality: 8, taskType: 'X' }, content('b')],
      }),
    ).toEqual({
      path: '/embeddings',
      body: { model: 'text-embedding-004', input: ['a', 'b'], dimensions: 8, encoding_format: 'float' },
      losses: ['field:taskType'],
    });
    expect(request(fromGemini, { model: 'models/x', ...content('a') }).body.input).toEqual(['a']);
  });

  test.each([
    [{ content: { parts: [{ inlineData: {} }] } }, /only text/],
    [{ requests: [] }, /nothing to embed/],
    [{}, /only text/],
  ])('cannot be had of %j', (body, words) => {
    expect(() => request(fromGemini, body)).toThrow(words);
  });

  const theirs = {
    data: [
      { index: 1, embedding: [1, 2] },
      { index: 0, embedding: Buffer.from(new Float32Array([0.5, -1.25]).buffer).toString('base64') },
    ],
    usage: { prompt_tokens: 4 },
  };

  test('are read by Google’s SDK', async () => {
    const path = '/models/m:batchEmbedContents';
    const fetch = answering(answer(fromGemini, theirs, { path }));
    const client = new GoogleGenAI({ apiKey: 'x', httpOptions: { fetch } });
    const { embeddings } = await client.models.embedContent({ model: 'm', contents: ['a', 'b'] });
    expect(embeddings?.map(({ values }) => values)).toEqual([
      [0.5, -1.25],
      [1, 2],
    ]);
  });

  test('are read by the AI SDK', async () => {
    const path = '/models/m:batchEmbedContents';
    const fetch = answering(answer(fromGemini, theirs, { path }));
    const model = createGoogleGenerativeAI({ apiKey: 'x', fetch }).embeddingModel('m');
    const { embeddings } = await embedMany({ model, values: ['a', 'b'] });
    expect(embeddings).toEqual([
      [0.5, -1.25],
      [1, 2],
    ]);
  });

  test('of one text are no list', () => {
    const one = { data: [{ index: 0, embedding: [1] }] };
    expect(JSON.parse(answer(fromGemini, one, { path: '/models/m:embedContent' }))).toEqual({
      embedding: { values: [1] },
    });
  });

  test.each([[{}], [{ data: [] }], [{ data: [{ embedding: 7 }] }]])('are not in %j', (body) => {
    expect(() => answer(fromGemini, body, {})).toThrow(/no embeddings/);
  });
});
