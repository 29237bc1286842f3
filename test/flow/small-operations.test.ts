import { GoogleGenAI } from '@google/genai';
import { afterEach, describe, expect, test } from 'vitest';

import { FORMAT_NAMES, type FormatName } from '../../src/core/operation.ts';
import { keysOf } from '../../src/lib/expect.ts';
import { closeGrounds, type Ground, openGround } from './ground.ts';
import { closeRawServers, rawServer, sendJson } from './raw-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

/** A model of each format that embeds, as its vendor calls it. */
const MODELS: Readonly<Partial<Record<FormatName, string>>> = {
  'openai-chat': 'text-embedding-3-small',
  gemini: 'gemini-embedding-001',
  'cohere-chat': 'embed-v4.0',
  'ollama-chat': 'nomic-embed-text',
  'bedrock-converse': 'cohere.embed-v4:0',
};
const EMBEDDING = keysOf(FORMAT_NAMES).filter((format) => MODELS[format] !== undefined);
const RANKING = ['openai-chat', 'cohere-chat', 'bedrock-converse'] as const;
const TEXTS = ['the river at night', 'a lantern'];

/** A first provider that is down, and a second of this format. */
function groundWith(format: FormatName, model: string, down: FormatName = 'openai-chat'): Promise<Ground> {
  const name = 'default';
  const targets = [
    { provider: 'down', model: undefined },
    { provider: 'up', model },
  ];
  return openGround({
    providers: [
      { name: 'down', format: down, simulator: { fault: '503' } },
      { name: 'up', format, simulator: { name: 'same' } },
    ],
    routes: [{ name, match: ['*'], targets, policy: {} }],
  });
}

function google({ port }: Ground): GoogleGenAI {
  return new GoogleGenAI({ apiKey: 'any', httpOptions: { baseUrl: `http://127.0.0.1:${port}` } });
}

describe('embeddings, asked by OpenAI’s library,', () => {
  test.each(EMBEDDING)('come from a provider of %s when the first is down', async (format) => {
    const ground = await groundWith(format, MODELS[format] ?? '');
    const client = ground.sdk();
    // The library asks for base64 and unpacks it itself.
    const packed = await client.embeddings.create({ model: 'm', input: TEXTS, dimensions: 8 });
    expect(packed.data.map(({ index, embedding }) => [index, embedding.length])).toEqual([
      [0, 8],
      [1, 8],
    ]);
    const request = { model: 'm', input: TEXTS, dimensions: 8, encoding_format: 'float' } as const;
    const plain = await client.embeddings.create(request);
    for (const [index, { embedding }] of plain.data.entries())
      for (const [at, number] of embedding.entries())
        expect(number).toBeCloseTo(packed.data[index]?.embedding[at] ?? Number.NaN, 6);
    expect(ground.trails.map(({ outcome, served }) => [outcome, served?.provider])).toEqual([
      ['served', 'up'],
      ['served', 'up'],
    ]);
  });

  test('are the same whoever makes them, text by text', async () => {
    const heard = [];
    for (const format of EMBEDDING) {
      const ground = await groundWith(format, MODELS[format] ?? '');
      const request = { model: 'm', input: 'a lantern', dimensions: 4 };
      const { data } = await ground.sdk().embeddings.create(request);
      heard.push(data[0]?.embedding.map((number) => number.toFixed(5)));
    }
    expect(new Set(heard.map((vector) => JSON.stringify(vector))).size).toBe(1);
  });

  test('in a batch too large for the second go to the third', async () => {
    const ground = await openGround({
      providers: [{ name: 'titan', format: 'bedrock-converse' }, 'openai'],
      routes: [
        {
          name: 'default',
          match: ['*'],
          targets: [
            { provider: 'titan', model: 'amazon.titan-embed-text-v2:0' },
            { provider: 'openai', model: undefined },
          ],
          policy: {},
        },
      ],
    });
    const { data } = await ground.sdk().embeddings.create({ model: 'm', input: TEXTS });
    expect(data).toHaveLength(2);
    expect(ground.calls('titan')).toBe(0);
    expect(ground.trails[0]?.attempts[0]).toMatchObject({
      fault: 'untranslatable',
      message: 'this model embeds at most one text in a request, and this one has 2',
    });
  });
});

describe('embeddings, asked by Google’s library,', () => {
  test.each(EMBEDDING)('come from a provider of %s when the first is down', async (format) => {
    const ground = await groundWith(format, MODELS[format] ?? '', 'gemini');
    const { embeddings } = await google(ground).models.embedContent({
      model: 'm',
      contents: TEXTS,
      config: { outputDimensionality: 8, taskType: 'RETRIEVAL_QUERY' },
    });
    expect(embeddings?.map(({ values }) => values?.length)).toEqual([8, 8]);
    const lost = ['openai-chat', 'ollama-chat'].includes(format);
    expect(ground.trails[0]?.attempts.at(-1)?.losses?.length ?? 0).toBe(lost ? 1 : 0);
    expect(ground.trails[0]?.served?.provider).toBe('up');
  });
});

describe('a ranking', () => {
  const asked = {
    model: 'm',
    query: 'river at night',
    documents: ['a lantern', 'the river at night'],
    top_n: 1,
    return_documents: true,
  };

  test.each(
    RANKING.flatMap((format) =>
      ['/v1/rerank', '/rerank', '/v2/rerank'].map((path) => [format, path] as const),
    ),
  )('comes from a provider of %s, asked at %s', async (format, path) => {
    const model = format === 'bedrock-converse' ? 'cohere.rerank-v3-5:0' : 'rerank-v3.5';
    const ground = await groundWith(format, model);
    const answer = await ground.ask({ method: 'POST', path, body: JSON.stringify(asked) });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({
      results: [{ index: 1, relevance_score: expect.any(Number), document: { text: 'the river at night' } }],
    });
    expect(ground.trails[0]).toMatchObject({ operation: 'rerank', outcome: 'served' });
  });

  test('of a host that says it in its own way is put into the words of the others', async () => {
    const data = '[{"relevance_score":0.5703125,"index":1}]';
    const host = await rawServer((socket) =>
      sendJson(socket, `{"object":"list","data":${data},"model":"m","usage":{"total_tokens":12}}`),
    );
    const ground = await openGround({
      providers: [{ name: 'voyage', url: host.url, quirks: ['rerank-top-k'] }],
    });
    const answer = await ground.ask({ method: 'POST', path: '/v1/rerank', body: JSON.stringify(asked) });
    expect(JSON.parse(answer.text)).toEqual({
      model: 'm',
      results: [{ index: 1, relevance_score: 0.5703125, document: { text: 'the river at night' } }],
      usage: { prompt_tokens: 12, total_tokens: 12 },
    });
    expect(host.requests[0]).toContain('"top_k":1');
    expect(ground.trails[0]).toMatchObject({ outcome: 'served', usage: { input: 12 } });
  });
});

describe('what cannot be translated', () => {
  test.each<[string, FormatName, string]>([
    ['/v1/moderations', 'gemini', 'up speaks gemini, and nothing there judges texts by categories'],
    ['/v1/embeddings', 'anthropic-messages', 'up speaks anthropic-messages, and that has no embeddings'],
    ['/v1/rerank', 'ollama-chat', 'up speaks ollama-chat, and that ranks no documents'],
    ['/v1/audio/speech', 'cohere-chat', 'up speaks cohere-chat, and it does not speak'],
  ])('of %s is said for a provider of %s', async (path, format, words) => {
    const ground = await openGround({ providers: [{ name: 'up', format }] });
    const answer = await ground.ask({
      method: 'POST',
      path,
      body: JSON.stringify({ model: 'm', input: 'x', query: 'x', documents: ['x'], voice: 'alloy' }),
    });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(words);
    expect(ground.calls('up')).toBe(0);
  });
});
