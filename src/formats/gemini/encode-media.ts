import type { LossCode, MediaPart } from '../../core/conversation.ts';
import type { JsonOut } from '../../lib/json-write.ts';
import { mimeOfBytes } from '../hub/media-type.ts';
import { isGoogleFile, isYoutube } from './decode-media.ts';
import type { ModelTraits } from './traits.ts';

/** A picture, sound or file as a part, or why the target cannot have it. */
export type EncodedMedia = { readonly part: JsonOut } | { readonly loss: LossCode };

const ENDINGS: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  pdf: 'application/pdf',
  txt: 'text/plain',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  mp4: 'video/mp4',
};

/** What a kind of media is when nothing tells more. */
const USUAL: Readonly<Record<MediaPart['media'], string>> = {
  image: 'image/jpeg',
  audio: 'audio/mpeg',
  video: 'video/mp4',
  file: 'application/pdf',
};

/** Writes media as the part it is in a turn. */
export function encodeMedia(part: MediaPart, traits: ModelTraits): EncodedMedia {
  const { source } = part;
  switch (source.is) {
    case 'base64':
      return inline(part.mime ?? mimeOfBytes(source.data) ?? USUAL[part.media], source.data);
    case 'text':
      return inline('text/plain', Buffer.from(source.text).toString('base64'));
    case 'url': {
      const isKnown = traits.fetches || isYoutube(source.url) || isGoogleFile(source.url);
      return isKnown ? file(part, source.url) : { loss: 'url' };
    }
    case 'stored':
      return isGoogleFile(source.id) ? file(part, source.id) : { loss: 'stored-file' };
  }
}

function inline(mimeType: string, bytes: string): EncodedMedia {
  return { part: { inlineData: { mimeType, data: bytes } } };
}

function file(part: MediaPart, fileUri: string): EncodedMedia {
  const ending = /\.([a-z0-9]{2,4})(?:[?#]|$)/i.exec(fileUri)?.[1]?.toLowerCase() ?? '';
  const guessed = ENDINGS[ending] ?? USUAL[part.media];
  return { part: { fileData: { mimeType: part.mime ?? guessed, fileUri } } };
}
