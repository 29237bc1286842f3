import { expect } from 'vitest';

import type { AnswerEvent } from '../../../src/core/answer.ts';
import type { Conversation, Part } from '../../../src/core/conversation.ts';
import type { AnswerEcho, TranslationTarget } from '../../../src/core/format.ts';
import type { Quirk } from '../../../src/core/profile.ts';
import { foldAnswer } from '../../../src/formats/hub/fold.ts';
import { decodeAnswer } from '../../../src/formats/openai-chat/decode-answer.ts';
import { decodeRequest } from '../../../src/formats/openai-chat/decode-request.ts';
import { decodeStream } from '../../../src/formats/openai-chat/decode-stream.ts';

/** What the tests of the chat codec have in common. */

export const EMPTY: Conversation = { turns: [], tools: [], stream: true, wantsUsage: true, losses: [] };

export function host(...quirks: Quirk[]): TranslationTarget {
  return { provider: 'here', model: 'the-model', quirks, maxOutput: undefined };
}

/** A chunk of a stream with this delta. */
export function chunk(delta: unknown, finish: string | null = null): unknown {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_755_723_498,
    model: 'gpt-5',
    choices: [{ index: 0, delta, finish_reason: finish }],
  };
}

/** The events of a stream of these chunks; `[DONE]` among them ends it. */
export function decodeChunks(chunks: readonly unknown[], ...quirks: Quirk[]): AnswerEvent[] {
  const decoder = decodeStream(host(...quirks));
  const events = chunks.flatMap((data) =>
    decoder.push(typeof data === 'string' ? data : JSON.stringify(data), undefined),
  );
  return [...events, ...decoder.end()];
}

/** The events of a whole answer with this message. */
export function decodeMessage(
  message: unknown,
  finish: string | null = 'stop',
  ...quirks: Quirk[]
): AnswerEvent[] {
  const answer = {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    choices: [{ index: 0, message, finish_reason: finish }],
  };
  return [...decodeAnswer(Buffer.from(JSON.stringify(answer)), host(...quirks))];
}

/** The request as the hub has it; fails the test when it cannot be read. */
export function decoded(
  request: unknown,
  recall: (callId: string) => ReturnType<Parameters<typeof decodeRequest>[1]['recall']> = () => undefined,
): Conversation {
  const body = Buffer.from(typeof request === 'string' ? request : JSON.stringify(request));
  const outcome = decodeRequest(body, { model: 'm', stream: false, recall });
  if (outcome.is === 'failed') throw new Error(outcome.fault.message);
  return outcome.value;
}

export function echo(conversation: Conversation = EMPTY, body: unknown = {}): AnswerEcho {
  return {
    id: 'exchange',
    created: 7,
    model: 'served',
    conversation,
    body: Buffer.from(JSON.stringify(body)),
    path: '/chat/completions',
  };
}

/** The grammar of an answer's events: parts one after the other, and one end. */
export function expectGrammar(events: readonly AnswerEvent[]): void {
  let open = false;
  let over = false;
  for (const { is } of events) {
    expect(over, `nothing comes after the end, but ${is} did`).toBe(false);
    if (is === 'open') expect(open).toBe(false);
    if (is === 'close' || is === 'delta' || is === 'citation' || is === 'opaque' || is === 'finish')
      expect(open).toBe(is !== 'finish');
    if (is === 'open') open = true;
    if (is === 'close') open = false;
    if (is === 'end' || is === 'error') over = true;
  }
  expect(over).toBe(true);
}

/** An entry of `tool_calls`. */
export function call(
  index: number | undefined,
  given: { id?: string; name?: string; arguments?: string },
): unknown {
  const { id, ...rest } = given;
  return {
    ...(index !== undefined && { index }),
    ...(id !== undefined && { id, type: 'function' }),
    function: rest,
  };
}

/** The parts of an answer whose events keep the grammar. */
export function partsOf(events: readonly AnswerEvent[]): readonly Part[] {
  expectGrammar(events);
  return foldAnswer(events).parts;
}

export function finishOf(events: readonly AnswerEvent[]): unknown {
  return foldAnswer(events).finish?.reason;
}

/** The text in pieces of this size. */
export function cut(text: string, size: number): string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
}
