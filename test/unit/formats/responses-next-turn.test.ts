import { describe, expect, it, test } from 'vitest';

import type { AnswerEvent } from '../../../src/core/answer.ts';
import type { OpaqueState } from '../../../src/core/conversation.ts';
import { CLOSE, delta, open, SIGNATURE, START, whole } from './responses-answers.ts';
import { decode, TARGET, toCaller } from './responses-codec.ts';

describe('the next turn', () => {
  const said: readonly AnswerEvent[] = [
    START,
    open({ kind: 'reasoning' }),
    delta('hm'),
    { is: 'opaque', state: SIGNATURE },
    CLOSE,
    open({ kind: 'call', id: 'toolu_abc', name: 'f' }),
    delta('{}'),
    CLOSE,
    { is: 'finish', reason: 'calls' },
    { is: 'end' },
  ];
  const result = { type: 'function_call_output', call_id: 'toolu_abc', output: 'ok' };
  const next = (): object => ({
    input: [{ role: 'user', content: 'x' }, ...(whole(said)['output'] as object[]), result],
  });

  it('brings the state back to where it was', () => {
    expect(decode(next()).turns[1]?.parts).toEqual([
      { kind: 'reasoning', text: 'hm', opaque: [SIGNATURE] },
      { kind: 'call', id: 'toolu_abc', name: 'f', arguments: '{}' },
    ]);
  });

  it('goes to a provider of the same format without what that cannot read', () => {
    const body = Buffer.from(JSON.stringify({ ...next(), temperature: 1, last: [{}] }));
    const restored = JSON.parse(toCaller.restoreState(body, TARGET).toString()) as {
      input: { type?: string }[];
    };
    expect(restored).toMatchObject({ temperature: 1, last: [{}] });
    expect(restored.input.map(({ type }) => type)).toEqual([
      undefined,
      'function_call',
      'function_call_output',
    ]);
  });

  it('gives state in the envelope back to its own provider', () => {
    const own: OpaqueState = { format: 'openai-responses', provider: 'here', kind: 'encrypted', data: 'E' };
    const id: OpaqueState = { ...own, kind: 'item', data: 'rs_native' };
    const events = said.flatMap((event): AnswerEvent[] =>
      event.is === 'opaque'
        ? [
            { is: 'opaque', state: own },
            { is: 'opaque', state: id },
          ]
        : [event],
    );
    const body = (): Buffer => Buffer.from(JSON.stringify({ input: whole(events)['output'] }));
    expect(JSON.parse(toCaller.restoreState(body(), TARGET).toString())).toMatchObject({
      input: [
        {
          type: 'reasoning',
          id: 'rs_native',
          summary: [{ type: 'summary_text', text: 'hm' }],
          encrypted_content: 'E',
        },
        { type: 'function_call' },
      ],
    });
    const there = toCaller.restoreState(body(), { ...TARGET, provider: 'there' });
    expect(JSON.parse(there.toString())).toMatchObject({ input: [{ type: 'function_call' }] });
  });

  test.each(['', 'x', '{}', '{"input":"Z3cx"}', '{"input":[{"encrypted_content":"Z3cx"}]}'])(
    '%j is restored without a throw',
    (body) => {
      const restored = toCaller.restoreState(Buffer.from(body), TARGET).toString();
      expect(restored).toBe(body.includes('encrypted') ? '{"input":[]}' : body);
    },
  );
});
