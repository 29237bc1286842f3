import type { AnswerEvent } from '../../core/answer.ts';
import type { AnswerEcho } from '../../core/format.ts';
import { writeJson } from '../../lib/json-write.ts';
import { foldAnswer } from '../hub/fold.ts';
import { encodeParts, messageId, stopFields } from './encode-blocks.ts';
import { writeUsage } from './usage.ts';

/** A whole answer as this format writes it. */
export function encodeAnswer(events: readonly AnswerEvent[], echo: AnswerEcho): Buffer {
  const answer = foldAnswer(events);
  return Buffer.from(
    writeJson({
      id: messageId(answer.id, echo),
      type: 'message',
      role: 'assistant',
      model: answer.model ?? echo.model,
      content: encodeParts(answer.parts, echo),
      ...stopFields(answer.finish),
      usage: writeUsage(answer.usage),
    }),
  );
}

/** The answer to the question how many tokens a request has. */
export function encodeTokenCount(tokens: number): Buffer {
  return Buffer.from(JSON.stringify({ input_tokens: tokens }));
}
