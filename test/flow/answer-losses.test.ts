import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { afterEach, describe, expect, test } from 'vitest';

import type { FormatName } from '../../src/core/operation.ts';
import { field } from '../../src/lib/expect.ts';
import { closeGrounds, type Ground, openGround } from './ground.ts';
import { chunk, closeRawServers, rawServer, sendJson, sendStream } from './raw-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

interface Said {
  readonly whole: unknown;
  readonly stream: string;
}

function frames(events: readonly object[]): string {
  return events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
}

async function groundWith(format: FormatName, { whole, stream }: Said): Promise<Ground> {
  const provider = await rawServer((socket, request) =>
    /stream(?:GenerateContent|"\s*:\s*true)/.test(request)
      ? sendStream(socket, stream)
      : sendJson(socket, JSON.stringify(whole)),
  );
  return openGround({ providers: [{ name: 'up', format, url: provider.url }] });
}

const messages = [{ role: 'user', content: 'Speak.' }] as const;

async function askMessages(ground: Ground, stream: boolean) {
  const body = JSON.stringify({ model: 'm', max_tokens: 99, messages, stream });
  return ground.ask({ method: 'POST', path: '/v1/messages', body });
}

function lossesOf(ground: Ground): unknown[] {
  return ground.trails.map(({ attempts }) => attempts[0]?.losses);
}

const WAV = Buffer.from('RIFF\x08\0\0\0WAVEfmt ').toString('base64');
const PCM = [Buffer.from([1, 0, 2, 0]), Buffer.from([3, 0])];

/** As OpenAI's models that speak answer: a file as a whole, bare samples in a stream. */
const SPOKEN: Said = {
  whole: {
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [
      {
        index: 0,
        finish_reason: 'stop',
        message: {
          role: 'assistant',
          content: null,
          refusal: null,
          audio: { id: 'audio_1', data: WAV, expires_at: 1_734_571_490, transcript: 'Hello.' },
        },
      },
    ],
  },
  stream: [
    chunk({ role: 'assistant', content: null, refusal: null, audio: { id: 'audio_1', transcript: 'Hel' } }),
    chunk({ audio: { data: PCM[0]?.toString('base64') } }),
    chunk({ audio: { transcript: 'lo.' } }),
    chunk({ audio: { data: PCM[1]?.toString('base64') } }),
    chunk({ audio: { expires_at: 1_734_571_490 } }),
    chunk({}, 'stop'),
    'data: [DONE]\n\n',
  ].join(''),
};

describe('the sound of a chat completion', () => {
  test('is a part of an answer of Google’s, as its library reads it', async () => {
    const ground = await groundWith('openai-chat', SPOKEN);
    const google = new GoogleGenAI({
      apiKey: 'any',
      httpOptions: { baseUrl: `http://127.0.0.1:${ground.port}` },
    });
    const request = { model: 'm', contents: 'Speak.' };
    const whole = await google.models.generateContent(request);
    expect(whole.candidates?.[0]?.content?.parts).toEqual([
      { text: 'Hello.' },
      { inlineData: { mimeType: 'audio/wav', data: WAV } },
    ]);
    const parts: unknown[] = [];
    for await (const { candidates } of await google.models.generateContentStream(request))
      parts.push(...(candidates?.[0]?.content?.parts ?? []));
    expect(parts.filter((part) => field(part, 'text') !== '')).toEqual([
      { text: 'Hel' },
      { text: 'lo.' },
      {
        inlineData: {
          mimeType: 'audio/L16;codec=pcm;rate=24000',
          data: Buffer.concat(PCM).toString('base64'),
        },
      },
    ]);
    expect(lossesOf(ground)).toEqual([undefined, undefined]);
  });

  // [promise:lost-answer-said]
  test('has no place in a message of Anthropic’s or a response, which is said; what it says arrives', async () => {
    const ground = await groundWith('openai-chat', SPOKEN);
    const whole = await askMessages(ground, false);
    expect(JSON.parse(whole.text)).toMatchObject({ content: [{ type: 'text', text: 'Hello.' }] });
    expect(whole.headers['x-gw-lossy']).toBe('answer-media');
    const claude = new Anthropic({ baseURL: `http://127.0.0.1:${ground.port}`, apiKey: 'any' });
    const message = await claude.messages
      .stream({ model: 'm', max_tokens: 99, messages: [...messages] })
      .finalMessage();
    expect(message.content).toMatchObject([{ type: 'text', text: 'Hello.' }]);
    const response = await ground.sdk().responses.create({ model: 'm', input: 'Speak.' });
    expect(response.output).toMatchObject([{ type: 'message' }]);
    const streamed = await ground.sdk().responses.stream({ model: 'm', input: 'Speak.' }).finalResponse();
    expect([response.output_text, streamed.output_text]).toEqual(['Hello.', 'Hello.']);
    expect(lossesOf(ground)).toEqual(Array.from({ length: 4 }, () => ['answer-media']));
  });

  test.each(['/v1/chat/completions', '/v1/messages'])(
    'that breaks off is not gone on with in text (%s)',
    async (path) => {
      const half = SPOKEN.stream
        .slice(0, SPOKEN.stream.indexOf('data: [DONE]'))
        .replace('"finish_reason":"stop"', '"x":1');
      const first = await rawServer((socket) => sendStream(socket, half));
      const ground = await openGround({
        providers: [
          { name: 'up', format: 'openai-chat', url: first.url },
          { name: 'second', format: 'openai-chat' },
        ],
        policy: { onCut: 'continue' },
      });
      const body = JSON.stringify({ model: 'm', max_tokens: 99, messages, stream: true });
      const answer = await ground.ask({ method: 'POST', path, body });
      expect(answer.text).toContain('error');
      const { outcome, attempts } = await ground.trailOf(answer);
      expect([outcome, attempts.length]).toEqual(['cut', 1]);
    },
  );
});

const SEARCHED = [
  { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'q' } },
  {
    type: 'message',
    id: 'msg_1',
    status: 'completed',
    role: 'assistant',
    content: [
      {
        type: 'output_text',
        text: 'Hello.',
        annotations: [{ type: 'file_citation', file_id: 'f', filename: 'f', index: 6 }],
      },
    ],
  },
];

function responseOf(output: readonly unknown[]): Said {
  const whole = { id: 'resp_1', object: 'response', created_at: 1, model: 'm', status: 'completed', output };
  const events = [
    { type: 'response.created', response: { ...whole, status: 'in_progress', output: [] } },
    ...output.map((item, output_index) => ({ type: 'response.output_item.done', output_index, item })),
    { type: 'response.completed', response: whole },
  ];
  return { whole, stream: frames(events) };
}

/** The rest of a count to four, behind a step of the provider's. */
const REST = frames([
  { type: 'message_start', message: { id: 'm', model: 'c', usage: {} } },
  {
    type: 'content_block_start',
    index: 0,
    content_block: { type: 'server_tool_use', id: 's', name: 'f', input: {} },
  },
  { type: 'content_block_stop', index: 0 },
  { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: ', four.' } },
  { type: 'content_block_stop', index: 1 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } },
  { type: 'message_stop' },
]);

describe('what a provider’s own tools did', () => {
  // [promise:lost-answer-said]
  test('is left out of a translated answer, and said', async () => {
    const ground = await groundWith('openai-responses', responseOf(SEARCHED));
    const whole = await askMessages(ground, false);
    expect(JSON.parse(whole.text)).toMatchObject({ content: [{ type: 'text', text: 'Hello.' }] });
    expect(whole.headers['x-gw-lossy']).toBe('citations,server-steps');
    expect((await askMessages(ground, true)).text).toContain('message_stop');
    const both = ['citations', 'server-steps'];
    expect(lossesOf(ground)).toEqual([both, both]);
  });

  test('is no loss to a caller of the same format: nothing is translated', async () => {
    const ground = await groundWith('openai-responses', responseOf(SEARCHED));
    const whole = await ground.sdk().responses.create({ model: 'm', input: 'Search.' });
    expect(whole.output).toMatchObject([{ type: 'web_search_call' }, { type: 'message' }]);
    const streamed = await ground.sdk().responses.create({ model: 'm', input: 'Search.', stream: true });
    const types: string[] = [];
    for await (const { type } of streamed) types.push(type);
    expect(types).toContain('response.completed');
    expect(lossesOf(ground)).toEqual([undefined, undefined]);
  });

  test('may be a picture, which is carried', async () => {
    const drawn = {
      type: 'image_generation_call',
      id: 'ig_1',
      status: 'completed',
      result: 'iVBORw0KGgoAAAAA',
    };
    const ground = await groundWith('openai-responses', responseOf([drawn]));
    const { choices } = await ground.sdk().chat.completions.create({ model: 'm', messages: [...messages] });
    expect(field(choices[0]?.message, 'images')).toEqual([
      { type: 'image_url', index: 0, image_url: { url: 'data:image/png;base64,iVBORw0KGgoAAAAA' } },
    ]);
    const images: unknown[] = [];
    const stream = await ground
      .sdk()
      .chat.completions.create({ model: 'm', messages: [...messages], stream: true });
    for await (const { choices: told } of stream) images.push(field(told[0]?.delta, 'images'));
    expect(images.filter((one) => one !== undefined)).toHaveLength(1);
    expect(lossesOf(ground)).toEqual([undefined, undefined]);
  });

  test('is said of an answer that another provider goes on with', async () => {
    const begun = chunk({ role: 'assistant', content: 'One, two, three' });
    const first = await rawServer((socket) => sendStream(socket, begun));
    const second = await rawServer((socket) => sendStream(socket, REST));
    const ground = await openGround({
      providers: [
        { name: 'first', format: 'openai-chat', url: first.url },
        { name: 'second', format: 'anthropic-messages', url: second.url },
      ],
      policy: { onCut: 'continue' },
    });
    const stream = await ground
      .sdk()
      .chat.completions.create({ model: 'm', messages: [...messages], stream: true });
    let text = '';
    for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
    expect(text).toBe('One, two, three, four.');
    expect(ground.trails[0]?.attempts.map(({ losses }) => losses)).toEqual([undefined, ['server-steps']]);
  });
});

test('what an answer lost is told of its target, also where another one was asked beside it', async () => {
  const annotation = { type: 'file_citation', file_id: 'file_1', index: 0 };
  const message = { role: 'assistant', content: 'So it is written.', annotations: [annotation] };
  const choices = [{ index: 0, finish_reason: 'stop', message }];
  let answerFirst = (): void => undefined;
  const first = await rawServer((socket) => {
    answerFirst = () => sendJson(socket, JSON.stringify({ id: 'c', object: 'chat.completion', choices }));
  });
  const second = await rawServer(() => answerFirst());
  const ground = await openGround({
    providers: [
      { name: 'first', url: first.url },
      { name: 'second', url: second.url },
    ],
    policy: { hedge: 10, hedgeSpend: 1 },
  });
  const answer = await askMessages(ground, false);
  expect(answer.headers).toMatchObject({ 'x-gw-provider': 'first', 'x-gw-lossy': 'citations' });
  const { attempts } = await ground.trailOf(answer);
  expect(attempts.map(({ target, losses }) => [target.provider, losses])).toEqual([
    ['second', undefined],
    ['first', ['citations']],
  ]);
});
