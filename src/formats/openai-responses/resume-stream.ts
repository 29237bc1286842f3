import type { DeliveredStream } from '../../core/answer.ts';
import type { AnswerEcho, StreamEncoder } from '../../core/format.ts';
import { viewJson } from '../../lib/json-view.ts';
import { BegunReader } from './begun-response.ts';
import { asksToCompact } from './compaction.ts';
import { ResponseEncoder } from './encode-stream.ts';

/** Goes on with a response: its id, the next numbers of events, items and contents, and the same message. */
export function resumeStream(echo: AnswerEcho, delivered: DeliveredStream): StreamEncoder | undefined {
  if (asksToCompact(echo.body)) return undefined;
  const reader = new BegunReader();
  for (const { data } of delivered.frames) {
    const event = viewJson(data);
    if (event?.kind === 'object' && !reader.pass(event)) return undefined;
  }
  if (reader.begun.id === undefined || reader.isThinking) return undefined;
  const encoder = new ResponseEncoder(echo);
  encoder.goOn(reader.begun);
  return encoder;
}
