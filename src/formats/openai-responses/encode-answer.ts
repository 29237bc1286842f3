import type { AnswerEvent } from '../../core/answer.ts';
import type { AnswerEcho } from '../../core/format.ts';
import { writeJson } from '../../lib/json-write.ts';
import { asksToCompact } from './compaction.ts';
import { CompactionEncoder } from './encode-compaction.ts';
import { encodeStream, type ResponseEncoder } from './encode-stream.ts';

/** An encoder for what was asked for: an answer, or the conversation made shorter. */
export function encoderFor(echo: AnswerEcho): CompactionEncoder | ResponseEncoder {
  return asksToCompact(echo.body) ? new CompactionEncoder(echo) : encodeStream(echo);
}

/** A whole answer: what the last event of its stream would repeat. */
export function encodeAnswer(events: readonly AnswerEvent[], echo: AnswerEcho): Buffer {
  const encoder = encoderFor(echo);
  for (const event of events) if (event.is !== 'end') encoder.push(event);
  encoder.push({ is: 'end' });
  return Buffer.from(writeJson(encoder.response ?? null));
}

/** The answer of `/responses/input_tokens`. */
export function encodeTokenCount(tokens: number): Buffer {
  return Buffer.from(JSON.stringify({ object: 'response.input_tokens', input_tokens: tokens }));
}
