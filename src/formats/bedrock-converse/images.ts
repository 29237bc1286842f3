import type { Loss } from '../../core/conversation.ts';
import type { DirectTranslation } from '../../core/direct.ts';
import { type Fault, fault } from '../../core/fault.ts';
import type { WireRequest } from '../../core/format.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { entryOf } from '../../lib/expect.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { type JsonOut, writeJson } from '../../lib/json-write.ts';
import {
  type ImageRequest,
  type ImageSize,
  nearestShape,
  readImageRequest,
  tooManyImages,
  writeImages,
} from '../hub/image-request.ts';
import { invokePath } from './invoke.ts';

type Fields = { readonly [name: string]: JsonOut };

/** How one family of models is asked for pictures: each has a body of its own. */
interface Family {
  readonly name: RegExp;
  readonly most: number;
  /** Characters; nothing is cut. */
  readonly longestPrompt: number;
  encode(asked: ImageRequest, losses: Set<Loss>): Outcome<Fields, Fault>;
}

/** https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-diffusion-stable-image-core-text-image-request-response.html */
const SHAPES = ['16:9', '1:1', '21:9', '2:3', '3:2', '4:5', '5:4', '9:16', '9:21'] as const;

const FAMILIES: readonly Family[] = [
  // https://docs.aws.amazon.com/nova/latest/userguide/image-gen-req-resp-structure.html
  {
    name: /nova-canvas/,
    most: 5,
    longestPrompt: 1024,
    encode: (asked, losses) => amazon(asked, losses, novaFits),
  },
  // https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-image.html
  {
    name: /titan-image/,
    most: 5,
    longestPrompt: 512,
    encode: (asked, losses) => amazon(asked, losses, titanFits),
  },
  {
    name: /stability\.(?:sd3|stable-image-(?:core|ultra))/,
    most: 1,
    longestPrompt: 10_000,
    encode: stability,
  },
];

/** OpenAI's `/images/generations`, asked of a model at Amazon Bedrock. */
export const BEDROCK_IMAGES_FROM_OPENAI: DirectTranslation = {
  encodeRequest: (body, { model }) => {
    const read = readImageRequest(body);
    return read.is === 'failed' ? read : encode(read.value, model);
  },
  decodeAnswer: (body, asked) => {
    const view = viewJson(body.toString('utf8'));
    const images = view?.list('images').flatMap((image) => image.asString() ?? []) ?? [];
    if (images.length > 0) return writeImages({ images }, asked);
    return failed(whyNone(view));
  },
};

function encode(asked: ImageRequest, model: string): Outcome<WireRequest, Fault> {
  const family = FAMILIES.find(({ name }) => name.test(model));
  if (!family)
    return failed(
      fault('untranslatable', 'gw can ask Nova Canvas, Titan and Stability for pictures there, no others'),
    );
  const many = tooManyImages(asked, family.most);
  if (many) return failed(many);
  if (asked.prompt.length > family.longestPrompt)
    return failed(
      fault(
        'untranslatable',
        `this model reads at most ${family.longestPrompt} characters ("prompt": ${asked.prompt.length})`,
      ),
    );
  const losses = new Set<Loss>(asked.losses);
  const fields = family.encode(asked, losses);
  if (fields.is === 'failed') return fields;
  const body = Buffer.from(writeJson(fields.value));
  return ok({ path: invokePath(model), body, losses: [...losses].sort() });
}

function amazon(
  { prompt, count, size, quality, type }: ImageRequest,
  losses: Set<Loss>,
  fits: (size: ImageSize) => boolean,
): Outcome<Fields, Fault> {
  if (size && !fits(size))
    return failed(
      fault(
        'untranslatable',
        `this model makes no pictures of that size ("size": ${size.width}x${size.height})`,
      ),
    );
  const grade = quality === undefined ? undefined : entryOf(QUALITIES, quality);
  if (quality !== undefined && grade === undefined) losses.add('field:quality');
  if (type !== undefined && type !== 'png') losses.add('field:output_format');
  return ok({
    taskType: 'TEXT_IMAGE',
    textToImageParams: { text: prompt },
    imageGenerationConfig: {
      numberOfImages: count,
      width: size?.width,
      height: size?.height,
      quality: grade,
    },
  });
}

/** Amazon has two grades. */
const QUALITIES: Readonly<Record<string, string>> = {
  standard: 'standard',
  medium: 'standard',
  hd: 'premium',
  high: 'premium',
};

/** Each side 320 to 4096 and divisible by 16, no longer than four times the other, in all below 4,194,304 pixels. */
function novaFits({ width, height }: ImageSize): boolean {
  const sides = [width, height];
  if (sides.some((side) => side < 320 || side > 4096 || side % 16 !== 0)) return false;
  return Math.max(...sides) <= 4 * Math.min(...sides) && width * height < 4_194_304;
}

/** The squares of Amazon's table; the other sizes in it are none of OpenAI's. */
function titanFits({ width, height }: ImageSize): boolean {
  return width === height && [512, 768, 1024].includes(width);
}

function stability({ prompt, size, quality, type }: ImageRequest, losses: Set<Loss>): Outcome<Fields, Fault> {
  // It is told a shape and makes about a million pixels of it.
  if (size && (size.width !== size.height || size.width !== 1024)) losses.add('field:size');
  if (quality !== undefined) losses.add('field:quality');
  const isKnown = type === undefined || type === 'png' || type === 'jpeg';
  if (!isKnown) losses.add('field:output_format');
  return ok({
    prompt,
    mode: 'text-to-image',
    aspect_ratio: size && nearestShape(size, SHAPES),
    output_format: isKnown ? (type ?? 'png') : 'png',
  });
}

/** `error` is Amazon's word, `finish_reasons` Stability's; of several pictures that were blocked the rest is given. */
function whyNone(view: JsonView | undefined): Fault {
  const reasons = view?.list('finish_reasons').flatMap((reason) => reason.asString() ?? []) ?? [];
  const why = view?.string('error') ?? reasons[0];
  if (why === undefined) return fault('upstream_garbled', 'the answer has no picture');
  const isBlocked = /filter|content|polic|block/i.test(why);
  return fault(isBlocked ? 'content_blocked' : 'upstream_garbled', `there is no picture: ${why}`);
}
