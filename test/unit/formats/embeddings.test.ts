import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { FormatName } from '../../../src/core/operation.ts';
import { answered, answeredJson, sent, small } from './small-operations.ts';

const cohere = small('embeddings', 'openai-chat', 'cohere-chat');
const ollama = small('embeddings', 'openai-chat', 'ollama-chat');
const bedrock = small('embeddings', 'openai-chat', 'bedrock-converse');
const gemini = small('embeddings', 'openai-chat', 'gemini');
const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `text ${index}`);

describe('embeddings of an OpenAI caller', () => {
  test('are asked of Cohere with what they are for, and nothing is cut', () => {
    expect(sent(cohere, { model: 'x', input: 'a', dimensions: 256 }, 'embed-v4.0')).toEqual({
      path: '/embed',
      body: {
        model: 'embed-v4.0',
        texts: ['a'],
        input_type: 'search_document',
        output_dimension: 256,
        truncate: 'NONE',
        embedding_types: ['float'],
      },
      losses: [],
    });
  });

  test('are asked of Ollama', () => {
    expect(sent(ollama, { input: ['a', 'b'], dimensions: 64 }, 'nomic-embed-text')).toEqual({
      path: '/api/embed',
      body: { model: 'nomic-embed-text', input: ['a', 'b'], dimensions: 64, truncate: false },
      losses: [],
    });
  });

  test.each([
    ['amazon.titan-embed-text-v1', {}, { inputText: 'a' }],
    ['amazon.titan-embed-text-v2:0', { dimensions: 256 }, { inputText: 'a', dimensions: 256 }],
    [
      'us.cohere.embed-v4:0',
      { dimensions: 512, input_type: 'search_query' },
      { texts: ['a'], input_type: 'search_query', output_dimension: 512, truncate: 'NONE' },
    ],
    ['cohere.embed-english-v3', {}, { texts: ['a'], input_type: 'search_document', truncate: 'NONE' }],
    [
      'amazon.nova-2-multimodal-embeddings-v1:0',
      { dimensions: 256, input_type: 'query' },
      {
        taskType: 'SINGLE_EMBEDDING',
        singleEmbeddingParams: {
          embeddingPurpose: 'GENERIC_RETRIEVAL',
          text: { value: 'a', truncationMode: 'NONE' },
          embeddingDimension: 256,
        },
      },
    ],
  ])('are asked of %s at Bedrock in its own words', (model, more, body) => {
    expect(sent(bedrock, { input: ['a'], ...more }, model)).toEqual({
      path: `/model/${encodeURIComponent(model)}/invoke`,
      body,
      losses: [],
    });
  });

  test.each([
    ['search_query', 'search_query', 'RETRIEVAL_QUERY'],
    ['query', 'search_query', 'RETRIEVAL_QUERY'],
    ['passage', 'search_document', 'RETRIEVAL_DOCUMENT'],
    ['document', 'search_document', 'RETRIEVAL_DOCUMENT'],
    ['clustering', 'clustering', 'CLUSTERING'],
  ])('say with input_type %s what they are for', (said, atCohere, atGemini) => {
    const request = { input: 'a', input_type: said };
    expect(sent(cohere, request, 'embed-v4.0').body.input_type).toBe(atCohere);
    expect(sent(gemini, request, 'm').body.requests[0].taskType).toBe(atGemini);
    expect(sent(gemini, request, 'm', ['vertex-dialect']).body.instances[0].task_type).toBe(atGemini);
    expect(sent(ollama, request, 'm').losses).toEqual(['field:input_type']);
    expect(sent(bedrock, request, 'amazon.titan-embed-text-v2:0').losses).toEqual(['field:input_type']);
  });

  test.each([cohere, ollama, gemini])('lose what has no word, and say so', (translation) => {
    const request = { input: 'a', user: 'u', input_type: 'novel', wish: 1, nothing: null };
    expect(sent(translation, request, 'm').losses).toEqual(['field:input_type', 'field:wish', 'user']);
  });

  test.each([
    [cohere, 'embed-v4.0', 96],
    [bedrock, 'cohere.embed-english-v3', 96],
    [bedrock, 'amazon.titan-embed-text-v2:0', 1],
    [bedrock, 'amazon.nova-2-multimodal-embeddings-v1:0', 1],
    [gemini, 'gemini-embedding-001', 100],
  ])('in a larger batch than the target takes are left to the next one (%#)', (translation, model, most) => {
    expect(() => sent(translation, { input: many(most) }, model)).not.toThrow();
    expect(() => sent(translation, { input: many(most + 1) }, model)).toThrow(
      `untranslatable: this model embeds at most ${most === 1 ? 'one text' : `${most} texts`} in a request, and this one has ${most + 1}`,
    );
  });

  test.each([
    [bedrock, 'amazon.titan-embed-text-v1'],
    [bedrock, 'cohere.embed-multilingual-v3'],
    [cohere, 'embed-english-light-v3.0'],
  ])('of another length than the model has are left to the next one (%#)', (translation, model) => {
    expect(() => sent(translation, { input: 'a', dimensions: 8 }, model)).toThrow(/have one length/);
  });

  test('are not asked of models at Bedrock that gw does not know', () => {
    expect(() => sent(bedrock, { input: 'a' }, 'twelvelabs.marengo-embed-2-7-v1:0')).toThrow(
      /untranslatable: gw can ask Titan, Nova and Cohere/,
    );
  });

  test.each([[cohere], [ollama], [bedrock], [gemini]])('cannot be had of tokens (%#)', (translation) => {
    for (const input of [[1, 2], [[1]], [], null, { text: 'a' }, ['a', 7]])
      expect(() => sent(translation, { input }, 'cohere.embed-v4:0')).toThrow(/only text/);
  });
});

describe('an answer with embeddings', () => {
  const two = { input: ['a', 'b'], encoding_format: 'float' };

  test.each([
    [cohere, '{"embeddings":{"float":[[1.0,4.9e-6],[2,3]]},"meta":{"billed_units":{"input_tokens":4.0}}}'],
    [ollama, '{"model":"x","embeddings":[[1.0,4.9e-6],[2,3]],"prompt_eval_count":4}'],
  ])('keeps its numbers as they were written, and says its tokens (%#)', (translation, body) => {
    const answer = answered(translation, body, two);
    expect(answer.body.toString()).toBe(
      '{"object":"list","data":[{"object":"embedding","index":0,"embedding":[1.0,4.9e-6]},' +
        '{"object":"embedding","index":1,"embedding":[2,3]}],"model":"m","usage":{"prompt_tokens":4,"total_tokens":4}}',
    );
    expect(answer.usage).toEqual({ input: 4 });
  });

  test.each([
    [{ embedding: [1, 2], inputTextTokenCount: 3, embeddingsByType: { float: [[1, 2]] } }, 3],
    [{ embeddings: [{ embedding: [1, 2], embeddingType: 'TEXT' }] }, undefined],
    [{ embeddings: [[1, 2]], response_type: 'embeddings_floats' }, undefined],
    [{ embeddings: { float: [[1, 2]] }, response_type: 'embeddings_by_type' }, undefined],
  ])('of Bedrock is read in every family’s shape: %j', (body, tokens) => {
    const answer = answered(bedrock, body, { input: 'a' });
    expect(JSON.parse(answer.body.toString()).data).toEqual([
      { object: 'embedding', index: 0, embedding: [1, 2] },
    ]);
    expect(answer.usage?.input).toBe(tokens);
  });

  test('counts the tokens of predictions together', () => {
    const one = { embeddings: { values: [1], statistics: { token_count: 4 } } };
    expect(answered(gemini, { predictions: [one, one] }, two).usage).toEqual({ input: 8 });
  });

  test('comes in base64 where that was asked for', () => {
    const body = { embeddings: [[0.5, -1.25]] };
    const { data } = answeredJson(ollama, body, { input: 'a', encoding_format: 'base64' });
    expect([...new Float32Array(new Uint8Array(Buffer.from(data[0].embedding, 'base64')).buffer)]).toEqual([
      0.5, -1.25,
    ]);
  });

  test('is none when vectors are missing, or for nobody', () => {
    expect(() => answered(ollama, { embeddings: [[1]] }, two)).toThrow(/1 embeddings for 2 texts/);
    expect(() => answered(ollama, { embeddings: [[1], 7] }, two)).toThrow(/not all of them/);
    for (const body of [{}, { embeddings: null }, { embeddings: {} }, { embeddings: [] }, 'no JSON'])
      expect(() => answered(cohere, body, two)).toThrow(/upstream_garbled: the answer has no embeddings/);
  });

  test('of another length than asked for is no use, and no fault of the provider’s', () => {
    expect(() => answered(ollama, { embeddings: [[1, 2]] }, { input: 'a', dimensions: 3 })).toThrow(
      'untranslatable: its vectors have 2 numbers, not the 3 asked for',
    );
  });
});

describe('embeddings of a Gemini caller', () => {
  const content = (text: string) => ({ content: { parts: [{ text }] } });
  const batch = { requests: ['a', 'b'].map((text) => ({ ...content(text), taskType: 'RETRIEVAL_QUERY' })) };
  const path = '/models/m:batchEmbedContents';

  test('go to Cohere by way of OpenAI’s shape, and come back', () => {
    const translation = small('embeddings', 'gemini', 'cohere-chat');
    expect(sent(translation, batch, 'embed-v4.0')).toMatchObject({
      path: '/embed',
      body: { texts: ['a', 'b'], input_type: 'search_query' },
      losses: [],
    });
    const body = '{"embeddings":{"float":[[1.0,2e-3],[3,4]]},"meta":{"billed_units":{"input_tokens":5}}}';
    const answer = answered(translation, body, batch, { path });
    expect(answer.body.toString()).toBe(
      '{"embeddings":[{"values":[1.0,2e-3]},{"values":[3,4]}],"usageMetadata":{"promptTokenCount":5}}',
    );
    expect(answer.usage).toEqual({ input: 5 });
  });

  test('lose a purpose that only some of them have, or nobody else', () => {
    const translation = small('embeddings', 'gemini', 'cohere-chat');
    const mixed = { requests: [...batch.requests, content('c')] };
    expect(sent(translation, mixed, 'm')).toMatchObject({
      body: { input_type: 'search_document' },
      losses: ['field:taskType'],
    });
    const odd = { ...content('a'), task_type: 'FACT_VERIFICATION', title: 't' };
    expect(sent(translation, odd, 'm').losses).toEqual(['field:taskType', 'field:title']);
  });

  test.each<[FormatName, string, object]>([
    ['ollama-chat', 'm', { embeddings: [[1, 2]] }],
    ['bedrock-converse', 'amazon.titan-embed-text-v2:0', { embedding: [1, 2] }],
  ])('go to %s too', (format, model, body) => {
    const translation = small('embeddings', 'gemini', format);
    expect(sent(translation, { ...content('a'), outputDimensionality: 2 }, model).body).toMatchObject({
      dimensions: 2,
    });
    const answer = answeredJson(translation, body, content('a'), { path: '/models/m:embedContent' });
    expect(answer).toEqual({ embedding: { values: [1, 2] } });
  });
});

describe('embeddings and rankings', () => {
  const hostile = fc.oneof(fc.json(), fc.string());
  const all = [
    ...(['cohere-chat', 'ollama-chat', 'bedrock-converse', 'gemini'] as const).map((provider) =>
      small('embeddings', 'openai-chat', provider),
    ),
    ...(['cohere-chat', 'ollama-chat', 'bedrock-converse', 'openai-chat'] as const).map((provider) =>
      small('embeddings', 'gemini', provider),
    ),
    small('rerank', 'openai-chat', 'cohere-chat'),
    small('rerank', 'openai-chat', 'bedrock-converse'),
    small('rerank', 'openai-chat', 'openai-chat', ['rerank-top-k']),
  ];

  test('never throw, whatever they are made from', () => {
    const field = fc.constantFrom(
      'input',
      'requests',
      'content',
      'query',
      'documents',
      'data',
      'results',
      'embeddings',
    );
    const object = fc.dictionary(field, fc.jsonValue()).map((value) => JSON.stringify(value));
    const text = fc.oneof(hostile, object);
    fc.assert(
      fc.property(text, text, (request, answer) => {
        const path = '/models/m:embedContent';
        const asked = { model: 'm', path, request: Buffer.from(request), atEpochSeconds: 1 };
        for (const translation of all) {
          const made = translation.encodeRequest(asked.request, { model: 'cohere.embed-v4', quirks: [] });
          expect(['ok', 'failed']).toContain(made.is);
          expect(['ok', 'failed']).toContain(translation.decodeAnswer(Buffer.from(answer), asked).is);
        }
      }),
    );
  });
});
