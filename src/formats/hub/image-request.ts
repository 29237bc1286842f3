import type { Loss } from '../../core/conversation.ts';
import type { AskedDirectly, DirectAnswer } from '../../core/direct.ts';
import { type Fault, fault } from '../../core/fault.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import type { Usage } from '../../core/usage.ts';
import { entryOf } from '../../lib/expect.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { writeJson } from '../../lib/json-write.ts';
import { fieldLoss } from './field-loss.ts';

/** A request of OpenAI's `/images/generations`, as far as others can be told of it. */
export interface ImageRequest {
  readonly prompt: string;
  readonly count: number;
  /** Pixels; undefined leaves them to the model. */
  readonly size: ImageSize | undefined;
  readonly quality: string | undefined;
  /** `png`, `jpeg`, `webp`, …; undefined leaves it to the model. */
  readonly type: string | undefined;
  readonly losses: ReadonlySet<Loss>;
}

/** Pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** What is read, and what asks for nothing that a model does not do unasked. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  moderation: ['auto'],
  background: ['auto', 'opaque'],
};
const READ = new Set([
  'model',
  'prompt',
  'n',
  'size',
  'quality',
  'output_format',
  'response_format',
  'stream',
]);

/** Reads a request for pictures. */
export function readImageRequest(body: Buffer): Outcome<ImageRequest, Fault> {
  const view = viewJson(body.toString('utf8'));
  const prompt = view?.string('prompt');
  if (prompt === undefined || prompt === '')
    return failed(fault('bad_request', 'there is no "prompt" to make a picture of'));
  const why = whyNot(view);
  if (why !== undefined) return failed(fault('untranslatable', why));
  const size = sizeOf(view?.string('size'));
  const losses = new Set<Loss>();
  for (const [name, value] of view?.fields() ?? []) {
    if (value.text === 'null' || READ.has(name) || entryOf(KNOWN, name)?.includes(value.asString() ?? ''))
      continue;
    losses.add(name === 'user' ? 'user' : fieldLoss(name));
  }
  return ok({
    prompt,
    count: view?.number('n') ?? 1,
    size,
    quality: unlessAuto(view?.string('quality')),
    type: view?.string('output_format'),
    losses,
  });
}

/** What cannot be had from any other provider. */
function whyNot(view: JsonView | undefined): string | undefined {
  if (view?.flag('stream') === true) return 'pictures come whole there, not as a stream ("stream": true)';
  // The models that answer with an address unless told otherwise (https://platform.openai.com/docs/api-reference/images).
  const isOld = view?.string('model')?.startsWith('dall-e') === true;
  const form = view?.string('response_format') ?? (isOld ? 'url' : undefined);
  if (form === 'url') return 'pictures are not kept at an address there ("response_format": "url")';
  const size = view?.string('size');
  if (size !== undefined && size !== 'auto' && !sizeOf(size)) return `"size" is not WIDTHxHEIGHT: ${size}`;
  const count = view?.number('n') ?? 1;
  return Number.isInteger(count) && count >= 1 ? undefined : '"n" is no number of pictures';
}

function sizeOf(text: string | undefined): ImageSize | undefined {
  const found = /^([1-9]\d{1,4})x([1-9]\d{1,4})$/.exec(text ?? '');
  return found ? { width: Number(found[1]), height: Number(found[2]) } : undefined;
}

function unlessAuto(word: string | undefined): string | undefined {
  return word === 'auto' ? undefined : word;
}

/** Why these are too many pictures for one request; undefined when they are not. */
export function tooManyImages({ count }: ImageRequest, most: number): Fault | undefined {
  if (count <= most) return undefined;
  const limit = most === 1 ? 'one picture' : `${most} pictures`;
  return fault('untranslatable', `this model makes at most ${limit} in a request ("n": ${count})`);
}

/** Of these shapes (`16:9`) the one that is nearest to the size. */
export function nearestShape<T extends string>({ width, height }: ImageSize, shapes: readonly T[]): T {
  const wanted = Math.log(width / height);
  const distance = (shape: T): number => Math.abs(Math.log(ratioOf(shape)) - wanted);
  return shapes.reduce((best, shape) => (distance(shape) < distance(best) ? shape : best));
}

function ratioOf(shape: string): number {
  const [across = 1, down = 1] = shape.split(':').map(Number);
  return across / down;
}

/** What came of it. */
export interface MadeImages {
  /** Base64. */
  readonly images: readonly string[];
  /** `image/png`, where the provider says so. */
  readonly mime?: string | undefined;
  readonly usage?: Usage | undefined;
}

/** The pictures as callers of OpenAI get them. */
export function writeImages(
  { images, mime, usage }: MadeImages,
  { atEpochSeconds }: AskedDirectly,
): Outcome<DirectAnswer, Fault> {
  const answer = {
    created: atEpochSeconds,
    data: images.map((b64_json) => ({ b64_json })),
    output_format: mime?.startsWith('image/') === true ? mime.slice('image/'.length) : undefined,
    usage: usage && writeUsage(usage),
  };
  return ok({ body: Buffer.from(writeJson(answer)), usage });
}

/** Only where both figures are known: readers take them for numbers. */
function writeUsage({ input, output, imageInput, imageOutput }: Usage) {
  if (input === undefined || output === undefined) return undefined;
  const image_tokens = imageInput ?? 0;
  const details = {
    image_tokens: imageOutput ?? output,
    text_tokens: output - (imageOutput ?? output),
  };
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: input + output,
    input_tokens_details: { text_tokens: input - image_tokens, image_tokens },
    output_tokens_details: imageOutput === undefined ? undefined : details,
  };
}
