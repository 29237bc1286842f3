import type { CacheMark, Loss, MediaPart, TextPart } from '../../core/conversation.ts';
import { entryOf } from '../../lib/expect.ts';
import type { JsonView } from '../../lib/json-view.ts';
import { fieldLoss } from '../hub/field-loss.ts';
import { locateMedia } from '../hub/media-source.ts';

export type Content = TextPart | MediaPart;

/** The content of a message: a text, or a list of parts. Parts of the model's own turn that are no content are left. */
export function decodeContent(message: JsonView, losses: Set<Loss>): Content[] {
  const content = message.get('content');
  const text = content?.asString();
  const decoded =
    text === undefined ? (content?.items() ?? []).flatMap((part) => decodePart(part, losses)) : [];
  if (text !== undefined && text !== '') decoded.push({ kind: 'text', text });
  return markLast(decoded, readCacheMark(message));
}

/** Kinds of parts that other readers take care of. */
const ELSEWHERE: ReadonlySet<string> = new Set(['refusal', 'thinking', 'reasoning']);

function decodePart(part: JsonView, losses: Set<Loss>): Content[] {
  const type = part.string('type') ?? 'text';
  const decoded = READERS.get(type)?.(part);
  if (!decoded) {
    if (!ELSEWHERE.has(type)) losses.add(fieldLoss(`content.${type}`));
    return [];
  }
  const cache = readCacheMark(part);
  return [cache ? { ...decoded, cache } : decoded];
}

const READERS: ReadonlyMap<string, (part: JsonView) => Content | undefined> = new Map([
  ['text', readText],
  ['image_url', readImage],
  ['input_audio', readAudio],
  ['file', readFile],
  // Beside OpenAI's own: OpenRouter's and Qwen's video, Mistral's documents.
  ['video_url', readVideo],
  ['document_url', readDocument],
]);

function readText(part: JsonView): Content | undefined {
  const text = part.string('text');
  return text === undefined ? undefined : { kind: 'text', text };
}

function readImage(part: JsonView): Content | undefined {
  const detail = part.get('image_url')?.string('detail');
  return readAddress(part, 'image_url', 'image', detail === undefined ? {} : { detail });
}

function readVideo(part: JsonView): Content | undefined {
  return readAddress(part, 'video_url', 'video', {});
}

function readDocument(part: JsonView): Content | undefined {
  const name = part.string('document_name');
  return readAddress(part, 'document_url', 'file', name === undefined ? {} : { name });
}

/** An address, bare or in an object. */
function readAddress(
  part: JsonView,
  field: string,
  media: MediaPart['media'],
  more: Pick<MediaPart, 'name' | 'detail'>,
): Content | undefined {
  const url = part.string(field) ?? part.get(field)?.string('url');
  return url === undefined ? undefined : { kind: 'media', media, ...locateMedia(url), ...more };
}

const SOUNDS: Readonly<Record<string, string>> = { mp3: 'audio/mpeg' };

function readAudio(part: JsonView): Content | undefined {
  const audio = part.get('input_audio');
  // Mistral takes the base64 itself.
  const sound = audio?.string('data') ?? audio?.asString();
  if (sound === undefined) return undefined;
  const format = audio?.string('format');
  const mime = format === undefined ? undefined : (entryOf(SOUNDS, format) ?? `audio/${format}`);
  const source = { is: 'base64', data: sound } as const;
  return { kind: 'media', media: 'audio', source, ...(mime !== undefined && { mime }) };
}

function readFile(part: JsonView): Content | undefined {
  const file = part.get('file');
  const name = file?.string('filename');
  const more = name === undefined ? {} : { name };
  const id = file?.string('file_id');
  if (id !== undefined) return { kind: 'media', media: 'file', source: { is: 'stored', id }, ...more };
  const inside = file?.string('file_data');
  if (inside === undefined) return undefined;
  // Hosts take an address here too, and OpenAI the bare base64.
  const located = /^(data|https?):/.test(inside)
    ? locateMedia(inside)
    : { source: { is: 'base64', data: inside } as const };
  const mime = located.mime ?? (/\.pdf$/i.test(name ?? '') ? 'application/pdf' : undefined);
  return { kind: 'media', media: 'file', ...located, ...(mime !== undefined && { mime }), ...more };
}

/** A mark of what to cache: Anthropic's, which OpenRouter and others take in chat too, or OpenAI's. */
export function readCacheMark(marked: JsonView): CacheMark | undefined {
  const mark = marked.get('cache_control');
  const ttl = mark?.string('ttl');
  if (mark?.kind === 'object') return ttl === undefined ? {} : { ttl };
  return marked.get('prompt_cache_breakpoint') ? {} : undefined;
}

/** A mark on a whole message stands on its last part. */
function markLast(parts: Content[], cache: CacheMark | undefined): Content[] {
  const last = parts.at(-1);
  return cache && last ? [...parts.slice(0, -1), { ...last, cache }] : parts;
}
