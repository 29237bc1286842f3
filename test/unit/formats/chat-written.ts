import type { AnswerEvent } from '../../../src/core/answer.ts';
import type { Conversation, Part } from '../../../src/core/conversation.ts';
import { partEvents } from '../../../src/formats/hub/fold.ts';
import { encodeAnswer } from '../../../src/formats/openai-chat/encode-answer.ts';
import { encodeStream } from '../../../src/formats/openai-chat/encode-stream.ts';
import { echo } from './chat-samples.ts';

/** Answers for chat clients, as they are written. */

export const TEXT: Part = { kind: 'text', text: 'Hello' };
export const CALL: Part = { kind: 'call', id: 'call_abc', name: 'add', arguments: '{"a":1}' };

export function events(parts: readonly Part[], reason: 'stop' | 'calls' | 'length' = 'stop'): AnswerEvent[] {
  return [
    { is: 'start', id: 'msg_1', model: 'claude', created: 5 },
    ...parts.flatMap(partEvents),
    { is: 'usage', usage: { input: 10, output: 4, cacheRead: 6, reasoning: 2 } },
    { is: 'finish', reason },
    { is: 'end' },
  ];
}

export function stream(given: readonly AnswerEvent[], conversation?: Conversation, body?: unknown): string {
  const encoder = encodeStream(echo(conversation, body));
  return given.map((event) => encoder.push(event)).join('');
}

/** What these tests look at in messages and deltas. */
export interface Message {
  readonly content?: string | null;
  readonly refusal?: string | null;
  readonly reasoning_content?: string;
  readonly annotations?: readonly unknown[];
  readonly function_call?: unknown;
  readonly tool_calls?: readonly Called[];
}

export interface Called {
  readonly index?: number;
  readonly id?: string;
  readonly function?: { readonly name?: string; readonly arguments?: string };
  readonly custom?: { readonly name?: string; readonly input?: string };
}

export interface Written {
  readonly choices: readonly {
    readonly delta: Message;
    readonly message: Message;
    readonly finish_reason: string | null;
  }[];
}

/** The first choice of an answer. */
export function choice(
  given: readonly AnswerEvent[],
  conversation?: Conversation,
  body?: unknown,
): Partial<Written['choices'][0]> & { readonly message: Message } {
  return whole(given, conversation, body).choices[0] ?? { message: {} };
}

/** The chunks of a stream, parsed. */
export function chunks(text: string): Written[] {
  return text
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => JSON.parse(event.slice('data: '.length)) as Written);
}

export function deltas(text: string): Message[] {
  return chunks(text).flatMap(({ choices }) => choices.map(({ delta }) => delta));
}

export function whole(given: readonly AnswerEvent[], conversation?: Conversation, body?: unknown): Written {
  return JSON.parse(encodeAnswer(given, echo(conversation, body)).toString()) as Written;
}
