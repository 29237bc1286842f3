import { field, isString, numberField, stringField } from '../../../lib/expect.ts';
import type { Asked, Identity } from '../../asked.ts';
import { answerScript } from '../../content/converse.ts';
import { type Objections, listOf } from '../../content/objections.ts';
import { solidPng } from '../../content/picture.ts';
import { textOf } from '../../content/question.ts';
import { promptTokens } from '../../content/reply.ts';
import { hashText, idFrom } from '../../random.ts';
import type { Recipe } from '../../recipe.ts';
import type { Script } from '../../script.ts';
import { object } from '../../trouble.ts';
import { GEMINI_ERRORS } from './errors.ts';
import { either } from './fields.ts';

// https://ai.google.dev/api/generate-content#ImageConfig
const SHAPES = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'];
const IMAGEN_SHAPES = ['1:1', '3:4', '4:3', '9:16', '16:9'];
const SIZES = ['1K', '2K', '4K'];
// https://ai.google.dev/gemini-api/docs/audio#supported-formats
const HEARD = ['audio/wav', 'audio/mp3', 'audio/aiff', 'audio/aac', 'audio/ogg', 'audio/flac'];
const PICTURE_TOKENS = 1290;
const SOUND_TOKENS_A_SECOND = 25;
const SAMPLES_A_SECOND = 24_000;

/** What Google would refuse of pictures and sound in a request, and of the wish for them. */
export function* mediaObjections({ json, model }: Asked): Objections {
  const config = either(json, 'generationConfig');
  const wanted = modalities(json);
  const known = wanted.every((one) => ['TEXT', 'IMAGE', 'AUDIO'].includes(one));
  if (!known) yield { message: "Invalid value at 'generation_config.response_modalities[0]'" };
  if (wanted.includes('IMAGE') && !model.includes('image'))
    yield { message: 'Multi-modal output is not supported.' };
  if (wanted.includes('AUDIO') !== model.includes('tts'))
    yield {
      message:
        'The requested combination of response modalities (AUDIO) is not supported by the model. `' +
        model +
        '` accepts others.',
    };
  yield* shapeObjections(either(config, 'imageConfig'), model);
  const voice = field(field(either(config, 'speechConfig'), 'voiceConfig'), 'prebuiltVoiceConfig');
  const name = stringField(voice, 'voiceName');
  if (voice !== undefined && !/^[A-Z][a-z]+$/.test(name ?? ''))
    yield { message: `Voice name ${name ?? ''} is not supported.` };
  yield* soundObjections(json);
}

function* shapeObjections(shape: unknown, model: string): Objections {
  const ratio = either(shape, 'aspectRatio');
  if (ratio !== undefined && !isOneOf(SHAPES, ratio))
    yield { message: '* GenerateContentRequest.generation_config.image_config.aspect_ratio: invalid\n' };
  const size = either(shape, 'imageSize');
  if (size !== undefined && (model.includes('2.5') || !isOneOf(SIZES, size)))
    yield { message: '* GenerateContentRequest.generation_config.image_config.image_size: invalid\n' };
}

function* soundObjections(json: unknown): Objections {
  for (const content of listOf(field(json, 'contents')))
    for (const part of listOf(field(content, 'parts'))) {
      const mime = stringField(either(part, 'inlineData'), 'mimeType') ?? '';
      if (mime.startsWith('audio/') && !HEARD.includes(mime))
        yield { message: `Unsupported MIME type: ${mime}` };
    }
}

function isOneOf(list: readonly string[], value: unknown): boolean {
  return isString(value) && list.includes(value);
}

function modalities(json: unknown): readonly string[] {
  return listOf(either(either(json, 'generationConfig'), 'responseModalities')).filter(isString);
}

/** Whether something else than text is asked for. */
export function wantsMedia({ json }: Asked): boolean {
  return modalities(json).some((one) => one !== 'TEXT');
}

/** A picture in one colour, or a second of silence for every fifteen letters. */
export function answerMedia({ json, model }: Asked, recipe: Recipe, identity: Identity): Script {
  const text = listOf(field(json, 'contents'))
    .map((content) => textOf(field(content, 'parts')))
    .join('\n');
  const seed = hashText(text, identity.seed);
  const speaks = modalities(json).includes('AUDIO');
  const seconds = Math.max(1, Math.ceil(text.length / 15));
  const tokens = speaks ? seconds * SOUND_TOKENS_A_SECOND : PICTURE_TOKENS;
  const sound = Buffer.alloc(seconds * SAMPLES_A_SECOND * 2);
  const inlineData = speaks
    ? { mimeType: 'audio/L16;codec=pcm;rate=24000', data: sound.toString('base64') }
    : { mimeType: 'image/png', data: solidPng(seed).toString('base64') };
  const prompt = promptTokens(recipe, text);
  const body = {
    candidates: [{ content: { parts: [{ inlineData }], role: 'model' }, finishReason: 'STOP', index: 0 }],
    usageMetadata: {
      promptTokenCount: prompt,
      candidatesTokenCount: tokens,
      totalTokenCount: prompt + tokens,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: prompt }],
      candidatesTokensDetails: [{ modality: speaks ? 'AUDIO' : 'IMAGE', tokenCount: tokens }],
    },
    modelVersion: recipe.model ?? model,
    responseId: idFrom(seed, 23),
  };
  return answerScript(body, recipe, 1);
}

/** `:predict`, of Imagen. */
export function answerPredict({ json }: Asked, recipe: Recipe, identity: Identity): Script {
  const prompt = stringField(listOf(field(json, 'instances'))[0], 'prompt');
  const parameters = field(json, 'parameters');
  const count = numberField(parameters, 'sampleCount') ?? 4;
  const ratio = field(parameters, 'aspectRatio') ?? '1:1';
  if (prompt === undefined) return object(GEMINI_ERRORS, { message: 'Prompt is required.' });
  if (count < 1 || count > 4)
    return object(GEMINI_ERRORS, { message: 'sampleCount must be between 1 and 4.' });
  if (!isOneOf(IMAGEN_SHAPES, ratio))
    return object(GEMINI_ERRORS, { message: 'This aspectRatio is not supported.' });
  const mimeType = stringField(field(parameters, 'outputOptions'), 'mimeType') ?? 'image/png';
  const seed = hashText(prompt, identity.seed);
  const predictions = Array.from({ length: count }, (_, index) => ({
    mimeType,
    bytesBase64Encoded: solidPng(seed + index).toString('base64'),
  }));
  return answerScript({ predictions }, recipe, 1);
}
