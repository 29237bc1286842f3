import { afterEach, describe, expect, test } from 'vitest';

import { closeSimulators, postTo, simulate } from './simulator-ground.ts';

afterEach(closeSimulators);

const USER = { role: 'user', content: 'Hi.' };

describe('the simulated Cohere', () => {
  test.each([
    ['400', 400],
    ['401', 401],
    ['402', 402],
    ['429', 429],
    ['503', 503],
    ['refuse=credit', 402],
    ['refuse=model', 404],
  ])('refuses %s with an id and a message', async (fault, status) => {
    const { origin } = await simulate();
    const answer = await postTo(`${origin}/v2/chat`, { model: `m!${fault}`, messages: [USER] });
    expect([answer.status, await answer.json()]).toEqual([
      status,
      { id: expect.any(String), message: expect.stringMatching(/\w/) },
    ]);
  });

  const CALL = {
    role: 'assistant',
    tool_calls: [{ id: 'a_1', type: 'function', function: { name: 'a', arguments: '{}' } }],
  };

  test.each<[string, object]>([
    ['no messages', { messages: [] }],
    ['an unknown role', { messages: [{ role: 'developer', content: 'x' }] }],
    ['an empty message', { messages: [{ role: 'user', content: '' }] }],
    ['a result of no call', { messages: [USER, { role: 'tool', tool_call_id: 'a_1', content: 'x' }] }],
    ['a call unanswered', { messages: [USER, CALL, USER] }],
    ["OpenAI's tool choice", { messages: [USER], tool_choice: 'required' }],
  ])('refuses %s', async (_what, body) => {
    const { origin } = await simulate();
    const answer = await postTo(`${origin}/v2/chat`, { model: 'm', ...body });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { message: expect.stringMatching(/^invalid request: /) },
    ]);
  });

  test('embeds in the kinds asked for, and ranks the nearest document first', async () => {
    const { origin } = await simulate();
    const asked = { model: 'm', texts: ['river', 'river'], input_type: 'search_query', output_dimension: 4 };
    const embedded = await postTo(`${origin}/v2/embed`, { ...asked, embedding_types: ['float', 'int8'] });
    const { embeddings } = (await embedded.json()) as { embeddings: Record<string, number[][]> };
    expect(embeddings['float']?.[0]).toEqual(embeddings['float']?.[1]);
    expect(embeddings['int8']?.[0]).toEqual(
      embeddings['float']?.[0]?.map((value) => Math.round(value * 127)),
    );
    expect((await postTo(`${origin}/v2/embed`, { model: 'm', texts: ['x'] })).status).toBe(400);
    const documents = ['a lantern', 'the river at night', 'almonds'];
    const ranked = await postTo(`${origin}/v2/rerank`, {
      model: 'm',
      query: 'river at night',
      documents,
      top_n: 2,
    });
    expect(await ranked.json()).toMatchObject({ results: [{ index: 1 }, {}] });
  });

  test('ends a stream that fails with the error as its reason', async () => {
    const { origin } = await simulate();
    const body = { model: 'm!error-in-200@token=2;message=Boom', messages: [USER], stream: true };
    expect(await (await postTo(`${origin}/v2/chat`, body)).text()).toMatch(
      /event: message-end\ndata: \{"type":"message-end","delta":\{"error":"Boom","finish_reason":"ERROR".*\n\n$/,
    );
  });
});
