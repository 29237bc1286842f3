import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { afterEach, describe, expect, test } from 'vitest';

import type { FormatName } from '../../src/core/operation.ts';
import { field } from '../../src/lib/expect.ts';
import { closeGrounds, type Ground, openGround } from './ground.ts';
import { chunk, closeRawServers, rawServer, sendJson, sendStream } from './raw-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

const URL = 'data:image/png;base64,AAAA';
const IMAGE = { type: 'image_url', image_url: { url: URL } };

/** What providers say of a picture: Google's, and those that follow OpenRouter. */
const SAID: Readonly<Partial<Record<FormatName, { readonly whole: unknown; readonly stream: string }>>> = {
  gemini: {
    whole: gemini([{ text: 'Here.' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }], 'STOP'),
    stream: [
      gemini([{ text: 'Here.' }]),
      gemini([{ thought: true, inlineData: { mimeType: 'image/png', data: 'BBBB' } }]),
      gemini([{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }], 'STOP'),
    ]
      .map((one) => `data: ${JSON.stringify(one)}\r\n\r\n`)
      .join(''),
  },
  'openai-chat': {
    whole: {
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          message: { role: 'assistant', content: 'Here.', images: [IMAGE] },
        },
      ],
    },
    stream: `${chunk({ role: 'assistant', content: 'Here.' })}${chunk({ images: [IMAGE] })}${chunk({}, 'stop')}data: [DONE]\n\n`,
  },
};

function gemini(parts: readonly unknown[], finishReason?: string): unknown {
  return { candidates: [{ content: { role: 'model', parts }, ...(finishReason && { finishReason }) }] };
}

async function groundWith(format: FormatName, more: Parameters<typeof openGround>[0] = {}): Promise<Ground> {
  const { whole, stream } = SAID[format] ?? { whole: {}, stream: '' };
  const provider = await rawServer((socket, request) =>
    /stream(?:GenerateContent|"\s*:\s*true)/.test(request)
      ? sendStream(socket, stream)
      : sendJson(socket, JSON.stringify(whole)),
  );
  return openGround({ ...more, providers: [{ name: 'up', format, url: provider.url }] });
}

const messages = [{ role: 'user', content: 'Draw.' }] as const;

describe('a picture in an answer of Google’s', () => {
  test('is in the message of a chat completion, where OpenRouter has it', async () => {
    const ground = await groundWith('gemini');
    const client = ground.sdk();
    const { choices } = await client.chat.completions.create({ model: 'm', messages: [...messages] });
    expect(choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: 'Here.', images: [{ ...IMAGE, index: 0 }] },
    });
    const images: unknown[] = [];
    const stream = await client.chat.completions.create({
      model: 'm',
      messages: [...messages],
      stream: true,
    });
    for await (const { choices: told } of stream) images.push(field(told[0]?.delta, 'images'));
    expect(images.filter((one) => one !== undefined)).toEqual([[{ ...IMAGE, index: 0 }]]);
    // Of the stream the draft is lost, which belongs to a thought.
    expect(ground.trails.map(({ attempts }) => attempts[0]?.losses)).toEqual([undefined, ['answer-media']]);
  });

  test('is an item of a response', async () => {
    const ground = await groundWith('gemini');
    const client = ground.sdk();
    const drawn = {
      type: 'image_generation_call',
      status: 'completed',
      result: 'AAAA',
      output_format: 'png',
    };
    const whole = await client.responses.create({ model: 'm', input: 'Draw.' });
    expect(whole.output).toMatchObject([{ type: 'message' }, drawn]);
    const final = await client.responses.stream({ model: 'm', input: 'Draw.' }).finalResponse();
    expect(final.output).toMatchObject([{ type: 'message' }, drawn]);
    expect(final.output_text).toBe('Here.');
  });

  // [promise:lost-picture-said]
  test('has no place in a message of Anthropic’s, which is said', async () => {
    const ground = await groundWith('gemini');
    const ask = (stream: boolean) =>
      ground.ask({
        method: 'POST',
        path: '/v1/messages',
        body: JSON.stringify({ model: 'm', max_tokens: 99, messages, stream }),
      });
    const whole = await ask(false);
    expect(JSON.parse(whole.text)).toMatchObject({ content: [{ type: 'text', text: 'Here.' }] });
    expect(whole.headers['x-gw-lossy']).toBe('answer-media');
    expect((await ask(true)).text).toContain('message_stop');
    expect(ground.trails.map(({ attempts }) => attempts[0]?.losses)).toEqual([
      ['answer-media'],
      ['answer-media'],
    ]);
  });
});

test('a picture in an answer of OpenRouter’s is a part of Google’s', async () => {
  const ground = await groundWith('openai-chat');
  const google = new GoogleGenAI({
    apiKey: 'any',
    httpOptions: { baseUrl: `http://127.0.0.1:${ground.port}` },
  });
  const request = { model: 'm', contents: 'Draw.' };
  const parts = [{ text: 'Here.' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }];
  const { candidates } = await google.models.generateContent(request);
  expect(candidates?.[0]?.content?.parts).toEqual(parts);
  const streamed: unknown[] = [];
  for await (const { candidates: told } of await google.models.generateContentStream(request))
    streamed.push(...(told?.[0]?.content?.parts ?? []));
  expect(streamed.filter((part) => field(part, 'text') !== '')).toEqual(parts);
});

test('an answer with a picture in it that breaks off is not begun anew', async () => {
  const { stream } = SAID.gemini ?? { stream: '' };
  const provider = await rawServer((socket) =>
    sendStream(socket, stream.replace('"finishReason":"STOP"', '"x":1')),
  );
  const ground = await openGround({
    providers: [
      { name: 'up', format: 'gemini', url: provider.url },
      { name: 'second', format: 'gemini' },
    ],
    policy: { onCut: 'continue' },
  });
  const { port } = ground;
  const client = new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'any', maxRetries: 0 });
  const reading = await client.chat.completions.create({ model: 'm', messages: [...messages], stream: true });
  await expect(
    (async () => {
      for await (const _ of reading);
    })(),
  ).rejects.toThrow();
  expect(ground.trails[0]?.attempts).toHaveLength(1);
});
