import { toFile } from 'openai';
import { afterEach, describe, expect, test } from 'vitest';

import type { FormatName } from '../../src/core/operation.ts';
import type { Quirk } from '../../src/core/profile.ts';
import { field } from '../../src/lib/expect.ts';
import { writeWav } from '../../src/lib/wav.ts';
import { closeGrounds, type Ground, openGround } from './ground.ts';

afterEach(closeGrounds);

/** A first provider that is down, and a second of this format. */
function groundWith(format: FormatName, model: string, mistral = false): Promise<Ground> {
  const quirks: readonly Quirk[] = mistral ? ['mistral-moderation'] : [];
  const targets = [
    { provider: 'down', model: undefined },
    { provider: 'up', model },
  ];
  return openGround({
    providers: [
      { name: 'down', simulator: { fault: '503' } },
      { name: 'up', format, quirks, simulator: { chatRules: mistral ? 'mistral' : 'openai' } },
    ],
    routes: [{ name: 'default', match: ['*'], targets, policy: {} }],
  });
}

const PNG = /^iVBORw0KGgo/;

function lastAttempt({ trails }: Ground) {
  return trails.at(-1)?.attempts.at(-1);
}

// [promise:media-elsewhere]
describe('a picture, asked for by OpenAI’s library,', () => {
  test.each<[FormatName, string]>([
    ['gemini', 'gemini-2.5-flash-image'],
    ['gemini', 'gemini-3-pro-image-preview'],
    ['gemini', 'imagen-4.0-generate-001'],
    ['bedrock-converse', 'amazon.nova-canvas-v1:0'],
    ['bedrock-converse', 'amazon.titan-image-generator-v2:0'],
    ['bedrock-converse', 'stability.sd3-5-large-v1:0'],
  ])('comes from a provider of %s with %s when the first is down', async (format, model) => {
    const ground = await groundWith(format, model);
    const request = { model: 'gpt-image-1', prompt: 'a lantern', size: '1024x1024' } as const;
    const made = await ground.sdk().images.generate(request);
    expect(made.data?.map(({ b64_json }) => b64_json)).toEqual([expect.stringMatching(PNG)]);
    expect(made.created).toBeGreaterThan(1_700_000_000);
    expect(ground.trails[0]).toMatchObject({ operation: 'images.generate', served: { provider: 'up' } });
    expect(lastAttempt(ground)?.losses).toBeUndefined();
  });

  test('and given another one to change, comes from a model that sees and draws', async () => {
    const ground = await groundWith('gemini', 'gemini-2.5-flash-image');
    const image = await toFile(Buffer.from('a picture'), 'heron.png', { type: 'image/png' });
    const made = await ground.sdk().images.edit({ model: 'gpt-image-1', prompt: 'a heron at night', image });
    expect(made.data?.map(({ b64_json }) => b64_json)).toEqual([expect.stringMatching(PNG)]);
    expect(ground.trails[0]).toMatchObject({ operation: 'images.edit', served: { provider: 'up' } });
    const several = { model: 'gpt-image-1', prompt: 'both', image: [image, image] };
    expect((await ground.sdk().images.edit(several)).data).toHaveLength(1);
  });

  test('is counted, in the answer and in the trail', async () => {
    const ground = await groundWith('gemini', 'gemini-2.5-flash-image');
    const made = await ground.sdk().images.generate({ model: 'gpt-image-1', prompt: 'a lantern' });
    expect(made.usage).toMatchObject({ output_tokens: 1290, output_tokens_details: { image_tokens: 1290 } });
    expect(ground.trails[0]?.usage).toMatchObject({ output: 1290, imageOutput: 1290 });
  });

  test('in several copies comes from who makes several', async () => {
    const request = { model: 'gpt-image-1', prompt: 'a lantern', n: 3 };
    const imagen = await groundWith('gemini', 'imagen-4.0-generate-001');
    expect((await imagen.sdk().images.generate(request)).data).toHaveLength(3);
    const gemini = await groundWith('gemini', 'gemini-2.5-flash-image');
    await expect(gemini.sdk().images.generate(request)).rejects.toThrow(/503/);
    expect(lastAttempt(gemini)).toMatchObject({
      fault: 'untranslatable',
      message: 'this model makes at most one picture in a request ("n": 3)',
    });
    expect(gemini.calls('up')).toBe(0);
  });
});

describe('sound, asked for by OpenAI’s library,', () => {
  const speech = { model: 'gpt-4o-mini-tts', voice: 'Puck', input: 'The river at night.' } as const;

  test('comes as raw samples and as a WAV file of them', async () => {
    const ground = await groundWith('gemini', 'gemini-2.5-flash-preview-tts');
    const { speech: speaking } = ground.sdk().audio;
    const raw = await speaking.create({ ...speech, response_format: 'pcm' });
    const samples = Buffer.from(await raw.arrayBuffer());
    expect([raw.headers.get('content-type'), samples.length]).toEqual(['audio/pcm', 96_000]);
    const file = await speaking.create({ ...speech, response_format: 'wav' });
    expect(Buffer.from(await file.arrayBuffer())).toEqual(writeWav({ samples, rate: 24_000 }));
    expect(ground.trails[0]?.usage).toMatchObject({ output: 50, audioOutput: 50 });
    expect(lastAttempt(ground)?.losses).toBeUndefined();
  });

  test('in a voice of OpenAI’s comes in another, which is said', async () => {
    const ground = await groundWith('gemini', 'gemini-2.5-flash-preview-tts');
    const asked = { ...speech, voice: 'alloy', instructions: 'Whisper.', response_format: 'wav' } as const;
    const answer = await ground.sdk().audio.speech.create(asked);
    expect(answer.headers.get('x-gw-lossy')).toBe('field:instructions,field:voice');
  });

  test('compressed is not to be had there, which is said', async () => {
    const ground = await groundWith('gemini', 'gemini-2.5-flash-preview-tts');
    await expect(ground.sdk().audio.speech.create(speech)).rejects.toThrow(/503/);
    expect(lastAttempt(ground)).toMatchObject({
      fault: 'untranslatable',
      message: 'sound comes uncompressed there: ask for wav or pcm ("response_format": "mp3")',
    });
  });
});

describe('a transcript, asked for by OpenAI’s library,', () => {
  const file = () => toFile(writeWav({ samples: Buffer.alloc(4800), rate: 24_000 }), 'said.wav');

  test.each(['transcriptions', 'translations'] as const)('comes from Gemini: %s', async (kind) => {
    const ground = await groundWith('gemini', 'gemini-2.5-flash');
    const { audio } = ground.sdk();
    const request = { model: 'whisper-1', file: await file(), prompt: 'gw', temperature: 0 };
    const { text } = await audio[kind].create(request);
    expect(text.length).toBeGreaterThan(0);
    expect(lastAttempt(ground)?.losses).toBeUndefined();
    const plain = await audio[kind].create({ ...request, file: await file(), response_format: 'text' });
    expect(plain).toBe(`${text}\n`);
  });

  test.each([
    [{ response_format: 'srt' }, /\("response_format": "srt"\)/],
    [{ response_format: 'verbose_json', timestamp_granularities: ['word'] }, /"verbose_json"/],
    [{ stream: true }, /\("stream": true\)/],
  ] as const)('with %j goes to nobody who would make it up', async (more, words) => {
    const ground = await groundWith('gemini', 'gemini-2.5-flash');
    const form = new FormData();
    form.set('file', await file());
    form.set('model', 'whisper-1');
    for (const [name, value] of Object.entries(more)) form.set(name, String(value));
    const answer = await fetch(`http://127.0.0.1:${ground.port}/v1/audio/transcriptions`, {
      method: 'POST',
      body: form,
    });
    expect(answer.status).toBe(503);
    expect(lastAttempt(ground)?.message).toMatch(words);
    expect(ground.calls('up')).toBe(0);
  });
});

describe('moderation', () => {
  test('by Mistral’s categories is told in OpenAI’s, without those nobody looked for', async () => {
    const ground = await groundWith('openai-chat', 'mistral-moderation-latest', true);
    const input = ['a lantern', 'forbidden'];
    const { data: made, response } = await ground
      .sdk()
      .moderations.create({ model: 'omni-moderation-latest', input })
      .withResponse();
    expect(made.results.map(({ flagged, categories }) => [flagged, categories.illicit])).toEqual([
      [false, false],
      [true, true],
    ]);
    expect(field(made.results[1]?.categories, 'criminal')).toBe(true);
    expect(made.results[1]?.categories).not.toHaveProperty('harassment');
    expect(response.headers.get('x-gw-lossy')).toBe('moderation');
  });
});
