import type { OpenedPart } from '../../core/answer.ts';
import { canShow } from '../../formats/index.ts';
import type { Exchange } from '../exchange.ts';

/** Notes a picture or sound that the caller's format has no place for. Of a stream that began only the trail can tell. */
export function noteMedia({ format, trail }: Exchange, part: OpenedPart): void {
  if (part.kind !== 'media' || canShow(format.name, part.mime)) return;
  const attempt = trail.attempts.at(-1);
  if (attempt) attempt.losses = [...new Set([...(attempt.losses ?? []), 'answer-media' as const])].sort();
}
