import type { Loss, MediaPart } from '../../core/conversation.ts';

/** Files that are text, whatever they are called. */
const TEXT_TYPE =
  /^text\/|^application\/(json|xml|yaml|x-yaml|javascript|typescript|toml|x-ndjson|sql)$|\+(json|xml)$/;

/** What is written in a file that is text; undefined for every other. */
export function bareText({ source, mime, media }: MediaPart): string | undefined {
  if (source.is === 'text') return source.text;
  const isText = media === 'file' && mime !== undefined && TEXT_TYPE.test(mime);
  return isText && source.is === 'base64' ? Buffer.from(source.data, 'base64').toString('utf8') : undefined;
}

/** What is written in a file that is text, under its name; undefined for every other. */
export function textOfFile(part: MediaPart): string | undefined {
  const text = bareText(part);
  const heading = part.title ?? part.name;
  return text === undefined || heading === undefined ? text : `${heading}\n${text}`;
}

/** What stands for a picture or file that the target cannot have, so that the model knows there was one. */
export function placeholder({ media, name }: MediaPart): string {
  return name === undefined
    ? `(${media === 'image' || media === 'audio' ? 'an' : 'a'} ${media} that could not be passed on)`
    : `(the ${media} ${name}, which could not be passed on)`;
}

/** What is lost with a picture or file that the target cannot have. */
export function mediaLoss({ media, source }: MediaPart): Loss {
  if (source.is === 'stored') return 'stored-file';
  return source.is === 'url' && (media === 'image' || media === 'file') ? 'url' : media;
}
