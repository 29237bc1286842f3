import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { field, isObject } from '../../src/lib/expect.ts';
import { answered, sent, small } from '../unit/formats/small-operations.ts';
import { bytesOf, hasRecordings, RECORDED, type RecordedExchange, recordedExchanges } from './exchanges.ts';

const taken = ({ response }: RecordedExchange): boolean => response.status === 200;
const read = (apis: readonly string[], url = /./): RecordedExchange[] =>
  hasRecordings ? recordedExchanges(...apis).filter((one) => taken(one) && url.test(one.request.url)) : [];

const requestOf = (exchange: RecordedExchange): unknown => JSON.parse(bytesOf(exchange.request).toString());
const answerOf = (exchange: RecordedExchange): unknown => JSON.parse(bytesOf(exchange.response).toString());
const modelOf = ({ request }: RecordedExchange): string =>
  decodeURIComponent(
    /\/models?\/([^/:]+(?::\d)?)/.exec(decodeURIComponent(request.url))?.[1] ?? 'embed-v4.0',
  );

/** What an OpenAI caller would have asked, for a provider to be asked this. */
function asOpenai(body: unknown): { readonly input: unknown; readonly [name: string]: unknown } {
  const nova = field(body, 'singleEmbeddingParams');
  const one = field(body, 'inputText') ?? field(field(nova, 'text'), 'value');
  return {
    input: one ?? field(body, 'texts'),
    dimensions:
      field(body, 'dimensions') ?? field(body, 'output_dimension') ?? field(nova, 'embeddingDimension'),
    input_type: field(body, 'input_type') ?? (nova === undefined ? undefined : 'search_query'),
    encoding_format: 'float',
  };
}

/** Without what is said where nothing is wanted, and what gw never cuts. */
function plain(body: unknown): unknown {
  if (!isObject(body)) return body;
  const unsaid = new Set(['normalize', 'truncate', 'embedding_types', 'max_tokens']);
  return Object.fromEntries(
    Object.entries(body).filter(([name, value]) => !unsaid.has(name) && value !== null),
  );
}

const AT_BEDROCK = read(['bedrock.invoke'], /embed/);
const AT_COHERE = read(['cohere.embed']);
const AT_GEMINI = read(['gemini.embed', 'vertex.predict'], /batchEmbedContents|embedContent|predict/);
const AT_OPENAI = read(['openai.embeddings']);

describe.skipIf(!hasRecordings)('recorded embeddings', () => {
  it('are there', () => {
    expect([AT_BEDROCK.length, AT_COHERE.length, AT_OPENAI.length > 30]).toEqual([5, 3, true]);
  });

  for (const exchange of [...AT_BEDROCK, ...AT_COHERE]) {
    it(`would have been asked for in these words: ${exchange.id}`, () => {
      const format = exchange.api === 'cohere.embed' ? 'cohere-chat' : 'bedrock-converse';
      const translation = small('embeddings', 'openai-chat', format);
      const theirs = requestOf(exchange);
      const ours = sent(translation, asOpenai(theirs), modelOf(exchange));
      expect(plain(ours.body)).toEqual(plain(theirs));
      expect(ours.losses).toEqual([]);
      const answer = answered(translation, bytesOf(exchange.response).toString(), asOpenai(theirs));
      expect(numbersIn(JSON.parse(answer.body.toString()))).toEqual(numbersIn(answerOf(exchange)));
      if (exchange.api === 'cohere.embed') expect(answer.usage).toEqual({ input: 4 });
    });
  }

  for (const exchange of AT_GEMINI) {
    it(`are read by a caller of OpenAI: ${exchange.id}`, () => {
      const translation = small('embeddings', 'openai-chat', 'gemini');
      const answer = answered(translation, bytesOf(exchange.response).toString(), {});
      expect(numbersIn(JSON.parse(answer.body.toString()))).toEqual(numbersIn(answerOf(exchange)));
    });
  }

  for (const exchange of AT_OPENAI) {
    it(`are read by a caller of Gemini: ${exchange.id}`, () => {
      const translation = small('embeddings', 'gemini', 'openai-chat');
      const path = '/models/m:batchEmbedContents';
      const answer = answered(translation, bytesOf(exchange.response).toString(), {}, { path });
      const vectors = field(answerOf(exchange), 'data');
      const embeddings = field(JSON.parse(answer.body.toString()), 'embeddings');
      expect(embeddings).toHaveLength(Array.isArray(vectors) ? vectors.length : 0);
      expect(answer.usage?.input).toBeGreaterThan(0);
    });
  }
});

describe.skipIf(!hasRecordings)('recorded rankings', () => {
  const fixture = (name: string): string =>
    readFileSync(
      join(RECORDED, 'vercel-ai', name, 'src/reranking/__fixtures__', `${name}-reranking.1.json`),
      'utf8',
    );
  const documents = ['a', 'b', 'c', 'd', 'e', 'f'];

  it('are asked of Cohere at Bedrock in these words', () => {
    const [exchange] = read(['bedrock.invoke'], /rerank/);
    if (!exchange) throw new Error('there is none');
    const theirs = requestOf(exchange);
    const translation = small('rerank', 'openai-chat', 'bedrock-converse');
    const asked = {
      query: field(theirs, 'query'),
      documents: field(theirs, 'documents'),
      top_n: field(theirs, 'top_n'),
    };
    expect(sent(translation, asked, modelOf(exchange))).toEqual({
      path: '/model/cohere.rerank-v3-5%3A0/invoke',
      body: theirs,
      losses: [],
    });
    const answer = answered(translation, bytesOf(exchange.response).toString(), asked);
    expect(JSON.parse(answer.body.toString())).toMatchObject(answerOf(exchange) as object);
  });

  it('of Cohere and Voyage are read as one', () => {
    const cohere = answered(small('rerank', 'openai-chat', 'cohere-chat'), fixture('cohere'), { documents });
    const quirks = ['rerank-top-k'] as const;
    const translation = small('rerank', 'openai-chat', 'openai-chat', quirks);
    const voyage = answered(translation, fixture('voyage'), { documents });
    for (const { body } of [cohere, voyage]) {
      const { results } = JSON.parse(body.toString());
      expect(results.map(({ index }: { readonly index: number }) => index)).toEqual([1, 0]);
    }
    expect(voyage.usage).toEqual({ input: 12 });
  });
});

/** All numbers of vectors, in order. */
function numbersIn(value: unknown): readonly number[] {
  if (Array.isArray(value)) {
    const isVector = value.length > 1 && value.every((item) => typeof item === 'number');
    return isVector ? value : value.flatMap(numbersIn);
  }
  if (!isObject(value)) return [];
  // Titan says its vector twice.
  return Object.entries(value).flatMap(([name, item]) =>
    name === 'embeddingsByType' ? [] : numbersIn(item),
  );
}
