import {
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  type OpenAI,
  PermissionDeniedError,
  RateLimitError,
} from 'openai';
import { afterEach, describe, expect, test } from 'vitest';

import { closeSimulators, simulate } from './simulator-ground.ts';

afterEach(closeSimulators);

const HELLO = { input: 'Tell me something.' };
const TOOLS: OpenAI.Responses.FunctionTool[] = [
  {
    type: 'function',
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
    strict: false,
  },
];

describe('the SDK of OpenAI raises, for', () => {
  test.each([
    ['400', BadRequestError, {}],
    ['401', AuthenticationError, { code: 'invalid_api_key' }],
    ['402', APIError, { status: 402 }],
    ['403', PermissionDeniedError, {}],
    ['refuse=model', BadRequestError, { code: 'model_not_found', param: 'model' }],
    ['refuse=context', BadRequestError, { code: 'context_length_exceeded' }],
    ['429;retry-after=30', RateLimitError, { code: 'rate_limit_exceeded' }],
    ['refuse=credit', RateLimitError, { code: 'insufficient_quota' }],
    ['500', InternalServerError, { type: 'server_error' }],
    ['503', InternalServerError, { status: 503 }],
  ])('%s of a response the class', async (fault, kind, fields) => {
    const { client } = await simulate();
    for (const stream of [false, true]) {
      const raised: unknown = await client.responses
        .create({ ...HELLO, model: `m!${fault}`, stream })
        .catch((error: unknown) => error);
      expect(raised).toBeInstanceOf(kind);
      expect(raised).toMatchObject(fields);
    }
  });

  test('an error inside of the stream, which also ends in a failed response', async () => {
    const { client, origin } = await simulate();
    const model = 'm!error-in-200@token=4;code=rate_limit_exceeded';
    const stream = await client.responses.create({ ...HELLO, model, stream: true });
    const seen: string[] = [];
    const read = async (): Promise<void> => {
      for await (const event of stream) seen.push(event.type);
    };
    await expect(read()).rejects.toMatchObject({ code: 'rate_limit_exceeded' });
    expect(seen.filter((type) => type === 'response.output_text.delta')).toHaveLength(4);
    const raw = await fetch(`${origin}/v1/responses`, {
      method: 'POST',
      body: JSON.stringify({ ...HELLO, model, stream: true }),
    });
    expect(await raw.text()).toMatch(
      /event: error\ndata: .*\n\nevent: response\.failed\ndata: \{.*"status":"failed".*\n\n$/,
    );
  });
});

describe('a simulated response', () => {
  test('keeps to the order of events that clients rely on', async () => {
    const { client } = await simulate();
    const events: OpenAI.Responses.ResponseStreamEvent[] = [];
    const stream = await client.responses.create({
      model: 'm!tokens=2+text=One two+call-tool',
      input: 'Hi.',
      stream: true,
      tools: TOOLS,
      reasoning: { effort: 'low', summary: 'auto' },
    });
    for await (const event of stream) events.push(event);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
    const grammar = events.map(({ type }) => type.replace('response.', '')).join(' ');
    expect(grammar.replaceAll(/(\S+\.delta)(?: \1)*/g, '$1')).toBe(
      [
        'created in_progress',
        'output_item.added reasoning_summary_part.added reasoning_summary_text.delta',
        'reasoning_summary_text.done reasoning_summary_part.done output_item.done',
        'output_item.added content_part.added output_text.delta',
        'output_text.done content_part.done output_item.done',
        'output_item.added function_call_arguments.delta function_call_arguments.done output_item.done',
        'completed',
      ].join(' '),
    );
  });

  test('is gone on from by its id, as often as one likes, and can be fetched and deleted', async () => {
    const { client } = await simulate();
    const first = await client.responses.create({ model: 'm', input: 'Use get_weather.', tools: TOOLS });
    const call = first.output.find((item) => item.type === 'function_call');
    const next = {
      model: 'm',
      previous_response_id: first.id,
      input: [{ type: 'function_call_output' as const, call_id: call?.call_id ?? '', output: 'sunny' }],
    };
    const second = await client.responses.create(next);
    expect(second).toMatchObject({ status: 'completed', previous_response_id: first.id });
    expect((await client.responses.create(next)).output_text).toBe(second.output_text);
    expect((await client.responses.retrieve(first.id)).id).toBe(first.id);
    await client.responses.delete(first.id);
    await expect(client.responses.create(next)).rejects.toMatchObject({
      status: 400,
      code: 'previous_response_not_found',
    });
  });

  test('is not kept when the caller does not want that', async () => {
    const { client } = await simulate();
    const first = await client.responses.create({ model: 'm', ...HELLO, store: false });
    await expect(client.responses.retrieve(first.id)).rejects.toBeInstanceOf(NotFoundError);
  });

  test('is the same whether the conversation is sent along or gone on from', async () => {
    const { client } = await simulate();
    const first = await client.responses.create({ model: 'm', ...HELLO });
    const on = await client.responses.create({ model: 'm', previous_response_id: first.id, input: 'And?' });
    const whole = await client.responses.create({
      model: 'm',
      input: [
        { role: 'user', content: HELLO.input },
        { role: 'assistant', content: first.output_text },
        { role: 'user', content: 'And?' },
      ],
    });
    expect(on.output_text).toBe(whole.output_text);
  });

  test('has its input counted, and compacted into something it takes back', async () => {
    const { client, origin } = await simulate();
    const whole = await client.responses.create({ model: 'm', ...HELLO });
    const counted = await client.responses.inputTokens.count({ model: 'm', ...HELLO });
    expect(counted).toEqual({ object: 'response.input_tokens', input_tokens: whole.usage?.input_tokens });
    const compacted = await client.responses.compact({
      model: 'm',
      input: [
        { role: 'user', content: 'One.' },
        { role: 'assistant', content: 'Two.' },
      ],
    });
    expect(compacted.output.map(({ type }) => type)).toEqual(['message', 'compaction']);
    const output = compacted.output as OpenAI.Responses.ResponseInputItem[];
    const on = await client.responses.create({
      model: 'm',
      input: [...output, { role: 'user', content: 'So?' }],
    });
    expect(on.status).toBe('completed');
    const foreign = await simulate({ name: 'other' });
    await expect(
      foreign.client.responses.create({ model: 'm', input: [...output, { role: 'user', content: 'So?' }] }),
    ).rejects.toMatchObject({ code: 'invalid_encrypted_content' });
    expect(origin).not.toBe(foreign.origin);
  });
});

/** A first answer with reasoning that is not kept, and the same conversation sent back. */
async function twoTurns(
  first: OpenAI,
  second: OpenAI,
  edit: (item: OpenAI.Responses.ResponseOutputItem) => object[] = (item) => [item],
) {
  const asked = {
    model: 'm',
    store: false,
    tools: TOOLS,
    reasoning: { effort: 'low' as const },
    include: ['reasoning.encrypted_content' as const],
  };
  const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: 'Use get_weather.' }];
  const answer = await first.responses.stream({ ...asked, input }).finalResponse();
  input.push(...(answer.output.flatMap(edit) as OpenAI.Responses.ResponseInputItem[]));
  const call = answer.output.find((item) => item.type === 'function_call');
  input.push({ type: 'function_call_output', call_id: call?.call_id ?? '', output: 'sunny' });
  return second.responses.create({ ...asked, input });
}

describe('reasoning that the caller carries', () => {
  test('is taken back as it was', async () => {
    const { client } = await simulate();
    expect((await twoTurns(client, client)).status).toBe('completed');
  });

  test('is refused when it was changed, or is of another owner', async () => {
    const { client } = await simulate({ name: 'one' });
    const other = await simulate({ name: 'other' });
    const changed = twoTurns(client, client, (item) =>
      item.type === 'reasoning' ? [{ ...item, encrypted_content: 'gAAAAnonsense' }] : [item],
    );
    for (const refused of [changed, twoTurns(client, other.client)]) {
      await expect(refused).rejects.toMatchObject({ status: 400, code: 'invalid_encrypted_content' });
    }
  });

  test('is not found when only its id comes back, and is missed when what follows it is gone', async () => {
    const { client } = await simulate();
    const bare = twoTurns(client, client, (item) =>
      item.type === 'reasoning' ? [{ ...item, encrypted_content: undefined }] : [item],
    );
    await expect(bare).rejects.toThrow(/Item with id 'rs_\w+' not found/);
    const alone = twoTurns(client, client, (item) => (item.type === 'reasoning' ? [item] : []));
    await expect(alone).rejects.toThrow(/No tool call found|without its required following item/);
  });
});

const CALL = { type: 'function_call', call_id: 'call_1', name: 'get_weather', arguments: '{}' };
const OUTPUT = { type: 'function_call_output', call_id: 'call_1', output: 'sunny' };
const USER = { role: 'user', content: 'Hi.' };

describe('the simulated Responses API refuses', () => {
  test.each<[string, object, string, string | null]>([
    ['no input', { input: undefined }, "Missing required parameter: 'input'.", 'missing_required_parameter'],
    ['fields of chat', { messages: [USER] }, "Unknown parameter: 'messages'.", 'unknown_parameter'],
    ["chat's limit", { max_tokens: 5 }, "Unknown parameter: 'max_tokens'.", 'unknown_parameter'],
    ['a limit below sixteen', { max_output_tokens: 5 }, 'Expected a value >= 16', 'integer_below_min_value'],
    [
      'an unknown role',
      { input: [{ role: 'tool', content: 'x' }] },
      "Invalid value: 'tool'",
      'invalid_value',
    ],
    ['an unknown item', { input: [{ type: 'thing' }] }, "Invalid value: 'thing'", 'invalid_value'],
    [
      "a user's text for the assistant",
      { input: [{ role: 'assistant', content: [{ type: 'input_text', text: 'x' }] }] },
      "Invalid value: 'input_text'. Supported values are: 'output_text' and 'refusal'.",
      'invalid_value',
    ],
    ['a call unanswered', { input: [USER, CALL] }, 'No tool output found for function call call_1.', null],
    ['an output of no call', { input: [USER, OUTPUT] }, 'No tool call found for function call output', null],
    [
      'arguments that are no text',
      { input: [USER, { ...CALL, arguments: {} }, OUTPUT] },
      "Invalid type for 'input[1].arguments'",
      'invalid_type',
    ],
    [
      'an id of another kind',
      { input: [USER, { ...CALL, id: 'call_1' }, OUTPUT] },
      "Expected an ID that begins with 'fc'",
      'invalid_value',
    ],
    [
      'an id that is too long',
      { input: [USER, { ...CALL, call_id: 'x'.repeat(65) }] },
      'string too long',
      'string_above_max_length',
    ],
    [
      "chat's way to write a tool",
      { tools: [{ type: 'function', function: { name: 'a' } }] },
      "Missing required parameter: 'tools[0].name'.",
      'missing_required_parameter',
    ],
  ])('%s', async (_what, change, message, code) => {
    const { client } = await simulate();
    const body = { model: 'm', ...HELLO, ...change } as OpenAI.Responses.ResponseCreateParamsNonStreaming;
    const raised: unknown = await client.responses.create(body).catch((error: unknown) => error);
    expect(raised).toBeInstanceOf(BadRequestError);
    expect((raised as BadRequestError).message).toContain(message);
    expect((raised as BadRequestError).code).toBe(code);
  });
});
