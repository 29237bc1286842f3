import type { DeliveredStream } from '../../core/answer.ts';
import { isObject, type JsonObject, parseJson } from '../../lib/expect.ts';

/** The events of a stream that passed through, as objects; what is none was not passed on. */
export function eventsOf({ frames }: DeliveredStream): JsonObject[] {
  return frames.flatMap(({ data }) => {
    const event = parseJson(data);
    return isObject(event) ? [event] : [];
  });
}
