import type { AnswerEvent } from '../../core/answer.ts';
import type { AnswerEcho } from '../../core/format.ts';
import { writeJson } from '../../lib/json-write.ts';
import { encodeStream } from './encode-stream.ts';

/** A whole answer: what the last event of its stream would repeat. */
export function encodeAnswer(events: readonly AnswerEvent[], echo: AnswerEcho): Buffer {
  const encoder = encodeStream(echo);
  for (const event of events) if (event.is !== 'end') encoder.push(event);
  encoder.push({ is: 'end' });
  return Buffer.from(writeJson(encoder.response ?? null));
}

/** The answer of `/responses/input_tokens`. */
export function encodeTokenCount(tokens: number): Buffer {
  return Buffer.from(JSON.stringify({ object: 'response.input_tokens', input_tokens: tokens }));
}
