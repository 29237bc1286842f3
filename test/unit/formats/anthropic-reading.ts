import type { Conversation } from '../../../src/core/conversation.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';

const { toCaller } = CALLER_FORMATS['anthropic-messages'];

export function decode(body: unknown): Conversation {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const read = toCaller?.decodeRequest(Buffer.from(text), {
    model: 'm',
    stream: true,
    recall: () => undefined,
  });
  if (read?.is !== 'ok') throw new Error(read?.fault.message);
  return read.value;
}

export const ask = (more: Record<string, unknown>): Conversation =>
  decode({ model: 'm', max_tokens: 10, messages: [{ role: 'user', content: 'Hi' }], ...more });
/** What the blocks of one message become. */
export const partsOf = (content: unknown, role = 'assistant'): unknown =>
  ask({ messages: [{ role, content }] }).turns[0]?.parts;
