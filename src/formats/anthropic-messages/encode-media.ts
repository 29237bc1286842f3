import type { Loss, MediaPart } from '../../core/conversation.ts';
import type { JsonOut } from '../../lib/json-write.ts';
import { textOfFile } from '../hub/media-text.ts';

/** Images that can be sent as they are (docs: build-with-claude/vision). */
const IMAGE_TYPES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);
const PDF = 'application/pdf';
/** What the base64 of every PDF begins with: `%PDF-`. */
const PDF_START = 'JVBERi';

/** The block that shows a picture or a file; undefined, with its loss, when this format cannot. */
export function encodeMedia(part: MediaPart, losses: Set<Loss>): Record<string, JsonOut> | undefined {
  if (part.media === 'audio' || part.media === 'video') return lost(part.media, losses);
  if (part.source.is === 'stored') return lost('stored-file', losses);
  return part.media === 'image' ? encodeImage(part, losses) : encodeFile(part, losses);
}

function encodeImage({ source, mime }: MediaPart, losses: Set<Loss>): Record<string, JsonOut> | undefined {
  if (source.is === 'url') return isWebAddress(source.url) ? image(source) : lost('url', losses);
  const type = mime === 'image/jpg' ? 'image/jpeg' : mime;
  if (source.is !== 'base64' || type === undefined || !IMAGE_TYPES.has(type)) return lost('image', losses);
  return { type: 'image', source: { type: 'base64', media_type: type, data: source.data } };
}

function image({ url }: { readonly url: string }): Record<string, JsonOut> {
  return { type: 'image', source: { type: 'url', url } };
}

function encodeFile(part: MediaPart, losses: Set<Loss>): Record<string, JsonOut> | undefined {
  const { title, name, ...file } = part;
  const { source, mime } = file;
  const document = (from: JsonOut): Record<string, JsonOut> => ({
    type: 'document',
    source: from,
    title: title ?? name,
  });
  if (source.is === 'url')
    return isWebAddress(source.url) ? document({ type: 'url', url: source.url }) : lost('url', losses);
  if (source.is === 'base64' && (mime === PDF || source.data.startsWith(PDF_START)))
    return document({ type: 'base64', media_type: PDF, data: source.data });
  const text = textOfFile(file);
  return text === undefined
    ? lost('file', losses)
    : document({ type: 'text', media_type: 'text/plain', data: text });
}

function isWebAddress(url: string): boolean {
  return /^https?:\/\//i.test(url);
}

function lost(loss: Loss, losses: Set<Loss>): undefined {
  losses.add(loss);
}
