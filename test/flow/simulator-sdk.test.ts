import { NotFoundError, toFile } from 'openai';
import { afterEach, describe, expect, test } from 'vitest';

import { closeSimulators, collect, HELLO, simulate } from './simulator-ground.ts';

afterEach(closeSimulators);

const WEATHER = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } },
  },
};

describe('the official SDK against the simulator', () => {
  test('gets the same text streamed, whole, and under another model name', async () => {
    const { client } = await simulate();
    const whole = await client.chat.completions.create({ model: 'gpt-4o', messages: HELLO });
    const { text, chunks } = await collect(client, 'other-model');
    expect(whole.choices[0]?.message.content).toBe(text);
    expect(text.length).toBeGreaterThan(50);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
    expect([whole.model, chunks[0]?.model]).toEqual(['gpt-4o', 'other-model']);
  });

  test('gets other text for another question, and from another seed', async () => {
    const first = await simulate({ seed: 1 });
    const second = await simulate({ seed: 2 });
    const texts = await Promise.all([
      collect(first.client, 'm'),
      collect(second.client, 'm'),
      collect(first.client, 'm', { messages: [{ role: 'user', content: 'And now?' }] }),
    ]);
    expect(new Set(texts.map(({ text }) => text)).size).toBe(3);
  });

  test('sees who served', async () => {
    const { client } = await simulate({ name: 'alpha' });
    const { data, response } = await client.chat.completions
      .create({ model: 'm', messages: HELLO })
      .withResponse();
    expect(data.system_fingerprint).toBe('fp_alpha');
    expect(response.headers.get('x-sim-name')).toBe('alpha');
    expect(response.headers.get('x-request-id')).toMatch(/^req_sim_\d+$/);
  });

  test('gets n choices, streamed and not', async () => {
    const { client } = await simulate();
    const whole = await client.chat.completions.create({ model: 'm', messages: HELLO, n: 3 });
    expect(new Set(whole.choices.map(({ message }) => message.content)).size).toBe(3);
    const streamed = client.chat.completions.stream({ model: 'm', messages: HELLO, n: 3 });
    const final = await streamed.finalChatCompletion();
    expect(final.choices.map(({ message }) => message.content)).toEqual(
      whole.choices.map(({ message }) => message.content),
    );
  });

  test('gets usage at the end of a stream only when it asks', async () => {
    const { client } = await simulate();
    const without = await collect(client, 'm!tokens=7');
    expect(without.chunks.every((chunk) => !chunk.usage)).toBe(true);
    const { chunks } = await collect(client, 'm!tokens=7', { stream_options: { include_usage: true } });
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 7 } });
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
  });

  test.each([
    ['each', 9],
    ['finish', 1],
    ['later', 1],
    ['none', 0],
  ])('gets usage=%s as hosts send it: on %i chunks', async (place, count) => {
    const { client } = await simulate();
    const { chunks } = await collect(client, `m!tokens=7+usage=${place}`);
    const reported = chunks.filter((chunk) => chunk.usage);
    expect(reported).toHaveLength(count);
    expect(reported.every((chunk) => chunk.choices.length === 1)).toBe(true);
    if (count > 0) expect(reported.at(-1)?.usage?.completion_tokens).toBe(7);
  });

  test('has its limit of tokens respected', async () => {
    const { client } = await simulate();
    const answer = await client.chat.completions.create({
      model: 'm',
      messages: HELLO,
      max_completion_tokens: 5,
    });
    expect(answer.choices[0]?.finish_reason).toBe('length');
    expect(answer.usage?.completion_tokens).toBe(5);
  });

  test('gets a tool call when one is required, with arguments that fit', async () => {
    const { client } = await simulate();
    const answer = await client.chat.completions.create({
      model: 'm',
      messages: HELLO,
      tools: [WEATHER],
      tool_choice: 'required',
    });
    const call = answer.choices[0]?.message.tool_calls?.[0];
    expect(answer.choices[0]?.finish_reason).toBe('tool_calls');
    expect(call).toMatchObject({ type: 'function', function: { name: 'get_weather' } });
    const args: unknown = JSON.parse(call?.type === 'function' ? call.function.arguments : '');
    expect(args).toEqual({ city: expect.any(String), days: expect.any(Number) });
  });

  test('gets the same tool call streamed as whole', async () => {
    const { client } = await simulate();
    const asked = {
      model: 'm',
      messages: [{ role: 'user' as const, content: 'Please use get_weather for me.' }],
      tools: [WEATHER],
    };
    const whole = await client.chat.completions.create(asked);
    const final = await client.chat.completions.stream(asked).finalChatCompletion();
    expect(final.choices[0]?.message.tool_calls).toMatchObject(whole.choices[0]?.message.tool_calls ?? [{}]);
    expect(final.choices[0]?.finish_reason).toBe('tool_calls');
  });

  test('gets text when tools are offered but nothing calls for one', async () => {
    const { client } = await simulate();
    const asked = { model: 'm', messages: HELLO, tools: [WEATHER] };
    const free = await client.chat.completions.create(asked);
    const forbidden = await client.chat.completions.create({
      ...asked,
      model: 'm!call-tool',
      tool_choice: 'none',
    });
    for (const answer of [free, forbidden]) {
      expect(answer.choices[0]?.message.content).toBeTruthy();
      expect(answer.choices[0]?.message.tool_calls).toBeUndefined();
    }
  });

  test('gets through a round of tools with its own helper', async () => {
    const { client } = await simulate();
    const called: string[] = [];
    const runner = client.chat.completions.runTools({
      model: 'm',
      messages: [{ role: 'user', content: 'Use a tool.' }],
      tools: [
        {
          type: 'function',
          function: {
            ...WEATHER.function,
            description: 'Weather',
            function: (args: string) => {
              called.push(args);
              return 'sunny';
            },
          },
        },
      ],
    });
    expect(await runner.finalContent()).toBeTruthy();
    expect(called).toHaveLength(1);
  });

  test('gets structured output that fits the schema', async () => {
    const { client } = await simulate();
    const answer = await client.chat.completions.create({
      model: 'm',
      messages: HELLO,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'w', schema: WEATHER.function.parameters },
      },
    });
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual({
      city: expect.any(String),
      days: expect.any(Number),
    });
  });

  test('gets legacy completions, streamed and not', async () => {
    const { client } = await simulate();
    const whole = await client.completions.create({ model: 'm', prompt: 'Once' });
    const stream = await client.completions.create({ model: 'm', prompt: 'Once', stream: true });
    let text = '';
    let finish: string | null = null;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.text ?? '';
      finish = chunk.choices[0]?.finish_reason ?? finish;
    }
    expect([text, finish]).toEqual([whole.choices[0]?.text, 'stop']);
  });

  test('gets embeddings: unit vectors, equal for equal texts, as numbers and as base64', async () => {
    const { client } = await simulate();
    const input = ['river', 'harbour', 'river'];
    // Without a format the SDK asks for base64 and decodes it.
    const packed = await client.embeddings.create({ model: 'm', input, dimensions: 32 });
    const plain = await client.embeddings.create({
      model: 'm',
      input,
      dimensions: 32,
      encoding_format: 'float',
    });
    const [first, second, third] = plain.data.map(({ embedding }) => embedding);
    expect(first).toHaveLength(32);
    expect(first).toEqual(third);
    expect(first).not.toEqual(second);
    expect(Math.hypot(...(first ?? []))).toBeCloseTo(1, 5);
    packed.data.forEach(({ embedding }, index) =>
      embedding.forEach((value, at) => expect(value).toBeCloseTo(plain.data[index]?.embedding[at] ?? NaN, 6)),
    );
  });

  test('gets models, moderations, images, speech and transcripts', async () => {
    const { client } = await simulate({ models: ['sim-large'] });
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['sim-large']);
    expect((await client.models.retrieve('sim-large')).id).toBe('sim-large');
    await expect(client.models.retrieve('other')).rejects.toBeInstanceOf(NotFoundError);
    const judged = await client.moderations.create({ input: ['kind', 'a forbidden thing'] });
    expect(judged.results.map(({ flagged }) => flagged)).toEqual([false, true]);
    const png = await client.images.generate({ model: 'sim-large', prompt: 'a heron', n: 2 });
    expect(png.data).toHaveLength(2);
    expect(Buffer.from(png.data?.[0]?.b64_json ?? '', 'base64').toString('latin1', 1, 4)).toBe('PNG');
    const image = await toFile(Buffer.from('x'), 'x.png', { type: 'image/png' });
    const edited = await client.images.edit({ model: 'sim-large', prompt: 'a heron', image });
    expect(edited.data?.[0]?.b64_json).toBe(png.data?.[0]?.b64_json);
    const speech = await client.audio.speech.create({
      model: 'sim-large',
      voice: 'alloy',
      input: 'hello there',
    });
    expect(Buffer.from(await speech.arrayBuffer()).readUInt16BE(0)).toBe(0xff_fb);
    const file = await toFile(Buffer.from('RIFF'), 'a.wav');
    const heard = await client.audio.transcriptions.create({ model: 'sim-large', file });
    expect(heard.text).toMatch(/\.$/);
    expect((await client.audio.transcriptions.create({ model: 'sim-large', file })).text).toBe(heard.text);
  });

  test('gets a transcript streamed', async () => {
    const { client } = await simulate();
    const file = await toFile(Buffer.from('RIFF'), 'a.wav');
    const stream = await client.audio.transcriptions.create({ model: 'm', file, stream: true });
    let text = '';
    for await (const event of stream) {
      if (event.type === 'transcript.text.delta') text += event.delta;
      else expect(event).toMatchObject({ type: 'transcript.text.done', text });
    }
    expect(text).not.toBe('');
  });
});
