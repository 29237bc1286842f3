import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { answered, answeredJson, sent, small } from './small-operations.ts';

const toGemini = small('images.generate', 'openai-chat', 'gemini');
const toEdit = small('images.edit', 'openai-chat', 'gemini');
const toBedrock = small('images.generate', 'openai-chat', 'bedrock-converse');

const FLASH = 'gemini-2.5-flash-image';
const PRO = 'gemini-3-pro-image-preview';
const IMAGEN = 'imagen-4.0-generate-001';

describe('a wish for a picture', () => {
  test('is told to a model that converses as a wish to draw', () => {
    const made = sent(toGemini, { model: 'gpt-image-1', prompt: 'a lantern', size: 'auto', n: 1 }, FLASH);
    expect(made).toEqual({
      path: `/models/${FLASH}:generateContent`,
      losses: [],
      body: {
        contents: [{ role: 'user', parts: [{ text: 'a lantern' }] }],
        generationConfig: { responseModalities: ['TEXT', 'IMAGE'] },
      },
    });
  });

  test('is told to Imagen as a prediction', () => {
    const request = { prompt: 'a lantern', n: 2, size: '1024x1024', output_format: 'jpeg' };
    expect(sent(toGemini, request, IMAGEN)).toEqual({
      path: `/models/${IMAGEN}:predict`,
      losses: [],
      body: {
        instances: [{ prompt: 'a lantern' }],
        parameters: { sampleCount: 2, aspectRatio: '1:1', outputOptions: { mimeType: 'image/jpeg' } },
      },
    });
  });

  test.each([
    [FLASH, '1024x1024', { aspectRatio: '1:1' }, []],
    [FLASH, '2048x2048', { aspectRatio: '1:1' }, ['field:size']],
    [PRO, '2048x2048', { aspectRatio: '1:1', imageSize: '2K' }, []],
    [FLASH, '1536x1024', { aspectRatio: '3:2' }, ['field:size']],
    [FLASH, '1024x1792', { aspectRatio: '9:16' }, ['field:size']],
    [FLASH, '1000x1000', { aspectRatio: '1:1' }, ['field:size']],
  ])('for %s of %s keeps its shape, and says where it loses its pixels', (model, size, imageConfig, lost) => {
    const { body, losses } = sent(toGemini, { prompt: 'x', size }, model);
    expect([body.generationConfig.imageConfig, losses]).toEqual([imageConfig, lost]);
  });

  test('loses what the target has no word for, by name', () => {
    const request = {
      prompt: 'x',
      quality: 'high',
      background: 'transparent',
      moderation: 'low',
      style: 'vivid',
      user: 'u',
      output_compression: 80,
      output_format: 'webp',
    };
    const lost = [
      'field:background',
      'field:moderation',
      'field:output_compression',
      'field:output_format',
      'field:quality',
      'field:style',
      'user',
    ];
    expect(sent(toGemini, request, FLASH).losses).toEqual(lost);
    const nothing = { prompt: 'x', quality: 'auto', background: 'opaque', moderation: 'auto', style: null };
    expect(sent(toGemini, nothing, FLASH).losses).toEqual([]);
  });

  test.each([
    [{ prompt: 'x', n: 2 }, FLASH, 'untranslatable: this model makes at most one picture'],
    [{ prompt: 'x', n: 5 }, IMAGEN, 'untranslatable: this model makes at most 4 pictures'],
    [{ prompt: 'x', stream: true }, FLASH, 'untranslatable: pictures come whole there'],
    [{ prompt: 'x', response_format: 'url' }, FLASH, 'untranslatable: pictures are not kept at an address'],
    [{ prompt: 'x', model: 'dall-e-3' }, FLASH, 'untranslatable: pictures are not kept at an address'],
    [{ prompt: 'x', size: 'large' }, FLASH, 'untranslatable: "size" is not WIDTHxHEIGHT: large'],
    [{ prompt: 'x', n: 0 }, FLASH, 'untranslatable: "n" is no number of pictures'],
    [{ prompt: 'x' }, 'gemini-2.5-pro', 'untranslatable: gemini-2.5-pro makes no pictures'],
    [{ size: 'auto' }, FLASH, 'bad_request: there is no "prompt"'],
  ])('that cannot be granted says why: %j of %s', (request, model, words) => {
    expect(() => sent(toGemini, request, model)).toThrow(words);
  });

  test('is told to Amazon’s models in pixels and two grades', () => {
    const request = { prompt: 'x', size: '1536x1024', quality: 'hd', n: 2 };
    expect(sent(toBedrock, request, 'amazon.nova-canvas-v1:0')).toEqual({
      path: '/model/amazon.nova-canvas-v1%3A0/invoke',
      losses: [],
      body: {
        taskType: 'TEXT_IMAGE',
        textToImageParams: { text: 'x' },
        imageGenerationConfig: { numberOfImages: 2, width: 1536, height: 1024, quality: 'premium' },
      },
    });
  });

  test('is told to Stability’s as a shape', () => {
    const { body, losses } = sent(
      toBedrock,
      { prompt: 'x', size: '1024x1536' },
      'stability.sd3-5-large-v1:0',
    );
    expect(body).toEqual({ prompt: 'x', mode: 'text-to-image', aspect_ratio: '2:3', output_format: 'png' });
    expect(losses).toEqual(['field:size']);
  });

  test.each([
    [
      'amazon.nova-canvas-v1:0',
      { prompt: 'x', size: '1000x1000' },
      'no pictures of that size ("size": 1000x1000)',
    ],
    ['amazon.titan-image-generator-v2:0', { prompt: 'x', size: '1536x1024' }, 'no pictures of that size'],
    ['amazon.nova-canvas-v1:0', { prompt: 'x'.repeat(1025) }, 'at most 1024 characters ("prompt": 1025)'],
    ['amazon.nova-pro-v1:0', { prompt: 'x' }, 'Nova Canvas, Titan and Stability'],
  ])('that %s cannot be told says why', (model, request, words) => {
    expect(() => sent(toBedrock, request, model)).toThrow(words);
  });
});

/** What OpenAI's libraries send: fields of text, and files. */
async function formOf(
  fields: Readonly<Record<string, string>>,
  ...files: readonly (readonly [field: string, name: string, type: string])[]
): Promise<Buffer> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const [field, name, type] of files) form.append(field, new File([`bytes of ${name}`], name, { type }));
  return Buffer.from(await new Response(form).arrayBuffer());
}

const LAMP = ['image', 'lamp.png', 'image/png'] as const;
const inline = (mimeType: string, name: string) => ({
  inlineData: { mimeType, data: Buffer.from(`bytes of ${name}`).toString('base64') },
});

describe('a wish to change pictures', () => {
  test('shows them to a model that converses, in their order, and says what to make of them', async () => {
    const form = await formOf(
      { model: 'gpt-image-1', prompt: 'Put the lamp into the garden', n: '1', size: '1536x1024' },
      ['image[]', 'lamp.png', 'image/png'],
      ['image[]', 'garden.JPG', 'application/octet-stream'],
    );
    expect(sent(toEdit, form, FLASH)).toEqual({
      path: `/models/${FLASH}:generateContent`,
      losses: ['field:size'],
      body: {
        contents: [
          {
            role: 'user',
            parts: [
              inline('image/png', 'lamp.png'),
              inline('image/jpeg', 'garden.JPG'),
              { text: 'Put the lamp into the garden' },
            ],
          },
        ],
        generationConfig: { responseModalities: ['TEXT', 'IMAGE'], imageConfig: { aspectRatio: '3:2' } },
      },
    });
  });

  test('loses by name what the target has no word for', async () => {
    const form = await formOf({ prompt: 'x', input_fidelity: 'high', quality: 'low', user: '' }, LAMP);
    expect(sent(toEdit, form, FLASH).losses).toEqual(['field:input_fidelity', 'field:quality']);
  });

  test.each<
    [string, Readonly<Record<string, string>>, readonly (readonly [string, string, string])[], string]
  >([
    [
      'a mask',
      {},
      [LAMP, ['mask', 'm.png', 'image/png']],
      'untranslatable: where in a picture is to be drawn',
    ],
    ['two results', { n: '2' }, [LAMP], 'untranslatable: this model makes at most one picture'],
    ['a stream', { stream: 'true' }, [LAMP], 'untranslatable: pictures come whole there'],
    [
      'a drawing',
      {},
      [['image', 'a.svg', 'image/svg+xml']],
      'untranslatable: pictures of this kind are not seen',
    ],
    ['no picture', {}, [], 'bad_request: the form has no "image"'],
  ])('with %s is not sent', async (_, fields, files, words) => {
    const form = await formOf({ prompt: 'x', ...fields }, ...files);
    expect(() => sent(toEdit, form, FLASH)).toThrow(words);
  });

  test('without words, without a form or of a model that reads no pictures says why', async () => {
    const form = await formOf({ prompt: 'x' }, LAMP);
    expect(() => sent(toEdit, form, IMAGEN)).toThrow(
      'untranslatable: imagen-4.0-generate-001 makes pictures of words',
    );
    expect(() => sent(toEdit, form, 'gemini-2.5-flash')).toThrow('untranslatable: gemini-2.5-flash makes no');
    expect(() => sent(toEdit, { prompt: 'x' }, FLASH)).toThrow('untranslatable: the pictures do not come as');
    const wordless = await formOf({ n: '1' }, LAMP);
    expect(() => sent(toEdit, wordless, FLASH)).toThrow('bad_request: there is no "prompt"');
  });
});

describe('an answer to it', () => {
  const picture = { inlineData: { mimeType: 'image/jpeg', data: 'AAAA' } };
  const said = (parts: readonly object[], more: object = {}) => ({
    candidates: [{ content: { parts }, finishReason: 'STOP', ...more }],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 1290 },
  });

  test('has the pictures, their type and the tokens', () => {
    const body = said([{ text: 'Here it is.' }, { thought: true, ...picture }, picture]);
    expect(answeredJson(toGemini, body, {}, { model: FLASH, atEpochSeconds: 7 })).toEqual({
      created: 7,
      data: [{ b64_json: 'AAAA' }],
      output_format: 'jpeg',
      usage: {
        input_tokens: 3,
        output_tokens: 1290,
        total_tokens: 1293,
        input_tokens_details: { text_tokens: 3, image_tokens: 0 },
      },
    });
  });

  test.each([
    [
      said([{ text: 'I cannot draw that.' }]),
      'upstream_garbled: the answer has no picture: I cannot draw that.',
    ],
    [said([], { finishReason: 'IMAGE_SAFETY' }), 'content_blocked: the answer was blocked: IMAGE_SAFETY'],
    [{ promptFeedback: { blockReason: 'SAFETY' } }, 'content_blocked: the prompt was blocked: SAFETY'],
    [[], 'upstream_garbled: the answer is no JSON object'],
  ])('without any is a fault that says why', (body, words) => {
    expect(() => answered(toGemini, body, {}, { model: FLASH })).toThrow(words);
  });

  test('of Imagen may lack those that were held back', () => {
    const held = { raiFilteredReason: 'Unable to show generated images.' };
    const made = { mimeType: 'image/png', bytesBase64Encoded: 'AAAA' };
    const read = answeredJson(toGemini, { predictions: [held, made] }, {}, { model: IMAGEN });
    expect(read.data).toEqual([{ b64_json: 'AAAA' }]);
    expect(() => answered(toGemini, { predictions: [held] }, {}, { model: IMAGEN })).toThrow(
      'content_blocked: the picture was blocked: Unable to show generated images.',
    );
    expect(() => answered(toGemini, {}, {}, { model: IMAGEN })).toThrow('upstream_garbled');
  });

  test.each([
    [{ images: ['AAAA'], error: null }, undefined],
    [{ error: 'blocked by our content filters' }, 'content_blocked'],
    [{ finish_reasons: ['Filter reason: prompt'] }, 'content_blocked'],
    [{ finish_reasons: ['Inference error'] }, 'upstream_garbled'],
    [{}, 'upstream_garbled'],
  ])('of Bedrock is read: %j', (body, words) => {
    const read = () => answeredJson(toBedrock, body, {});
    if (words === undefined) expect(read().data).toEqual([{ b64_json: 'AAAA' }]);
    else expect(read).toThrow(words);
  });
});

test('nothing that comes throws', () => {
  const anything = fc.oneof(fc.string(), fc.json(), fc.constant('--a\r\n\r\n--a--'));
  fc.assert(
    fc.property(anything, anything, fc.constantFrom(FLASH, IMAGEN, 'x'), (request, answer, model) => {
      for (const translation of [toGemini, toBedrock]) {
        const asked = { model, path: '/x', request: Buffer.from(request), atEpochSeconds: 1 };
        expect(['ok', 'failed']).toContain(
          translation.encodeRequest(asked.request, { model, quirks: [] }).is,
        );
        expect(['ok', 'failed']).toContain(translation.decodeAnswer(Buffer.from(answer), asked).is);
      }
    }),
  );
});
