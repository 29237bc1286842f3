import { describe, expect, test } from 'vitest';

import { whyUntranslated } from '../../../src/formats/direct.ts';
import { openaiChat } from '../../../src/formats/openai-chat/index.ts';
import { answered, answeredJson, sent, small } from './small-operations.ts';

const cohere = small('rerank', 'openai-chat', 'cohere-chat');
const bedrock = small('rerank', 'openai-chat', 'bedrock-converse');
const voyage = small('rerank', 'openai-chat', 'openai-chat', ['rerank-top-k']);

const ASKED = {
  model: 'x',
  query: 'rain',
  documents: ['sunny day at the beach', { text: 'rainy day in the city' }],
  top_n: 2,
  return_documents: true,
};
const TEXTS = ['sunny day at the beach', 'rainy day in the city'];

describe('a ranking', () => {
  test('is asked of each provider in its own words', () => {
    expect(sent(cohere, ASKED, 'rerank-v4.0-pro')).toEqual({
      path: '/rerank',
      body: { model: 'rerank-v4.0-pro', query: 'rain', documents: TEXTS, top_n: 2 },
      losses: [],
    });
    expect(sent(bedrock, ASKED, 'cohere.rerank-v3-5:0')).toEqual({
      path: '/model/cohere.rerank-v3-5%3A0/invoke',
      body: { query: 'rain', documents: TEXTS, top_n: 2, api_version: 2 },
      losses: [],
    });
    expect(sent(voyage, ASKED, 'rerank-2.5')).toEqual({
      path: '/rerank',
      body: { model: 'rerank-2.5', query: 'rain', documents: TEXTS, top_k: 2 },
      losses: [],
    });
  });

  test('loses what has no word there, and says so', () => {
    const more = { ...ASKED, max_tokens_per_doc: 512, rank_fields: ['a'], truncation: null };
    expect(sent(cohere, more, 'm')).toMatchObject({
      body: { max_tokens_per_doc: 512 },
      losses: ['field:rank_fields'],
    });
    expect(sent(voyage, more, 'm').losses).toEqual(['field:max_tokens_per_doc', 'field:rank_fields']);
  });

  test.each([
    [{ query: 'a' }],
    [{ query: 'a', documents: [] }],
    [{ query: 7, documents: ['a'] }],
    [{ query: 'a', documents: ['a', 7] }],
    [{ query: 'a', documents: [{ image: 'https://example.com/a.png' }] }],
    [{ query: 'a', documents: [{ text: 'a', title: 'b' }] }],
  ])('cannot be asked for with %j', (body) => {
    expect(() => sent(cohere, body, 'm')).toThrow(/untranslatable: only a query and documents of text/);
  });

  test('is asked only of models at Bedrock that rank', () => {
    expect(() => sent(bedrock, ASKED, 'amazon.nova-pro-v1:0')).toThrow(/untranslatable/);
  });

  // Answers of the real providers (vercel/ai, `reranking` fixtures).
  test.each([
    [
      cohere,
      '{"id":"b44","results":[{"index":1,"relevance_score":0.10183054},{"index":0,"relevance_score":3.0e-2}],"meta":{"billed_units":{"search_units":1}}}',
      { id: 'b44', meta: { billed_units: { search_units: 1 } } },
      '0.10183054',
    ],
    [
      voyage,
      '{"object":"list","data":[{"relevance_score":0.5703125,"index":1},{"relevance_score":0.255859375,"index":0}],"model":"rerank-2.5","usage":{"total_tokens":12}}',
      { usage: { prompt_tokens: 12, total_tokens: 12 } },
      '0.5703125',
    ],
    [
      bedrock,
      '{"results":[{"index":1,"relevance_score":0.10},{"index":0,"relevance_score":0.03}]}',
      {},
      '0.10',
    ],
  ])('comes back in the shape that callers know (%#)', (translation, body, more, score) => {
    const answer = answered(translation, body, ASKED).body.toString();
    expect(answer).toContain(
      `"index":1,"relevance_score":${score},"document":{"text":"rainy day in the city"}`,
    );
    expect(JSON.parse(answer)).toEqual({
      model: 'm',
      results: [
        { index: 1, relevance_score: expect.any(Number), document: { text: TEXTS[1] } },
        { index: 0, relevance_score: expect.any(Number), document: { text: TEXTS[0] } },
      ],
      ...more,
    });
    const { results } = answeredJson(translation, body, { ...ASKED, return_documents: false });
    expect(Object.keys(results[0])).toEqual(['index', 'relevance_score']);
  });

  test.each([
    [{}],
    [{ results: [] }],
    [{ results: [{ index: 2, relevance_score: 1 }] }],
    [{ results: [{ index: -1, relevance_score: 1 }] }],
    [{ results: [{ index: 0.5, relevance_score: 1 }] }],
    [{ results: [{ index: 0, relevance_score: '1' }] }],
    [{ results: [7] }],
  ])('is none in %j', (body) => {
    expect(() => answered(cohere, body, ASKED)).toThrow(/upstream_garbled: the answer has no ranking/);
  });
});

describe('a ranking that passes through', () => {
  const judge = (body: object) => openaiChat.judgeAnswer('rerank', Buffer.from(JSON.stringify(body)));
  const one = [{ index: 0, relevance_score: 1 }];

  test.each([
    [{ results: one, usage: { prompt_tokens: 3, total_tokens: 3 } }, 3],
    [{ results: one, usage: { total_tokens: 3 } }, 3],
    [{ data: one, usage: { total_tokens: 3 } }, 3],
    [{ results: one, meta: {} }, undefined],
  ])('is an answer: %j', (body, input) => {
    expect(judge(body)).toMatchObject({ is: 'answer' });
    expect(judge(body)).toMatchObject({ usage: input === undefined ? undefined : { input } });
  });

  test('is none without a ranking in it', () => {
    expect(judge({ results: [] })).toMatchObject({ fault: { code: 'upstream_garbled' } });
    expect(judge({ error: { message: 'no' } })).toMatchObject({ is: 'fault' });
  });
});

test('what has no translation has a reason', () => {
  expect(whyUntranslated('embeddings', 'anthropic-messages')).toBe(
    'speaks anthropic-messages, and that has no embeddings',
  );
  expect(whyUntranslated('moderations', 'openai-responses')).toMatch(/--also-speaks openai-chat/);
});
