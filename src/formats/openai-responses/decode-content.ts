import type { Loss, MediaPart, Part, TextPart } from '../../core/conversation.ts';
import type { JsonView } from '../../lib/json-view.ts';
import { fieldLoss } from '../hub/field-loss.ts';
import { locateMedia } from '../hub/media-source.ts';
import { readCitation } from './citations.ts';

type Content = Exclude<Part, { kind: 'call' | 'result' | 'reasoning' }>;

/** The content of a message or of a tool's result: a string, or a list of parts. */
export function decodeContent(content: JsonView | undefined, losses: Set<Loss>): Content[] {
  const text = content?.asString();
  if (text !== undefined) return [{ kind: 'text', text }];
  return (content?.items() ?? []).flatMap((part) => {
    const read = READERS.get(part.string('type') ?? '');
    const decoded = read?.(part);
    if (!decoded) losses.add(fieldLoss(`input.${part.string('type') ?? 'content'}`));
    return decoded ? [withCache(decoded, part)] : [];
  });
}

const READERS: ReadonlyMap<string, (part: JsonView) => Content | undefined> = new Map([
  ['input_text', readText],
  ['output_text', readText],
  ['text', readText],
  ['refusal', readRefusal],
  ['input_image', readImage],
  ['input_file', readFile],
  ['input_audio', readAudio],
]);

function readText(part: JsonView): TextPart | undefined {
  const text = part.string('text');
  if (text === undefined) return undefined;
  const citations = part.list('annotations').flatMap((annotation) => readCitation(annotation.value()) ?? []);
  return { kind: 'text', text, ...(citations.length > 0 && { citations }) };
}

function readRefusal(part: JsonView): Content | undefined {
  const text = part.string('refusal');
  return text === undefined ? undefined : { kind: 'refusal', text };
}

function readImage(part: JsonView): MediaPart | undefined {
  const detail = part.string('detail');
  const more = detail === undefined ? {} : { detail };
  return locate(part, 'image_url', 'image', more);
}

function readFile(part: JsonView): MediaPart | undefined {
  const name = part.string('filename');
  const inside = part.string('file_data');
  const more = name === undefined ? {} : { name };
  if (inside === undefined) return locate(part, 'file_url', 'file', more);
  // The API takes the bare base64 too.
  const located = inside.startsWith('data:')
    ? locateMedia(inside)
    : { source: { is: 'base64', data: inside } as const };
  const mime =
    located.mime ?? (name?.toLowerCase().endsWith('.pdf') === true ? 'application/pdf' : undefined);
  return { kind: 'media', media: 'file', ...located, ...(mime !== undefined && { mime }), ...more };
}

function readAudio(part: JsonView): MediaPart | undefined {
  const audio = part.get('input_audio') ?? part;
  const inside = audio.string('data');
  if (inside === undefined) return undefined;
  const format = audio.string('format');
  return {
    kind: 'media',
    media: 'audio',
    source: { is: 'base64', data: inside },
    ...(format !== undefined && { mime: `audio/${format}` }),
  };
}

function locate(
  part: JsonView,
  field: string,
  media: MediaPart['media'],
  more: Pick<MediaPart, 'name' | 'detail'>,
): MediaPart | undefined {
  const id = part.string('file_id');
  if (id !== undefined) return { kind: 'media', media, source: { is: 'stored', id }, ...more };
  const url = part.string(field);
  return url === undefined ? undefined : { kind: 'media', media, ...locateMedia(url), ...more };
}

function withCache<T extends Content>(content: T, part: JsonView): T {
  return part.get('prompt_cache_breakpoint') ? { ...content, cache: {} } : content;
}
