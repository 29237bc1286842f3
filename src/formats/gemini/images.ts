import type { Loss } from '../../core/conversation.ts';
import type { DirectTranslation } from '../../core/direct.ts';
import { type Fault, fault } from '../../core/fault.ts';
import type { RenderTarget, WireRequest } from '../../core/format.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { viewJson } from '../../lib/json-view.ts';
import { type JsonOut, writeJson } from '../../lib/json-write.ts';
import { type GivenPicture, readImageEdit } from '../hub/image-edit.ts';
import {
  type ImageRequest,
  nearestShape,
  readImageRequest,
  tooManyImages,
  writeImages,
} from '../hub/image-request.ts';
import { chatPath, writePath } from './path.ts';
import { inlineOf, readWhole, withoutWhat } from './whole-answer.ts';

type Fields = { readonly [name: string]: JsonOut };

/** Models that only make pictures, and are asked by `:predict`. */
const IMAGEN = /(?:^|\/)(?:imagen-|imagegeneration)/;
/** Models of conversation that are known not to draw. */
const DRAWS_NOT = /(?:^|\/)(?:gemini-(?!.*image)|gemma-|learnlm-|veo-|lyria-|.*embedding-)/;

/** https://ai.google.dev/api/generate-content#ImageConfig */
const SHAPES = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'] as const;
/** `GenerateImagesConfig` of Google's own library; "1:1", "3:4", "4:3", "9:16" and "16:9". */
const IMAGEN_SHAPES = ['1:1', '3:4', '4:3', '9:16', '16:9'] as const;
/** https://ai.google.dev/gemini-api/docs/imagen#configuration: "from 1 to 4 (inclusive)". */
const MOST_OF_IMAGEN = 4;
/** Pixels of a square picture in each size; Gemini 2.5 and Imagen 3 know the first alone. */
const SQUARES: ReadonlyMap<number, string> = new Map([
  [1024, '1K'],
  [2048, '2K'],
  [4096, '4K'],
]);

/** OpenAI's `/images/generations`, asked of a provider of this format. */
export const GEMINI_IMAGES_FROM_OPENAI: DirectTranslation = {
  encodeRequest: (body, target) => {
    const read = readImageRequest(body);
    if (read.is === 'failed') return read;
    if (IMAGEN.test(target.model)) return askImagen(read.value, target);
    return askGemini(read.value, target);
  },
  decodeAnswer: (body, asked) => {
    const made = IMAGEN.test(asked.model) ? readPredictions(body) : readParts(body);
    return made.is === 'failed' ? made : writeImages(made.value, asked);
  },
};

/**
 * OpenAI's `/images/edits`: a model that converses is shown the pictures and told what to make of them
 * (https://ai.google.dev/gemini-api/docs/image-generation#image_editing_text-and-image-to-image).
 */
export const GEMINI_IMAGE_EDITS_FROM_OPENAI: DirectTranslation = {
  encodeRequest: (body, target) => {
    const read = readImageEdit(body);
    if (read.is === 'failed') return read;
    if (IMAGEN.test(target.model))
      return failed(fault('untranslatable', `${target.model} makes pictures of words alone`));
    return askGemini(read.value.request, target, read.value.pictures);
  },
  decodeAnswer: (body, asked) => GEMINI_IMAGES_FROM_OPENAI.decodeAnswer(body, asked),
};

function askGemini(
  asked: ImageRequest,
  { model, quirks }: RenderTarget,
  pictures: readonly GivenPicture[] = [],
): Outcome<WireRequest, Fault> {
  if (DRAWS_NOT.test(model)) return failed(fault('untranslatable', `${model} makes no pictures`));
  const many = tooManyImages(asked, 1);
  if (many) return failed(many);
  const losses = new Set<Loss>(asked.losses);
  const hasSizes = !/gemini-2/.test(model);
  const json = {
    contents: [
      {
        role: 'user',
        parts: [
          ...pictures.map(({ mime, bytes }) => ({
            inlineData: { mimeType: mime, data: bytes.toString('base64') },
          })),
          { text: asked.prompt },
        ],
      },
    ],
    // Some models refuse to answer with pictures alone; those that can choose draw when words would do as well.
    generationConfig: {
      responseModalities: ['TEXT', 'IMAGE'],
      imageConfig: shapeOf(asked, SHAPES, { hasSizes, name: 'imageSize' }, losses),
    },
  };
  if (asked.quality !== undefined) losses.add('field:quality');
  if (asked.type !== undefined && asked.type !== 'png') losses.add('field:output_format');
  return wire(chatPath(model, false, quirks), json, losses);
}

function askImagen(asked: ImageRequest, { model, quirks }: RenderTarget): Outcome<WireRequest, Fault> {
  const many = tooManyImages(asked, MOST_OF_IMAGEN);
  if (many) return failed(many);
  const losses = new Set<Loss>(asked.losses);
  const hasSizes = /imagen-4/.test(model);
  const isKnownType = asked.type === 'png' || asked.type === 'jpeg';
  const json = {
    instances: [{ prompt: asked.prompt }],
    parameters: {
      sampleCount: asked.count,
      ...shapeOf(asked, IMAGEN_SHAPES, { hasSizes, name: 'sampleImageSize' }, losses),
      outputOptions: isKnownType ? { mimeType: `image/${asked.type}` } : undefined,
    },
  };
  if (asked.quality !== undefined) losses.add('field:quality');
  if (asked.type !== undefined && !isKnownType) losses.add('field:output_format');
  return wire(writePath(model, 'predict', quirks), json, losses);
}

/** Google is told a shape, and for squares the pixels: any other size loses some of its pixels. */
function shapeOf(
  { size }: ImageRequest,
  shapes: readonly string[],
  sizes: { readonly hasSizes: boolean; readonly name: string },
  losses: Set<Loss>,
): Fields | undefined {
  if (!size) return undefined;
  const pixels = size.width === size.height ? SQUARES.get(size.width) : undefined;
  if (pixels === undefined || (pixels !== '1K' && !sizes.hasSizes)) losses.add('field:size');
  const told = pixels !== '1K' && sizes.hasSizes ? pixels : undefined;
  return { aspectRatio: nearestShape(size, shapes), [sizes.name]: told };
}

function wire(path: string, json: Fields, losses: ReadonlySet<Loss>): Outcome<WireRequest, Fault> {
  return ok({ path, body: Buffer.from(writeJson(json)), losses: [...losses].sort() });
}

type Made = Parameters<typeof writeImages>[0];

function readParts(body: Buffer): Outcome<Made, Fault> {
  const whole = readWhole(body);
  if (whole.is === 'failed') return whole;
  const pictures = inlineOf(whole.value.parts).filter(({ mime }) => mime.startsWith('image/'));
  if (pictures.length === 0) return failed(withoutWhat('picture', whole.value));
  const { usage } = whole.value;
  return ok({ images: pictures.map(({ data }) => data), mime: pictures[0]?.mime, usage });
}

/** Pictures that were held back are missing or have a reason instead. */
function readPredictions(body: Buffer): Outcome<Made, Fault> {
  const predictions = viewJson(body.toString('utf8'))?.list('predictions') ?? [];
  const images = predictions.flatMap((one) => one.string('bytesBase64Encoded') ?? []);
  if (images.length > 0) return ok({ images, mime: predictions[0]?.string('mimeType') });
  const why = predictions.map((one) => one.string('raiFilteredReason')).find((one) => one !== undefined);
  // All pictures of a blocked prompt are left out, often without a word.
  return failed(
    why === undefined
      ? fault('upstream_garbled', 'the answer has no picture: the provider may have held it back')
      : fault('content_blocked', `the picture was blocked: ${why}`),
  );
}
