import type { OpenedPart } from '../../core/answer.ts';
import type { MediaPart, Part } from '../../core/conversation.ts';
import type { CallerFormatName } from '../../core/operation.ts';

/** A picture or sound in an answer: it comes whole, in base64. */
export type OpenedMedia = Extract<OpenedPart, { kind: 'media' }>;

/** What callers of each format can be shown in an answer; of what is not there its loss is told. */
const SHOWN: Readonly<Record<CallerFormatName, RegExp>> = {
  // As OpenRouter has it (https://openrouter.ai/docs/features/multimodal/image-generation).
  'openai-chat': /^image\//,
  'openai-responses': /^image\//,
  'anthropic-messages': /^\b$/,
  gemini: /./,
};

/** Whether an answer in this format has a place for such a part. */
export function canShow(caller: CallerFormatName, mime: string): boolean {
  return SHOWN[caller].test(mime);
}

/** The part as it is kept. */
export function mediaPart({ mime, data }: OpenedMedia): MediaPart {
  const kind = /^(image|audio|video)\//.exec(mime)?.[1];
  const media = kind === 'image' || kind === 'audio' || kind === 'video' ? kind : 'file';
  return { kind: 'media', media, mime, source: { is: 'base64', data } };
}

/** The pictures among the parts of an answer. */
export function picturesIn(parts: readonly Part[]): OpenedMedia[] {
  return parts.flatMap((part) => (part.kind === 'media' && part.media === 'image' ? openedMedia(part) : []));
}

/** The part as it was told; nothing of media that are elsewhere. */
export function openedMedia({ media, mime, source }: MediaPart): OpenedMedia[] {
  if (source.is !== 'base64') return [];
  return [
    {
      kind: 'media',
      mime: mime ?? (media === 'image' ? 'image/png' : 'application/octet-stream'),
      data: source.data,
    },
  ];
}
