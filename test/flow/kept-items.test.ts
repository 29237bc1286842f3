import { createOpenAI } from '@ai-sdk/openai';
import { generateText, isStepCount, jsonSchema, type ModelMessage, streamText, tool } from 'ai';
import OpenAI from 'openai';
import { afterEach, describe, expect, it, test } from 'vitest';

import { closeGrounds, type Ground, type GroundProvider, NO_BREAKER, openGround } from './ground.ts';
import { closeRawServers, rawServer, sendJson } from './raw-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

const KEY = 'sk-of-the-caller';
/** More turns than any question here takes. */
const MOST_TURNS = 6;
const PLACE = jsonSchema({ type: 'object', properties: { city: { type: 'string' } }, required: ['city'] });
const AI_SDK_TOOLS = {
  weather: tool({
    description: 'The weather in a city.',
    inputSchema: PLACE,
    execute: () => Promise.resolve('sunny, 21 degrees'),
  }),
  time: tool({
    description: 'The time in a city.',
    inputSchema: PLACE,
    execute: () => Promise.resolve('half past nine'),
  }),
};
const THINKING = 'reasoning=5';
const OPENAI: GroundProvider = {
  name: 'openai',
  format: 'openai-responses',
  simulator: { name: 'openai', fault: THINKING },
};
const AZURE: GroundProvider = {
  name: 'azure',
  format: 'openai-responses',
  simulator: { name: 'azure', fault: THINKING, seed: 7 },
};
const CLAUDE: GroundProvider = {
  name: 'claude',
  format: 'anthropic-messages',
  simulator: { name: 'claude', fault: THINKING },
};

function over(...providers: readonly GroundProvider[]): Promise<Ground> {
  return openGround({ providers, policy: NO_BREAKER });
}

interface Item {
  readonly type?: string;
  readonly id?: string;
  readonly role?: string;
}

/** The items of the last request a provider got. */
function lastInput(ground: Ground, name: string): Item[] {
  const { body } = ground.simulator(name).calls.at(-1) ?? { body: '{}' };
  return (JSON.parse(body) as { input: Item[] }).input;
}

function kindsOf(items: readonly Item[]): string[] {
  return items.map(({ type, role }) => type ?? role ?? '');
}

/** The AI SDK as it is out of the box: OpenAI stores every answer, and earlier ones are only named. */
class StoredConversation {
  readonly #messages: ModelMessage[] = [];
  readonly #ask: (messages: ModelMessage[]) => Promise<ModelMessage[]>;

  constructor(ground: Ground, model: string, isStreamed: boolean) {
    const settings = {
      model: createOpenAI({ baseURL: ground.url, apiKey: KEY })(model),
      tools: AI_SDK_TOOLS,
      stopWhen: isStepCount(MOST_TURNS),
      maxRetries: 0,
    };
    this.#ask = async (messages) => {
      if (!isStreamed) return (await generateText({ ...settings, messages })).responseMessages;
      const problems: unknown[] = [];
      const onError = ({ error }: { error: unknown }): void => void problems.push(error);
      const said = await streamText({ ...settings, messages, onError }).responseMessages;
      if (problems.length > 0) throw problems[0];
      return said;
    };
  }

  async ask(content: string): Promise<void> {
    this.#messages.push({ role: 'user', content });
    this.#messages.push(...(await this.#ask(this.#messages)));
  }
}

function servedBy(ground: Ground): unknown[] {
  return ground.trails.map(({ outcome, served }) => (outcome === 'served' ? served?.provider : outcome));
}

describe.each([
  ['streamed', 'gpt-5', true],
  ['streamed', 'gpt-4o', true],
  ['whole', 'gpt-5', false],
] as const)('a conversation the AI SDK lets OpenAI store (%s, %s)', (_, model, isStreamed) => {
  it('goes on at a provider of another format, which is told what was said, and comes back', async () => {
    const ground = await over(OPENAI, CLAUDE);
    const conversation = new StoredConversation(ground, model, isStreamed);
    await conversation.ask('The weather in Oslo?');
    expect(kindsOf(lastInput(ground, 'openai'))).toContain('item_reference');
    ground.simulator('openai').setFault('503');
    await conversation.ask('And the time in Rome?');
    ground.simulator('openai').setFault(THINKING);
    await conversation.ask('And the time in Lima?');

    expect(servedBy(ground)).toEqual(['openai', 'openai', 'claude', 'claude', 'openai', 'openai']);
    // Nobody had to ask twice on the way back.
    expect(ground.trails.slice(-2).map(({ attempts }) => attempts.length)).toEqual([1, 1]);
    const told = ground.simulator('claude').calls.at(-1)?.body ?? '';
    for (const part of ['weather in Oslo', 'time in Rome', 'sunny, 21 degrees', 'half past nine'])
      expect(told).toContain(part);
    expect(told).not.toContain('item_reference');
  });

  it('names what OpenAI has, and says in full what it does not have', async () => {
    const ground = await over(OPENAI, CLAUDE);
    const conversation = new StoredConversation(ground, model, isStreamed);
    await conversation.ask('The weather in Oslo?');
    const own = lastInput(ground, 'openai').filter(({ type }) => type === 'item_reference');
    ground.simulator('openai').setFault('503');
    await conversation.ask('And the time in Rome?');
    ground.simulator('openai').setFault(THINKING);
    await conversation.ask('And the time in Lima?');

    const sent = lastInput(ground, 'openai');
    expect(sent).toEqual(expect.arrayContaining(own));
    // The turn that Claude served stands between the second question and the third, without ids or foreign thoughts.
    const questions = sent.flatMap(({ role }, index) => (role === 'user' ? [index] : []));
    const away = sent.slice(questions[1], questions[2]);
    expect(kindsOf(away).slice(1)).toEqual(['function_call', 'function_call_output', 'message']);
    expect(away.filter(({ id }) => id !== undefined)).toEqual([]);
  });

  it('goes on at another provider of the same format, and comes back', async () => {
    const ground = await over(OPENAI, AZURE);
    const conversation = new StoredConversation(ground, model, isStreamed);
    await conversation.ask('The weather in Oslo?');
    ground.simulator('openai').setFault('503');
    await conversation.ask('And the time in Rome?');
    ground.simulator('openai').setFault(THINKING);
    await conversation.ask('And the time in Lima?');
    expect(servedBy(ground)).toEqual(['openai', 'openai', 'azure', 'azure', 'openai', 'openai']);
  });
});

describe('an item that is only named', () => {
  const ask = (ground: Ground, ...ids: readonly string[]): ReturnType<Ground['ask']> =>
    ground.ask({
      path: '/v1/responses',
      body: JSON.stringify({
        model: 'm',
        input: [{ role: 'user', content: 'x' }, ...ids.map((id) => ({ type: 'item_reference', id }))],
      }),
    });

  it('is a clear error where nobody but its provider knows it', async () => {
    const ground = await over(CLAUDE);
    const answer = await ask(ground, 'msg_unknown');
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('msg_unknown');
    expect(ground.calls('claude')).toBe(0);
  });

  it('is left to the provider where gw does not know it', async () => {
    const ground = await over(OPENAI);
    const answer = await ask(ground, 'msg_unknown');
    expect(answer.text).toContain("Item with id 'msg_unknown' not found");
  });

  it('is not remembered for who does not want it stored', async () => {
    // This provider does not say whether it stores.
    const item = { type: 'message', id: 'msg_1', role: 'assistant', content: [] };
    const silent = await rawServer((socket) =>
      sendJson(
        socket,
        JSON.stringify({ id: 'resp_1', object: 'response', status: 'completed', output: [item] }),
      ),
    );
    const ground = await over({ name: 'silent', format: 'openai-responses', url: silent.url }, CLAUDE);
    const first = (more: object): ReturnType<Ground['ask']> =>
      ground.ask({ path: '/v1/responses', body: JSON.stringify({ model: 'm', input: 'x', ...more }) });
    const next = (): ReturnType<Ground['ask']> =>
      ground.ask({
        path: '/v1/responses',
        headers: { 'x-gw-targets': 'claude' },
        body: JSON.stringify({
          model: 'm',
          input: [
            { role: 'user', content: 'x' },
            { type: 'item_reference', id: 'msg_1' },
          ],
        }),
      });
    await first({ store: false });
    expect((await next()).status).toBe(422);
    await first({});
    expect((await next()).status).toBe(200);
  });

  test.each([OPENAI, CLAUDE])('may be a call of a tool ($name)', async (second) => {
    const ground = await over(CLAUDE, second === CLAUDE ? { ...CLAUDE, name: 'other' } : second);
    const client = new OpenAI({ baseURL: ground.url, apiKey: KEY, maxRetries: 0 });
    const tools = [
      { type: 'function' as const, name: 'weather', parameters: { type: 'object' }, strict: false },
    ];
    const question = { role: 'user' as const, content: 'The weather in Oslo?' };
    const first = await client.responses.create({ model: 'm', input: [question], tools });
    const call = first.output.find((item) => item.type === 'function_call');
    ground.simulator('claude').setFault('503');
    const next = await client.responses.create({
      model: 'm',
      tools,
      input: [
        question,
        ...first.output.map(({ id = '' }) => ({ type: 'item_reference' as const, id })),
        { type: 'function_call_output', call_id: call?.call_id ?? '', output: 'sunny' },
      ],
    });
    expect(next.output_text).not.toBe('');
  });
});

describe('an answer gw made itself', () => {
  const open = (ground: Ground): OpenAI => new OpenAI({ baseURL: ground.url, apiKey: KEY, maxRetries: 0 });
  const tools = [
    { type: 'function' as const, name: 'weather', parameters: { type: 'object' }, strict: false },
  ];

  it('can be gone on from by its id, turn after turn', async () => {
    const ground = await over(CLAUDE);
    const client = open(ground);
    const first = await client.responses.create({ model: 'm', input: 'The weather in Oslo?', tools });
    const call = first.output.find((item) => item.type === 'function_call');
    const second = await client.responses
      .stream({
        model: 'm',
        tools,
        previous_response_id: first.id,
        input: [{ type: 'function_call_output', call_id: call?.call_id ?? '', output: 'sunny, 21' }],
      })
      .finalResponse();
    await client.responses.create({ model: 'm', input: 'Thanks!', previous_response_id: second.id });
    const told = ground.simulator('claude').calls.at(-1)?.body ?? '';
    const { messages } = JSON.parse(told) as { messages: { role: string }[] };
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user']);
    for (const part of ['The weather in Oslo?', 'sunny, 21', second.output_text, 'Thanks!'])
      expect(told).toContain(JSON.stringify(part).slice(1, -1));
  });

  it('is told in full to a provider that stores answers, from which the next turn goes on', async () => {
    const ground = await over(OPENAI, CLAUDE);
    const client = open(ground);
    ground.simulator('openai').setFault('503');
    const first = await client.responses.create({ model: 'm', input: 'Say something.' });
    ground.simulator('openai').setFault(undefined);
    const second = await client.responses.create({
      model: 'm',
      input: 'More.',
      previous_response_id: first.id,
    });
    expect(kindsOf(lastInput(ground, 'openai'))).toEqual(['user', 'message', 'user']);
    await client.responses.create({ model: 'm', input: 'More!', previous_response_id: second.id });
    expect(ground.simulator('openai').calls.at(-1)?.body).toContain(second.id);
    expect(servedBy(ground)).toEqual(['claude', 'openai', 'openai']);
  });

  it('cannot be gone on from when only its provider knew what it goes on from', async () => {
    const ground = await over(CLAUDE);
    const next = open(ground).responses.create({ model: 'm', input: 'y', previous_response_id: 'resp_x' });
    await expect(next).rejects.toThrow('does not have the answer resp_x');
  });

  it('is not remembered for who does not want it stored', async () => {
    const ground = await over(CLAUDE);
    const client = open(ground);
    const first = await client.responses.create({ model: 'm', input: 'x', store: false });
    const next = client.responses.create({ model: 'm', input: 'y', previous_response_id: first.id });
    await expect(next).rejects.toThrow(`does not have the answer ${first.id}`);
  });
});
