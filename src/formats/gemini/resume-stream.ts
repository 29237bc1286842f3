import type { DeliveredStream } from '../../core/answer.ts';
import type { AnswerEcho, StreamEncoder } from '../../core/format.ts';
import { field, isObject, type JsonObject } from '../../lib/expect.ts';
import { eventsOf } from '../hub/passed-through.ts';
import { encodeStream } from './encode-stream.ts';

const TEXT_FIELDS: ReadonlySet<string> = new Set(['text', 'thought', 'thoughtSignature']);

/** Goes on with a stream of texts and thoughts: the same id, model and framing. */
export function resumeStream(echo: AnswerEcho, delivered: DeliveredStream): StreamEncoder | undefined {
  if (!eventsOf(delivered).every(isPlain)) return undefined;
  const encoder = encodeStream(echo);
  for (const event of delivered.events) encoder.push(event);
  return encoder;
}

/** One candidate, and nothing in it that only Google could go on with (its own tools, pictures). */
function isPlain({ candidates }: JsonObject): boolean {
  if (!Array.isArray(candidates)) return true;
  const list: readonly unknown[] = candidates;
  return list.every((candidate) => {
    if (typeof field(candidate, 'index') === 'number' && field(candidate, 'index') !== 0) return false;
    const parts = field(field(candidate, 'content'), 'parts');
    return !Array.isArray(parts) || parts.every(isText);
  });
}

function isText(part: unknown): boolean {
  return isObject(part) && Object.keys(part).every((name) => TEXT_FIELDS.has(name));
}
