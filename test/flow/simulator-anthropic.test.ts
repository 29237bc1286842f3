import Anthropic, {
  APIError,
  AuthenticationError,
  BadRequestError,
  ContentTooLargeError,
  GatewayTimeoutError,
  InternalServerError,
  NotFoundError,
  OverloadedError,
  PaymentRequiredError,
  PermissionDeniedError,
  RateLimitError,
  ServiceUnavailableError,
} from '@anthropic-ai/sdk';
import { afterEach, describe, expect, test } from 'vitest';

import type { SimulatorOptions } from '../../src/simulator/index.ts';
import { closeSimulators, simulate } from './simulator-ground.ts';

afterEach(closeSimulators);

async function claude(options: SimulatorOptions = {}) {
  const { simulator, origin } = await simulate(options);
  return { simulator, origin, client: new Anthropic({ baseURL: origin, apiKey: 'sk', maxRetries: 0 }) };
}

const HELLO = { max_tokens: 4096, messages: [{ role: 'user' as const, content: 'Tell me something.' }] };
const TOOLS: Anthropic.Tool[] = [
  { name: 'get_weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } } },
];

describe('the SDK of Anthropic raises, for', () => {
  test.each([
    ['400', BadRequestError, 'invalid_request_error'],
    ['400;code=context_length_exceeded', BadRequestError, 'invalid_request_error'],
    ['401', AuthenticationError, 'authentication_error'],
    ['402', PaymentRequiredError, 'billing_error'],
    ['403', PermissionDeniedError, 'permission_error'],
    ['404', NotFoundError, 'not_found_error'],
    ['413', ContentTooLargeError, 'request_too_large'],
    ['429;retry-after=30', RateLimitError, 'rate_limit_error'],
    ['500', InternalServerError, 'api_error'],
    ['503', ServiceUnavailableError, 'overloaded_error'],
    ['504', GatewayTimeoutError, 'timeout_error'],
    ['529', OverloadedError, 'overloaded_error'],
    ['refuse=key', AuthenticationError, 'authentication_error'],
    ['refuse=credit', BadRequestError, 'invalid_request_error'],
    ['refuse=rate', RateLimitError, 'rate_limit_error'],
    ['refuse=overloaded', OverloadedError, 'overloaded_error'],
    ['refuse=too-large', ContentTooLargeError, 'request_too_large'],
  ])('%s the class and type', async (fault, kind, type) => {
    const { client } = await claude();
    for (const stream of [false, true]) {
      const raised: unknown = await client.messages
        .create({ ...HELLO, model: `m!${fault}`, stream })
        .catch((error: unknown) => error);
      expect(raised).toBeInstanceOf(kind);
      expect(raised).toMatchObject({ type, error: { type: 'error', error: { type } } });
    }
  });

  test('a rate limit when it ends, in its own headers', async () => {
    const { client } = await claude();
    const model = 'm!429;retry-after=30;reset-requests=date:+30s';
    const raised = await client.messages.create({ ...HELLO, model }).catch((error: unknown) => error);
    const headers = (raised as RateLimitError).headers;
    expect(headers.get('retry-after')).toBe('30');
    expect(headers.get('anthropic-ratelimit-requests-remaining')).toBe('0');
    expect(Date.parse(headers.get('anthropic-ratelimit-requests-reset') ?? '')).toBeGreaterThan(Date.now());
    expect((raised as RateLimitError).requestID).toMatch(/^req_sim_/);
  });

  test.each(['error-in-200;status=529', 'error-in-200@token=4;status=529'])(
    '%s the error inside of the stream',
    async (fault) => {
      const { client } = await claude();
      const stream = client.messages.stream({ ...HELLO, model: `m!${fault}` });
      const raised: unknown = await stream.finalMessage().catch((error: unknown) => error);
      expect(raised).toBeInstanceOf(APIError);
      expect(raised).toMatchObject({ type: 'overloaded_error' });
    },
  );
});

/** Two turns with a tool and a thought; `edit` is what happens to the first answer on its way back. */
async function twoTurns(
  first: Anthropic,
  second: Anthropic,
  edit: (content: Anthropic.ContentBlock[]) => Anthropic.ContentBlockParam[] = (content) => content,
  model = 'm',
) {
  const thinking = { type: 'enabled' as const, budget_tokens: 1024 };
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'Use get_weather.' }];
  const asked = { max_tokens: 4096, thinking, tools: TOOLS };
  const answer = await first.messages.stream({ ...asked, model, messages }).finalMessage();
  const call = answer.content.find((block) => block.type === 'tool_use');
  messages.push({ role: 'assistant', content: edit(answer.content) });
  messages.push({
    role: 'user',
    content: [{ type: 'tool_result', tool_use_id: call?.id ?? '', content: 'sunny' }],
  });
  return second.messages.create({ ...asked, model, messages });
}

describe('a thought of the simulated Claude', () => {
  test('is taken back as it was, shown or not', async () => {
    const { client } = await claude();
    expect((await twoTurns(client, client)).stop_reason).toBe('end_turn');
    const hidden = await twoTurns(client, client, undefined, 'm!reasoning=5;hidden');
    expect(hidden.content[0]?.type).toBe('redacted_thinking');
  });

  test.each<[string, (block: Anthropic.ContentBlock) => object]>([
    ['text changed', (block) => (block.type === 'thinking' ? { thinking: `${block.thinking} ` } : {})],
    ['no signature of ours', (block) => (block.type === 'thinking' ? { signature: 'c2ltMQ==' } : {})],
    ['an empty signature', (block) => (block.type === 'thinking' ? { signature: '' } : {})],
  ])('is refused with %s', async (_what, change) => {
    const { client } = await claude();
    const edited = twoTurns(
      client,
      client,
      (content) => content.map((block) => ({ ...block, ...change(block) })) as Anthropic.ContentBlockParam[],
    );
    await expect(edited).rejects.toThrow('messages.1.content.0: Invalid `signature` in `thinking` block');
  });

  test("is refused by another owner's models, and taken by the same owner's", async () => {
    const [one, other, twin] = [
      await claude({ name: 'one' }),
      await claude({ name: 'other' }),
      await claude({ name: 'twin', owner: 'one' }),
    ];
    await expect(twoTurns(one.client, other.client)).rejects.toBeInstanceOf(BadRequestError);
    expect((await twoTurns(one.client, twin.client)).stop_reason).toBe('end_turn');
  });

  test('may not be left out of the turn that goes on', async () => {
    const { client } = await claude();
    const without = twoTurns(client, client, (content) => content.filter(({ type }) => type === 'tool_use'));
    await expect(without).rejects.toThrow('Expected `thinking` or `redacted_thinking`, but found `tool_use`');
  });
});

const CALL = { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: {} };
const RESULT = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'sunny' };
const USER = { role: 'user', content: 'Hi.' };
const said = (...content: unknown[]): unknown => ({ role: 'assistant', content });
const told = (...content: unknown[]): unknown => ({ role: 'user', content });
const turns = (...messages: unknown[]): object => ({ messages });

describe('the simulated Messages API refuses', () => {
  test.each<[string, object, string]>([
    ['no limit', { max_tokens: undefined }, 'max_tokens: Field required'],
    ['a limit of nothing', { max_tokens: 0 }, 'max_tokens: Input should be greater'],
    ['no messages', { messages: undefined }, 'messages: Field required'],
    ['an empty list', turns(), 'at least one message'],
    ['an unknown role', turns({ role: 'tool', content: 'x' }), "messages.0.role: Input should be 'user'"],
    ['a system message first', turns({ role: 'system', content: 'x' }, USER), 'Unexpected role "system"'],
    [
      'an assistant first',
      turns({ role: 'assistant', content: 'x' }, USER),
      'first message must use the "user"',
    ],
    ['fields of OpenAI', { stop: ['x'] }, 'stop: Extra inputs are not permitted'],
    ['an empty text', turns(told({ type: 'text', text: '' })), 'text content blocks must be non-empty'],
    ['a blank text', turns(told({ type: 'text', text: ' ' })), 'must contain non-whitespace text'],
    ['an empty message', turns({ role: 'user', content: '' }), 'must have non-empty content'],
    ['a trailing space', turns(USER, { role: 'assistant', content: 'So ' }), 'trailing whitespace'],
    ['an unknown block', turns(told({ type: 'input_text', text: 'x' })), "Input tag 'input_text' found"],
    ['a call unanswered', turns(USER, said(CALL), USER), '`tool_use` ids were found without `tool_result`'],
    ['a call left open', turns(USER, said(CALL)), '`tool_use` ids were found without `tool_result`'],
    [
      'a result after other content',
      turns(USER, said(CALL), told({ type: 'text', text: 'So:' }, RESULT)),
      '`tool_use` ids were found without `tool_result`',
    ],
    [
      'a result of no call',
      turns(told(RESULT)),
      'unexpected `tool_use_id` found in `tool_result` blocks: toolu_1',
    ],
    ['two results of one call', turns(USER, said(CALL), told(RESULT, RESULT)), 'must have a single result'],
    [
      'an id used twice',
      turns(USER, said(CALL), told(RESULT), said(CALL), told(RESULT)),
      '`tool_use` ids must be unique',
    ],
    ['an illegal id', turns(USER, said({ ...CALL, id: 'functions.a:0' })), 'String should match pattern'],
    ['input that is text', turns(USER, said({ ...CALL, input: '{}' })), 'Input should be a valid dictionary'],
    ['a tool without schema', { tools: [{ name: 'a' }] }, 'tools.0.custom.input_schema: Field required'],
    [
      'a schema that is no object',
      { tools: [{ name: 'a', input_schema: { type: 'string' } }] },
      "input_schema.type: Input should be 'object'",
    ],
    [
      'a tool named oddly',
      { tools: [{ name: 'a.b', input_schema: { type: 'object' } }] },
      'tools.0.custom.name',
    ],
    ['two tools of one name', { tools: [...TOOLS, ...TOOLS] }, 'Tool names must be unique'],
    ['a choice without tools', { tool_choice: { type: 'any' } }, 'while providing `tools`'],
    ["OpenAI's tool choice", { tools: TOOLS, tool_choice: 'required' }, 'tool_choice: Input tag'],
    ['too much heat', { temperature: 1.5 }, 'temperature: range: 0..1'],
    [
      'too small a budget',
      { thinking: { type: 'enabled', budget_tokens: 100 } },
      'greater than or equal to 1024',
    ],
    [
      'a budget over the limit',
      { max_tokens: 1024, thinking: { type: 'enabled', budget_tokens: 2048 } },
      'must be greater than `thinking.budget_tokens`',
    ],
    [
      'a forced tool while thinking',
      { tools: TOOLS, tool_choice: { type: 'any' }, thinking: { type: 'enabled', budget_tokens: 1024 } },
      'Thinking may not be enabled when tool_choice forces tool use',
    ],
    [
      'five cache marks',
      turns(
        told(
          ...Array.from({ length: 5 }, () => ({
            type: 'text',
            text: 'x',
            cache_control: { type: 'ephemeral' },
          })),
        ),
      ),
      'A maximum of 4 blocks with cache_control',
    ],
  ])('%s', async (_what, change, message) => {
    const { client } = await claude();
    const body = { ...HELLO, model: 'm', ...change } as Anthropic.MessageCreateParamsNonStreaming;
    const raised: unknown = await client.messages.create(body).catch((error: unknown) => error);
    expect(raised).toBeInstanceOf(BadRequestError);
    expect((raised as BadRequestError).apiMessage).toContain(message);
  });

  test('a request that does not say its version', async () => {
    const { origin } = await claude();
    const answer = await fetch(`${origin}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify({ ...HELLO, model: 'm' }),
    });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { type: 'error', error: { message: 'anthropic-version: header is required' } },
    ]);
  });

  test('neither two messages of one role, nor an answer to go on from, nor results with text after them', async () => {
    const { client } = await claude();
    for (const change of [
      turns(USER, USER),
      turns(USER, { role: 'assistant', content: 'So' }),
      turns(USER, said(CALL), told(RESULT, { type: 'text', text: 'Go on.' })),
      turns(USER, said({ type: 'text', text: 'Well.' }, CALL), told(RESULT), {
        role: 'system',
        content: 'x',
      }),
    ]) {
      const body = { ...HELLO, model: 'm', ...change } as Anthropic.MessageCreateParamsNonStreaming;
      expect((await client.messages.create(body)).stop_reason).toBe('end_turn');
    }
  });
});

test('counts tokens, lists models, and gives one, in the shapes of Anthropic', async () => {
  const { client } = await claude({ models: ['m'] });
  const { messages } = HELLO;
  const { input_tokens } = await client.messages.countTokens({ model: 'm', messages });
  expect(input_tokens).toBe((await client.messages.create({ ...HELLO, model: 'm' })).usage.input_tokens);
  const models = await client.models.list();
  expect(models.data).toMatchObject([{ id: 'm', type: 'model', display_name: 'm' }]);
  expect((await client.models.retrieve('m')).id).toBe('m');
  await expect(client.models.retrieve('other')).rejects.toBeInstanceOf(NotFoundError);
});

test('the Claude of Vertex is asked at its own address, with its version in the body', async () => {
  const { origin, simulator } = await claude();
  const place = `${origin}/v1/projects/p/locations/eu/publishers/anthropic/models`;
  const body = JSON.stringify({ ...HELLO, anthropic_version: 'vertex-2023-10-16' });
  const whole = await fetch(`${place}/claude:rawPredict`, { method: 'POST', body });
  expect(await whole.json()).toMatchObject({ type: 'message', stop_reason: 'end_turn' });
  const streamed = await fetch(`${place}/claude!tokens=3:streamRawPredict`, { method: 'POST', body });
  expect(await streamed.text()).toMatch(/^event: message_start\n[^]*event: message_stop\n/);
  expect(simulator.calls.map(({ model }) => model)).toEqual(['claude', 'claude']);
});
