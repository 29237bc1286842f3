import type { Loss, MediaPart } from '../../core/conversation.ts';
import type { JsonOut } from '../../lib/json-write.ts';

/** Images that can be sent as they are (docs: build-with-claude/vision). */
const IMAGE_TYPES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);
/** Files that are text, whatever they are called. */
const TEXT_TYPE =
  /^text\/|^application\/(json|xml|yaml|x-yaml|javascript|typescript|toml|x-ndjson|sql)$|\+(json|xml)$/;
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
  const { source, mime } = part;
  const title = part.title ?? part.name;
  const document = (from: JsonOut): Record<string, JsonOut> => ({ type: 'document', source: from, title });
  switch (source.is) {
    case 'text':
      return document(plain(source.text));
    case 'url':
      return isWebAddress(source.url) ? document({ type: 'url', url: source.url }) : lost('url', losses);
    case 'base64': {
      if (mime === PDF || source.data.startsWith(PDF_START))
        return document({ type: 'base64', media_type: PDF, data: source.data });
      if (mime !== undefined && TEXT_TYPE.test(mime))
        return document(plain(Buffer.from(source.data, 'base64').toString('utf8')));
      return lost('file', losses);
    }
    case 'stored':
      return lost('stored-file', losses);
  }
}

function plain(text: string): JsonOut {
  return { type: 'text', media_type: 'text/plain', data: text };
}

function isWebAddress(url: string): boolean {
  return /^https?:\/\//i.test(url);
}

function lost(loss: Loss, losses: Set<Loss>): undefined {
  losses.add(loss);
}
