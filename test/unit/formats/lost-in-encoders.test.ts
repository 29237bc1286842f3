import { describe, expect, it } from 'vitest';

import type { AnswerEvent } from '../../../src/core/answer.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';
import { echo } from './chat-samples.ts';

describe('a loss in the middle of an answer', () => {
  const answer: readonly AnswerEvent[] = [
    { is: 'start', id: 'a', model: 'm', created: 1 },
    { is: 'open', part: { kind: 'text' } },
    { is: 'delta', text: 'Hi' },
    { is: 'close' },
    { is: 'finish', reason: 'stop' },
    { is: 'end' },
  ];
  const withLosses = answer.flatMap((event): AnswerEvent[] => [event, { is: 'lost', loss: 'citations' }]);

  it.each(Object.values(CALLER_FORMATS))('is nothing a caller of $name reads', ({ toCaller }) => {
    const write = (events: readonly AnswerEvent[]): string => {
      const encoder = toCaller?.encodeStream(echo());
      return events.map((event) => encoder?.push(event) ?? '').join('');
    };
    expect(write(withLosses)).toBe(write(answer));
    expect(toCaller?.encodeAnswer(withLosses, echo())).toEqual(toCaller?.encodeAnswer(answer, echo()));
  });

  // Sound has a place at Google only.
  it.each(Object.values(CALLER_FORMATS))(
    'is not a sound between the texts of $name',
    ({ name, toCaller }) => {
      const sound: AnswerEvent[] = [
        { is: 'open', part: { kind: 'media', mime: 'audio/wav', data: 'AAAA' } },
        { is: 'close' },
      ];
      const spoken = answer.flatMap((event) => (event.is === 'finish' ? [...sound, event] : [event]));
      const write = (events: readonly AnswerEvent[]): string => {
        const encoder = toCaller?.encodeStream(echo());
        return events.map((event) => encoder?.push(event) ?? '').join('');
      };
      const whole = (events: readonly AnswerEvent[]): string =>
        String(toCaller?.encodeAnswer(events, echo()).toString());
      const inline = '"inlineData":{"mimeType":"audio/wav","data":"AAAA"}';
      for (const told of [write, whole]) {
        if (name === 'gemini') expect(told(spoken)).toContain(inline);
        else expect(told(spoken)).toBe(told(answer));
      }
    },
  );
});
