import type { Loss, MediaPart } from '../../core/conversation.ts';
import { entryOf } from '../../lib/expect.ts';
import type { JsonOut } from '../../lib/json-write.ts';
import { bareText } from '../hub/media-text.ts';

/** One block of a message. */
export type Block = Readonly<Record<string, JsonOut>>;

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ImageBlock.html, …DocumentBlock, …VideoBlock */
const IMAGES: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpeg',
  'image/jpg': 'jpeg',
  'image/gif': 'gif',
  'image/webp': 'webp',
};

const DOCUMENTS: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'text/csv': 'csv',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/markdown': 'md',
};

const VIDEOS: Readonly<Record<string, string>> = {
  'video/x-matroska': 'mkv',
  'video/quicktime': 'mov',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'video/x-flv': 'flv',
  'video/mpeg': 'mpeg',
  'video/x-ms-wmv': 'wmv',
  'video/3gpp': 'three_gp',
};

/** What the base64 of every PDF begins with: `%PDF-`. */
const PDF_START = 'JVBERi';

/** Names documents so that Bedrock takes them: few kinds of characters, and no two alike in one request. */
export class DocumentNames {
  readonly #used = new Set<string>();
  /** How often each name was asked for. */
  readonly #times = new Map<string, number>();

  name(part: MediaPart): string {
    const given = (part.title ?? part.name ?? 'document').replace(/\.[a-z0-9]{1,5}$/i, '');
    const legal = given
      .replace(/[^a-zA-Z0-9\s\-()[\]]/g, '-')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 190);
    const base = legal === '' ? 'document' : legal;
    let times = this.#times.get(base) ?? 0;
    let name = base;
    do name = ++times === 1 ? base : `${base} ${times}`;
    while (this.#used.has(name));
    this.#times.set(base, times);
    this.#used.add(name);
    return name;
  }
}

/** The block that shows a picture, a file or a video; or what is lost, when this format cannot. */
export function encodeMedia(
  part: MediaPart,
  names: DocumentNames,
  takesVideo: boolean,
): { readonly block: Block } | { readonly loss: Loss } {
  const { media, source, mime = '' } = part;
  if (source.is === 'stored') return { loss: 'stored-file' };
  if (media === 'audio' || (media === 'video' && !takesVideo)) return { loss: media };
  if (source.is === 'url' && !source.url.startsWith('s3://')) return { loss: 'url' };
  const from = source.is === 'url' ? { s3Location: { uri: source.url } } : undefined;
  if (media === 'image' || media === 'video') {
    const format = entryOf(media === 'image' ? IMAGES : VIDEOS, mime);
    const bytes = source.is === 'base64' ? { bytes: source.data } : from;
    return format === undefined || !bytes
      ? { loss: media }
      : { block: { [media]: { format, source: bytes } } };
  }
  return encodeDocument(part, from, names);
}

function encodeDocument(
  part: MediaPart,
  from: Block | undefined,
  names: DocumentNames,
): { readonly block: Block } | { readonly loss: Loss } {
  const { source, mime = '' } = part;
  const isPdf = source.is === 'base64' && source.data.startsWith(PDF_START);
  const format = isPdf ? 'pdf' : entryOf(DOCUMENTS, mime);
  const document = (kind: string, bytes: Block): { readonly block: Block } => ({
    block: { document: { format: kind, name: names.name(part), source: bytes } },
  });
  if (source.is === 'text')
    return document(entryOf(DOCUMENTS, mime) ?? 'txt', { bytes: base64(source.text) });
  if (from) return format === undefined ? { loss: 'file' } : document(format, from);
  if (source.is === 'base64' && format !== undefined) return document(format, { bytes: source.data });
  const text = bareText(part);
  return text === undefined ? { loss: 'file' } : document('txt', { bytes: base64(text) });
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
