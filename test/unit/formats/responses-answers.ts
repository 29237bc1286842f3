import { expect } from 'vitest';

import type { AnswerEvent } from '../../../src/core/answer.ts';
import type { Conversation, OpaqueState } from '../../../src/core/conversation.ts';
import type { AnswerEcho } from '../../../src/core/format.ts';
import type { JsonObject } from '../../../src/lib/expect.ts';
import { decode, toCaller } from './responses-codec.ts';

export const START: AnswerEvent = { is: 'start', id: 'theirs', model: 'claude', created: 5 };
export const END: readonly AnswerEvent[] = [{ is: 'finish', reason: 'stop' }, { is: 'end' }];
export const CLOSE: AnswerEvent = { is: 'close' };
export const delta = (text: string): AnswerEvent => ({ is: 'delta', text });
export const open = (part: Extract<AnswerEvent, { is: 'open' }>['part']): AnswerEvent => ({
  is: 'open',
  part,
});
export const SIGNATURE: OpaqueState = {
  format: 'anthropic-messages',
  provider: 'a',
  kind: 'signature',
  data: 'S',
};

export function echo(request: object = { model: 'm', input: 'x' }): AnswerEcho {
  const conversation: Conversation = decode({ input: 'x', ...request });
  const body = Buffer.from(JSON.stringify(request, undefined, 2));
  return { id: 'ex1', created: 9, model: 'served', conversation, body, path: '/responses' };
}

export function stream(events: readonly AnswerEvent[], request?: object): JsonObject[] {
  const encoder = toCaller.encodeStream(echo(request));
  const text = events.map((event) => encoder.push(event)).join('');
  return text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => {
      const [, name, data] = /^event: (.+)\ndata: (.+)$/.exec(event) ?? [];
      const parsed = JSON.parse(data ?? '') as JsonObject;
      expect(parsed['type']).toBe(name);
      return parsed;
    });
}

export function whole(events: readonly AnswerEvent[], request?: object): JsonObject {
  return JSON.parse(toCaller.encodeAnswer(events, echo(request)).toString()) as JsonObject;
}
