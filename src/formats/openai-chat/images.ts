import type { AnswerEvent } from '../../core/answer.ts';
import { field, stringField } from '../../lib/expect.ts';
import type { JsonOut } from '../../lib/json-write.ts';
import type { OpenedMedia } from '../hub/answer-media.ts';

/** A picture of an answer, as OpenRouter writes it into `message.images` and `delta.images`. */
export function writeImage({ mime, data }: OpenedMedia, index: number): JsonOut {
  return { type: 'image_url', index, image_url: { url: `data:${mime};base64,${data}` } };
}

/** The pictures of a message or a delta; those at an address cannot be carried. */
export function readImages(list: unknown): OpenedMedia[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry): OpenedMedia[] => {
    const url = stringField(field(entry, 'image_url'), 'url') ?? '';
    const comma = url.indexOf(',');
    const mime = /^data:(image\/[\w.+-]+);base64$/.exec(url.slice(0, Math.max(0, comma)))?.[1];
    return mime === undefined ? [] : [{ kind: 'media', mime, data: url.slice(comma + 1) }];
  });
}

/** Pictures and sound are told whole. */
export function mediaEvents(media: readonly OpenedMedia[]): AnswerEvent[] {
  return media.flatMap((part): AnswerEvent[] => [{ is: 'open', part }, { is: 'close' }]);
}
