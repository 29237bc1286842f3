import type { MediaPart, MediaSource } from '../../core/conversation.ts';

/** Where a picture or file is, and what it is when its address says so. */
export interface LocatedMedia {
  readonly source: MediaSource;
  readonly mime?: string;
}

/** A `data:` address as what is in it, any other as itself (RFC 2397). */
export function locateMedia(url: string): LocatedMedia {
  const comma = url.startsWith('data:') ? url.indexOf(',') : -1;
  if (comma === -1) return { source: { is: 'url', url } };
  const [mime = '', ...marks] = url.slice('data:'.length, comma).split(';');
  const rest = url.slice(comma + 1);
  const source: MediaSource = marks.includes('base64')
    ? { is: 'base64', data: rest }
    : { is: 'base64', data: Buffer.from(decodePercent(rest)).toString('base64') };
  return { source, ...(mime !== '' && { mime }) };
}

/** The address of a picture or file, for formats that take only addresses; undefined where there is none. */
export function mediaUrl(part: MediaPart, otherwise: string): string | undefined {
  const { source } = part;
  if (source.is === 'url') return source.url;
  if (source.is === 'base64') return `data:${part.mime ?? otherwise};base64,${source.data}`;
  return undefined;
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
