import type { Loss, MediaPart } from '../../core/conversation.ts';
import type { JsonView } from '../../lib/json-view.ts';
import { pick, pickString } from './names.ts';

/** Addresses that only Google can read: its Files API and its Cloud Storage. */
const GOOGLE_FILE = /^gs:\/\/|^https:\/\/generativelanguage\.googleapis\.com\//;

/** A picture, sound or file of a part; undefined when it is something else. */
export function decodeMedia(part: JsonView, losses: Set<Loss>): MediaPart | undefined {
  const inline = pick(part, 'inlineData');
  const file = pick(part, 'fileData');
  if (!inline && !file) return undefined;
  for (const said of ['videoMetadata', 'mediaResolution']) if (pick(part, said)) losses.add(`field:${said}`);
  const mime = pickString(inline ?? file, 'mimeType');
  const name = pickString(inline ?? file, 'displayName');
  return {
    kind: 'media',
    media: mediaOf(mime, file && pickString(file, 'fileUri')),
    ...(mime !== undefined && { mime }),
    source: inline ? inlineSource(inline, mime) : fileSource(pickString(file, 'fileUri') ?? ''),
    ...(name !== undefined && { name }),
  };
}

/** True for an address that nobody but Google can read. */
export function isGoogleFile(uri: string): boolean {
  return GOOGLE_FILE.test(uri);
}

/** True for a video by its address, which Google watches itself. */
export function isYoutube(uri: string): boolean {
  return /^https?:\/\/(?:(?:www|m)\.youtube\.com|youtu\.be)\//.test(uri);
}

function mediaOf(mime: string | undefined, uri: string | undefined): MediaPart['media'] {
  const [kind] = (mime ?? '').split('/', 1);
  if (kind === 'image' || kind === 'audio' || kind === 'video') return kind;
  return uri !== undefined && isYoutube(uri) ? 'video' : 'file';
}

/** Protocol buffers read both alphabets of base64, other formats the older one only. */
function inlineSource(inline: JsonView, mime: string | undefined): MediaPart['source'] {
  const encoded = (inline.string('data') ?? '').replaceAll('-', '+').replaceAll('_', '/');
  if (mime !== 'text/plain') return { is: 'base64', data: encoded };
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  return text.includes('\uFFFD') ? { is: 'base64', data: encoded } : { is: 'text', text };
}

function fileSource(uri: string): MediaPart['source'] {
  if (/^https?:\/\//.test(uri) && !isGoogleFile(uri)) return { is: 'url', url: uri };
  return { is: 'stored', id: uri };
}
