import { afterEach, describe, expect, test } from 'vitest';

import { closeSimulators, postTo, simulate } from './simulator-ground.ts';

afterEach(closeSimulators);

const USER = { role: 'user', content: 'Hi.' };

describe('the simulated Ollama', () => {
  test.each([
    ['404', 404, 'not found'],
    ['500', 500, 'terminated'],
    ['503', 503, 'server busy'],
  ])('refuses %s with a string', async (fault, status, message) => {
    const { origin } = await simulate();
    const answer = await postTo(`${origin}/api/chat`, { model: `m!${fault}`, messages: [USER] });
    expect([answer.status, await answer.json()]).toEqual([
      status,
      { error: expect.stringContaining(message) },
    ]);
  });

  test.each<[string, object, string]>([
    [
      'parts for content',
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] },
      'cannot unmarshal array',
    ],
    [
      'arguments that are text',
      { messages: [{ role: 'assistant', tool_calls: [{ function: { name: 'a', arguments: '{}' } }] }] },
      'function.arguments of type',
    ],
    [
      'an image by address',
      { messages: [{ ...USER, images: ['https://a.invalid/x.png'] }] },
      'illegal base64',
    ],
    ['an unknown form of answer', { messages: [USER], format: 'yaml' }, 'invalid format'],
  ])('refuses %s', async (_what, body, message) => {
    const { origin } = await simulate();
    const answer = await postTo(`${origin}/api/chat`, { model: 'm', ...body });
    expect([answer.status, await answer.json()]).toEqual([400, { error: expect.stringContaining(message) }]);
  });

  test('streams lines unless told otherwise, and says what is wrong in one of them', async () => {
    const { origin } = await simulate();
    const model = 'm!tokens=9+error-in-200@token=2;message=Boom';
    const lines = (await (await postTo(`${origin}/api/chat`, { model, messages: [USER] })).text())
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { done: false },
      { done: false },
      { error: 'Boom' },
    ]);
  });

  test('writes on from a text alone, embeds, and says what it has', async () => {
    const { origin } = await simulate({ models: ['m'] });
    const whole = await postTo(`${origin}/api/generate`, { model: 'm', prompt: 'Hi.', stream: false });
    const { response } = (await whole.json()) as { response: string };
    const chat = await postTo(`${origin}/api/chat`, { model: 'm', messages: [USER], stream: false });
    expect(await chat.json()).toMatchObject({ message: { content: response }, done_reason: 'stop' });
    const embedded = await postTo(`${origin}/api/embed`, { model: 'm', input: ['a', 'b'], dimensions: 4 });
    expect(await embedded.json()).toMatchObject({ embeddings: [{ length: 4 }, { length: 4 }] });
    expect(await (await fetch(`${origin}/api/tags`)).json()).toMatchObject({ models: [{ name: 'm' }] });
  });
});
