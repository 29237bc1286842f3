import type { CacheMark, Loss, MediaPart, Part, RefusalPart, TextPart } from '../../core/conversation.ts';
import type { Quirk } from '../../core/profile.ts';
import type { JsonOut } from '../../lib/json-write.ts';
import { mediaUrl } from '../hub/media-source.ts';
import { placeholder, textOfFile } from '../hub/media-text.ts';

/** What the host of a request is like, and what could not be told to it. */
export interface Telling {
  readonly quirks: readonly Quirk[];
  readonly losses: Set<Loss>;
  /** Whether this is the model's own turn, which takes text alone. */
  readonly ownTurn?: boolean;
}

/** Texts that were apart stay apart. */
const BETWEEN_TEXTS = '\n\n';

/**
 * The content of a message. Text alone is one string: not every host takes a list (DeepSeek, Cerebras). Parts other than
 * text and media are told elsewhere.
 */
export function encodeContent(parts: readonly Part[], telling: Telling): JsonOut {
  const content = parts.filter(isContent).map((part) => asText(part, telling));
  const texts = content.filter((part) => part.kind === 'text');
  const marks = texts.some(({ cache }) => cache !== undefined) && takesMarks(telling);
  if (texts.length === content.length && !marks) return texts.map(({ text }) => text).join(BETWEEN_TEXTS);
  return content.map((part) => {
    const cache = cacheControl(part.cache, telling);
    if (part.kind === 'text') return { type: 'text', text: part.text, cache_control: cache };
    const media = encodeMedia(part) ?? { type: 'text', text: placeholder(part) };
    return { ...media, cache_control: cache };
  });
}

/** What a tool answered, as the one string hosts take; pictures and files are told of by their names. */
export function encodeText(parts: readonly (TextPart | MediaPart)[], telling: Telling): string {
  const texts = parts.map((part) => asText(part, telling));
  return texts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join(BETWEEN_TEXTS);
}

/** What a host that takes them is told of where the cache ends. */
export function cacheControl(cache: CacheMark | undefined, telling: Telling): JsonOut {
  return cache && takesMarks(telling) ? { type: 'ephemeral', ttl: cache.ttl } : undefined;
}

function takesMarks({ quirks, losses }: Telling): boolean {
  const takes = quirks.includes('cache-control');
  if (!takes) losses.add('cache');
  return takes;
}

function isContent(part: Part): part is TextPart | MediaPart | RefusalPart {
  return part.kind === 'text' || part.kind === 'media' || part.kind === 'refusal';
}

/** What is no text but can only be told as one. */
function asText(part: TextPart | MediaPart | RefusalPart, telling: Telling): TextPart | MediaPart {
  if (part.kind === 'text') return part;
  if (part.kind === 'refusal') {
    // Hosts other than OpenAI do not know the field.
    telling.losses.add('refusal');
    return { ...part, kind: 'text' };
  }
  // Hosts take PDF only, if any file at all.
  const text = textOfFile(part);
  const marked = part.cache ? { cache: part.cache } : {};
  if (text !== undefined) return { kind: 'text', text, ...marked };
  const lost = telling.ownTurn === true ? part.media : lossOf(part);
  if (!lost) return part;
  telling.losses.add(lost);
  return { kind: 'text', text: placeholder(part), ...marked };
}

function lossOf(part: MediaPart): Loss | undefined {
  const { source, media } = part;
  if (source.is === 'stored') return 'stored-file';
  if (media === 'video') return 'video';
  if (media === 'audio') return source.is === 'base64' && soundOf(part) !== undefined ? undefined : 'audio';
  return media === 'file' && source.is === 'url' ? 'url' : undefined;
}

/** The part as OpenAI writes it; undefined for what it has no way to say. */
function encodeMedia(part: MediaPart): { readonly [name: string]: JsonOut } | undefined {
  const { source, media, detail, name, mime } = part;
  const url = mediaUrl(part, media === 'file' ? 'application/pdf' : 'image/png');
  if (media === 'image')
    return url === undefined ? undefined : { type: 'image_url', image_url: { url, detail } };
  if (source.is !== 'base64') return undefined;
  if (media === 'audio')
    return { type: 'input_audio', input_audio: { data: source.data, format: soundOf(part) } };
  // A name is demanded with a file's data.
  const filename = name ?? (mime === undefined || mime === 'application/pdf' ? 'file.pdf' : 'file');
  return { type: 'file', file: { filename, file_data: url } };
}

/** OpenAI hears these two. */
const SOUNDS: ReadonlyMap<string, string> = new Map([
  ['audio/wav', 'wav'],
  ['audio/x-wav', 'wav'],
  ['audio/wave', 'wav'],
  ['audio/mpeg', 'mp3'],
  ['audio/mp3', 'mp3'],
]);

function soundOf({ mime }: MediaPart): string | undefined {
  return SOUNDS.get(mime ?? '');
}
