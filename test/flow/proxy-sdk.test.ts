import OpenAI, {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  toFile,
  UnprocessableEntityError,
} from 'openai';
import { afterEach, describe, expect, test } from 'vitest';

import { closeGrounds, type Ground, HELLO, NO_BREAKER, openGround, until } from './ground.ts';

afterEach(closeGrounds);

const WEATHER = {
  type: 'function' as const,
  function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};

async function collect(client: OpenAI, model: string): Promise<string> {
  let text = '';
  for await (const event of await client.chat.completions.create({ model, messages: HELLO, stream: true })) {
    text += event.choices[0]?.delta.content ?? '';
  }
  return text;
}

/** What was thrown; fails when nothing was. */
async function thrown(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.unreachable('nothing was thrown'),
    (error: unknown) => error,
  );
}

function direct(ground: Ground): OpenAI {
  return new OpenAI({
    baseURL: ground.profile.providers[0]?.url,
    apiKey: 'sk-first',
    maxRetries: 0,
    timeout: 5000,
  });
}

describe('the official SDK through gw', () => {
  test('gets chat, streamed and whole, as it would without gw', async () => {
    const ground = await openGround({ providers: ['first'] });
    const client = ground.sdk();
    const { data, request_id } = await client.chat.completions
      .create({ model: 'm', messages: HELLO })
      .withResponse();
    expect(data).toEqual(await direct(ground).chat.completions.create({ model: 'm', messages: HELLO }));
    expect(request_id).toMatch(/^req_sim_/);
    expect(await collect(client, 'm')).toBe(data.choices[0]?.message.content);
  });

  test('gets tool calls, streamed and whole', async () => {
    const ground = await openGround();
    const request = { model: 'm!call-tool', messages: HELLO, tools: [WEATHER] };
    const whole = await ground.sdk().chat.completions.create(request);
    expect(whole.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { tool_calls: [{ function: { name: 'get_weather' } }] },
    });
    const final = await ground.sdk().chat.completions.stream(request).finalChatCompletion();
    expect(final.choices[0]?.message.tool_calls?.[0]).toMatchObject({ function: { name: 'get_weather' } });
  });

  test('gets embeddings, models, moderations and a transcription', async () => {
    const ground = await openGround({ providers: [{ name: 'first', models: ['m-1'] }] });
    const client = ground.sdk();
    const { data } = await client.embeddings.create({ model: 'm', input: 'x' });
    expect(data[0]?.embedding.length).toBeGreaterThan(0);
    const models = [];
    for await (const model of client.models.list()) models.push(model.id);
    expect(models).toContain('m-1');
    expect((await client.models.retrieve('m-1')).id).toBe('m-1');
    expect((await client.moderations.create({ model: 'm', input: 'x' })).results).toHaveLength(1);
    const file = await toFile(Buffer.from('RIFF0000WAVE'), 'a.wav');
    expect(typeof (await client.audio.transcriptions.create({ model: 'm', file })).text).toBe('string');
  });

  test('sees nothing of a failover, streamed or not', async () => {
    const ground = await openGround({ policy: NO_BREAKER });
    for (const fault of ['401', '503', 'reset@accept', 'html-200', 'error-in-200']) {
      const model = `m!${fault}`;
      const whole = await ground.sdk().chat.completions.create({ model, messages: HELLO });
      expect(whole.model).toBe('backup');
      expect(await collect(ground.sdk(), model)).toBe(whole.choices[0]?.message.content);
    }
  });
});

type ErrorClass = abstract new (...args: never[]) => Error;

// [promise:sdk-same-error]
describe('the official SDK throws what it would without gw', () => {
  const CASES: readonly (readonly [fault: string, ErrorClass])[] = [
    ['400', BadRequestError],
    ['400;code=context_length_exceeded', BadRequestError],
    ['401', AuthenticationError],
    ['403', PermissionDeniedError],
    ['404', NotFoundError],
    ['422', UnprocessableEntityError],
    ['429', RateLimitError],
    ['429;code=insufficient_quota', RateLimitError],
    ['500', InternalServerError],
    ['503;body=html', InternalServerError],
    ['529', InternalServerError],
  ];

  test.each(CASES)('at %s, with one target', async (fault, wanted) => {
    const ground = await openGround({ providers: ['first'] });
    const request = { model: `m!${fault}`, messages: HELLO };
    const own = await thrown(direct(ground).chat.completions.create(request));
    const through = await thrown(ground.sdk().chat.completions.create(request));
    for (const error of [own, through]) expect(error).toBeInstanceOf(wanted);
    if (!(own instanceof APIError) || !(through instanceof APIError)) return expect.unreachable();
    expect([through.status, through.message, through.code, through.type, through.param]).toEqual([
      own.status,
      own.message,
      own.code,
      own.type,
      own.param,
    ]);
    expect(through.requestID).toMatch(/^req_sim_/);
  });

  test.each(CASES)('at %s, after every target of several was tried', async (fault, wanted) => {
    const ground = await openGround();
    ground.simulator('second').setFault('402');
    const through = await thrown(
      ground.sdk({ maxRetries: 2 }).chat.completions.create({ model: `m!${fault}`, messages: HELLO }),
    );
    expect(through).toBeInstanceOf(wanted);
    // The SDK was told that gw has done the retrying.
    expect(ground.trails).toHaveLength(1);
  });

  test('when a stream breaks after content', async () => {
    const ground = await openGround({ policy: { onCut: 'error' } });
    for (const fault of ['reset@token=4', 'cut@token=4;by=end', 'fin@token=4', 'error-in-200@token=4']) {
      const error = await thrown(collect(ground.sdk(), `m!${fault}`));
      expect(error, fault).toBeInstanceOf(APIError);
    }
  });

  test('when a provider cannot be reached, and when gw itself is away', async () => {
    const ground = await openGround({ providers: [{ name: 'down', url: 'http://127.0.0.1:9/v1' }] });
    expect(
      await thrown(ground.sdk().chat.completions.create({ model: 'm', messages: HELLO })),
    ).toBeInstanceOf(InternalServerError);
    const client = ground.sdk();
    await ground.proxy.close();
    expect(await thrown(client.chat.completions.create({ model: 'm', messages: HELLO }))).toBeInstanceOf(
      APIConnectionError,
    );
  });

  test('when it hangs up itself or loses patience, and the provider is let go', async () => {
    const ground = await openGround();
    const request = { model: 'm!stall@accept', messages: HELLO };
    const controller = new AbortController();
    const work = ground.sdk().chat.completions.create(request, { signal: controller.signal });
    await until(() => ground.calls('first') === 1, 'the provider was asked');
    controller.abort();
    expect(await thrown(work)).toBeInstanceOf(APIUserAbortError);
    expect(await thrown(ground.sdk({ timeout: 100 }).chat.completions.create(request))).toBeInstanceOf(
      APIConnectionTimeoutError,
    );
    await until(() => ground.trails.length === 2, 'both ended');
    expect(ground.trails.map(({ outcome }) => outcome)).toEqual(['gone', 'gone']);
    await until(
      () => ground.simulator('first').calls.every(({ end }) => end === 'aborted-by-caller'),
      'both were let go',
    );
  });

  test('when it leaves a stream in the middle', async () => {
    const ground = await openGround();
    const stream = await ground
      .sdk()
      .chat.completions.create({ model: 'm!tokens=500+slow-drip=5ms', messages: HELLO, stream: true });
    for await (const _ of stream) break;
    await until(() => ground.trails[0]?.outcome === 'gone', 'the exchange ended');
    await until(
      () => ground.simulator('first').calls[0]?.end === 'aborted-by-caller',
      'the provider was let go',
    );
  });

  test('when gw refuses: unknown model, wrong request, wrong token', async () => {
    const ground = await openGround({ routes: [] });
    const client = ground.sdk();
    expect(await thrown(client.chat.completions.create({ model: 'nobody', messages: HELLO }))).toBeInstanceOf(
      NotFoundError,
    );
    const foreign = new OpenAI({
      baseURL: ground.url,
      apiKey: 'x',
      maxRetries: 0,
      defaultHeaders: { 'x-gw-route': 'nowhere' },
    });
    expect(await thrown(foreign.chat.completions.create({ model: 'm', messages: HELLO }))).toBeInstanceOf(
      BadRequestError,
    );
  });
});
