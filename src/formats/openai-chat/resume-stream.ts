import type { DeliveredStream } from '../../core/answer.ts';
import type { AnswerEcho, StreamEncoder } from '../../core/format.ts';
import { field, isObject, type JsonObject } from '../../lib/expect.ts';
import { eventsOf } from '../hub/passed-through.ts';
import { encodeStream } from './encode-stream.ts';

/** Content beside text that only its own provider could go on with. */
const OWN_CONTENT = ['audio', 'images'] as const;

/** Goes on with a stream of chunks: the same id, time and model, and no second role. */
export function resumeStream(echo: AnswerEcho, delivered: DeliveredStream): StreamEncoder | undefined {
  if (eventsOf(delivered).some(hasMore)) return undefined;
  const encoder = encodeStream(echo);
  for (const event of delivered.events) encoder.push(event);
  return encoder;
}

function hasMore({ choices }: JsonObject): boolean {
  if (!Array.isArray(choices)) return false;
  const list: readonly unknown[] = choices;
  return list.some((choice) => {
    const index = field(choice, 'index');
    const delta = field(choice, 'delta');
    const isOther = typeof index === 'number' && index !== 0;
    return (
      isOther ||
      (isObject(delta) && OWN_CONTENT.some((name) => isObject(delta[name]) || Array.isArray(delta[name])))
    );
  });
}
