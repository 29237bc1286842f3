import Anthropic from '@anthropic-ai/sdk';

import type { AnswerEvent } from '../../../src/core/answer.ts';
import type { Part } from '../../../src/core/conversation.ts';
import type { AnswerEcho } from '../../../src/core/format.ts';
import { partEvents } from '../../../src/formats/hub/fold.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';

const { toCaller } = CALLER_FORMATS['anthropic-messages'];

export const ECHO: AnswerEcho = {
  id: 'x1',
  created: 0,
  model: 'served-model',
  conversation: { turns: [], tools: [], stream: true, wantsUsage: true, losses: [] },
  body: Buffer.from('{}'),
  path: '/messages',
};

/** The stream an Anthropic caller gets. */
export function encodeStream(events: readonly AnswerEvent[]): string {
  const encoder = toCaller?.encodeStream(ECHO);
  return events.map((event) => encoder?.push(event)).join('');
}

/** What the official SDK makes of it: `finalMessage` of a stream, or the whole. */
export async function read(bytes: string | Buffer, streamed: boolean): Promise<Anthropic.Message> {
  const type = streamed ? 'text/event-stream' : 'application/json';
  const client = new Anthropic({
    apiKey: 'x',
    maxRetries: 0,
    fetch: () =>
      Promise.resolve(
        new Response(new Uint8Array(Buffer.from(bytes)), { headers: { 'content-type': type } }),
      ),
  });
  const asked = { model: 'm', max_tokens: 1, messages: [] };
  return streamed ? client.messages.stream(asked).finalMessage() : client.messages.create(asked);
}

export const FINISH: AnswerEvent = { is: 'finish', reason: 'stop' };
export const END: AnswerEvent = { is: 'end' };

/** The events of an answer with these parts, up to its end. */
export const eventsOf = (parts: readonly Part[], finish: AnswerEvent = FINISH): AnswerEvent[] => [
  { is: 'start', id: 'resp_1', model: 'gpt' },
  ...parts.flatMap(partEvents),
  { is: 'usage', usage: { input: 120, output: 30, cacheRead: 100, cacheWrite: 5, reasoning: 10 } },
  finish,
];
