import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { AnswerEvent } from '../../../src/core/answer.ts';
import type { OpaqueState, Part } from '../../../src/core/conversation.ts';
import type { CarriedState } from '../../../src/core/format.ts';
import { seal } from '../../../src/formats/hub/carry.ts';
import { partEvents } from '../../../src/formats/hub/fold.ts';
import { callerId } from '../../../src/formats/hub/ids.ts';
import { decodeStream } from '../../../src/formats/openai-chat/decode-stream.ts';
import { encodeAnswer } from '../../../src/formats/openai-chat/encode-answer.ts';
import { encodeRequest } from '../../../src/formats/openai-chat/encode-request.ts';
import { encodeStream } from '../../../src/formats/openai-chat/encode-stream.ts';
import { restoreState } from '../../../src/formats/openai-chat/restore-state.ts';
import { chunk, decodeChunks, decoded, decodeMessage, echo, EMPTY, host, partsOf } from './chat-samples.ts';

const STATE: OpaqueState = {
  format: 'anthropic-messages',
  provider: 'anthropic',
  model: 'claude',
  kind: 'signature',
  data: 'sig+/=',
};

const THOUGHT: Part = { kind: 'reasoning', text: 'hm', opaque: [STATE] };
const REDACTED: Part = { kind: 'reasoning', text: '', opaque: [{ ...STATE, kind: 'encrypted' }] };
const TEXT: Part = { kind: 'text', text: 'Let me see.' };
const CALL: Part = { kind: 'call', id: 'toolu_abcA', name: 'add', arguments: '{}' };

/** The message a client keeps of an answer, with every field it got, as AI SDKs and agents do. */
function kept(parts: readonly Part[], streamed: boolean): Record<string, unknown> {
  const events: AnswerEvent[] = [
    ...parts.flatMap(partEvents),
    { is: 'finish', reason: 'stop' },
    { is: 'end' },
  ];
  if (!streamed) {
    const answer = JSON.parse(encodeAnswer(events, echo()).toString()) as {
      choices: { message: Record<string, unknown> }[];
    };
    return answer.choices[0]?.message ?? {};
  }
  const encoder = encodeStream(echo());
  const message: Record<string, unknown> = { role: 'assistant', content: '' };
  const text = events.map((event) => encoder.push(event)).join('');
  for (const line of text.split('\n\n')) {
    if (!line.startsWith('data: {')) continue;
    const { choices } = JSON.parse(line.slice('data: '.length)) as {
      choices: { delta: Record<string, unknown> }[];
    };
    for (const [name, value] of Object.entries(choices[0]?.delta ?? {})) {
      if (typeof value === 'string' && name !== 'role') message[name] = joinText(message[name], value);
      else if (name === 'reasoning_details')
        message[name] = [...((message[name] as unknown[]) ?? []), ...(value as unknown[])];
      else if (name === 'tool_calls')
        message[name] = joinCalls((message[name] as Call[]) ?? [], value as Call[]);
    }
  }
  return message;
}

function joinText(before: unknown, more: string): string {
  return typeof before === 'string' ? before + more : more;
}

interface Call {
  readonly index: number;
  readonly function: { readonly name?: string; readonly arguments: string };
}

function joinCalls(calls: readonly Call[], [piece]: readonly Call[]): Call[] {
  const before = calls.find(({ index }) => index === piece?.index);
  if (!piece || !before) return piece ? [...calls, piece] : [...calls];
  const given = before.function.arguments + piece.function.arguments;
  return calls.map((call) =>
    call === before ? { ...call, function: { ...call.function, arguments: given } } : call,
  );
}

describe('state of another format, through a chat client that keeps what it gets', () => {
  for (const streamed of [false, true]) {
    it(`comes back to the part it belongs to, ${streamed ? 'streamed' : 'whole'}`, () => {
      const signed: Part = { ...TEXT, opaque: [{ ...STATE, format: 'gemini' }] };
      const called: Part = { ...CALL, opaque: [{ ...STATE, format: 'gemini', data: 'first' }] };
      const second: Part = {
        ...CALL,
        kind: 'call',
        id: 'toolu_abcB',
        name: 'add',
        arguments: '{}',
        opaque: [STATE],
      };
      for (const parts of [
        [THOUGHT, TEXT, CALL],
        [THOUGHT, REDACTED, CALL],
        [REDACTED],
        [signed, called, second],
        [{ ...THOUGHT, summary: true } as Part, TEXT],
      ]) {
        const [turn] = decoded({ messages: [kept(parts, streamed)] }).turns;
        expect(turn?.parts).toEqual(parts);
      }
    });
  }

  it('is told as words too, for clients that show what was thought', () => {
    expect(kept([THOUGHT, TEXT], true)).toMatchObject({ content: 'Let me see.', reasoning_content: 'hm' });
  });

  it('is recalled by the id of its call where the client dropped it', () => {
    const id = callerId('toolu_abcA', 'exchange', 0);
    const carried: CarriedState[] = [
      { on: 'reasoning', text: 'hm', states: [STATE] },
      { on: 'text', states: [STATE] },
      { on: 'call', states: [STATE] },
    ];
    const call = { id, type: 'function', function: { name: 'add', arguments: '{}' } };
    const message = {
      role: 'assistant',
      content: 'Let me see.',
      tool_calls: [call, { ...call, id: 'other' }],
    };
    const [turn] = decoded({ messages: [message] }, (asked) => (asked === id ? carried : undefined)).turns;
    expect(turn?.parts).toEqual([
      THOUGHT,
      { ...TEXT, opaque: [STATE] },
      { ...CALL, kind: 'call', id, name: 'add', arguments: '{}', opaque: [STATE] },
      { kind: 'call', id: 'other', name: 'add', arguments: '{}' },
    ]);
  });

  it('is not recalled where the client kept it', () => {
    const message = kept([THOUGHT, CALL], false);
    const recall = (): CarriedState[] => [{ on: 'reasoning', text: 'other', states: [STATE] }];
    expect(decoded({ messages: [message] }, recall).turns[0]?.parts).toEqual([THOUGHT, CALL]);
  });
});

describe("a chat host's own state, through the hub", () => {
  const details = [
    { type: 'reasoning.text', text: 'hm', signature: 'sig', format: 'anthropic-claude-v1', index: 0 },
    { type: 'reasoning.summary', summary: 'so', format: 'openai-responses-v1', index: 1 },
    { type: 'reasoning.encrypted', data: 'xyz', id: 'rs_1', format: 'openai-responses-v1', index: 1 },
  ];
  const extra = { google: { thought_signature: 'sig' } };
  const calls = [
    { id: 'call_a', type: 'function', function: { name: 'add', arguments: '{}' }, extra_content: extra },
  ];

  function sentBack(parts: readonly Part[], provider: string): unknown {
    const conversation = { ...EMPTY, turns: [{ role: 'assistant', parts } as const] };
    const { body } = encodeRequest(conversation, { ...host(), provider });
    return (JSON.parse(body.toString()) as { messages: unknown[] }).messages[0];
  }

  it('goes back as it was, and to nobody else', () => {
    const whole = partsOf(
      decodeMessage({ content: 'yes', reasoning: 'hmso', reasoning_details: details, tool_calls: calls }),
    );
    const streamed = partsOf(
      decodeChunks([
        ...details.map((detail) => chunk({ reasoning_details: [detail] })),
        chunk({ content: 'yes' }),
        chunk({ tool_calls: calls.map((call) => ({ ...call, index: 0 })) }),
        '[DONE]',
      ]),
    );
    expect(streamed).toEqual(whole);
    expect(sentBack(whole, 'here')).toEqual({
      role: 'assistant',
      content: 'yes',
      reasoning_details: details,
      tool_calls: calls,
    });
    expect(sentBack(whole, 'there')).toEqual({
      role: 'assistant',
      content: 'yes',
      tool_calls: [{ id: 'call_a', type: 'function', function: { name: 'add', arguments: '{}' } }],
    });
  });

  it('brings plain thoughts back only to hosts that demand them, and an empty one where there was none', () => {
    const conversation = {
      ...EMPTY,
      turns: [
        { role: 'assistant', parts: [{ kind: 'reasoning', text: 'hm' }, CALL] },
        { role: 'assistant', parts: [TEXT] },
      ],
    } as const;
    const sent = (...quirks: Parameters<typeof host>): unknown =>
      (
        JSON.parse(encodeRequest({ ...conversation }, host(...quirks)).body.toString()) as {
          messages: unknown[];
        }
      ).messages;
    expect(JSON.stringify(sent())).not.toContain('reasoning');
    expect(sent('reasoning-content-back')).toMatchObject([{ reasoning_content: 'hm' }, { role: 'tool' }]);
    const without = { ...EMPTY, turns: [{ role: 'assistant', parts: [CALL] }] } as const;
    expect(encodeRequest(without, host('reasoning-content-back')).body.toString()).toContain(
      '"reasoning_content":""',
    );
  });

  it('is passed over when it cannot be read', () => {
    const odd: Part = {
      kind: 'reasoning',
      text: 'a',
      opaque: [{ format: 'openai-chat', kind: 'signature', data: '}{' }],
    };
    expect(sentBack([odd, TEXT], 'here')).toEqual({ role: 'assistant', content: 'Let me see.' });
  });
});

describe('a chat request with envelopes, for a host of this format', () => {
  const envelope = {
    type: 'reasoning.encrypted',
    format: 'unknown',
    index: 0,
    data: seal([{ on: 'reasoning', text: 'hm', states: [STATE] }]),
  };
  const native = { type: 'reasoning.encrypted', data: 'xyz', index: 1 };

  function restored(messages: string, ...quirks: Parameters<typeof host>): string {
    return restoreState(
      Buffer.from(`{"model": "m", "messages": [${messages}], "n": 1.0}`),
      host(...quirks),
    ).toString();
  }

  it('has them taken out, with the words gw wrote beside them, and every other byte as it was', () => {
    const before = '{ "role":"user","content":"\\u00e9 1.0" }';
    const message = `{"role":"assistant", "content":"a","reasoning_content":"hm","reasoning_details":[${JSON.stringify(envelope)}],"x":1.0}`;
    expect(restored(`${before}, ${message}, ${before}`)).toBe(
      `{"model": "m", "messages": [${before}, {"role":"assistant","content":"a","x":1.0}, ${before}], "n": 1.0}`,
    );
    expect(restored(message, 'reasoning-content-back')).toContain('"reasoning_content":"hm"');
  });

  it("keeps what is the host's own, and gives back what it is due", () => {
    const due: CarriedState = {
      on: 'reasoning',
      text: 'mine',
      states: [
        {
          format: 'openai-chat',
          provider: 'here',
          kind: 'signature',
          data: '{"type":"reasoning.text","index":2}',
        },
      ],
    };
    const mine = { ...envelope, data: seal([due]) };
    const message = { role: 'assistant', content: 'a', reasoning_details: [envelope, native, mine] };
    const { messages } = JSON.parse(restored(JSON.stringify(message))) as { messages: unknown[] };
    expect(messages).toEqual([
      {
        role: 'assistant',
        content: 'a',
        reasoning_details: [native, { type: 'reasoning.text', index: 2, text: 'mine' }],
      },
    ]);
  });

  it('is left as it is where there is nothing of the kind', () => {
    const body = Buffer.from(
      '{"messages":[{"role":"assistant","reasoning_details":[{"data":"Z3cx"}]},7],"x":"Z3cx"}',
    );
    expect(restoreState(body, host()).equals(body)).toBe(true);
    for (const odd of ['', '{', '{"messages":7}', '[]', 'Z3cx'])
      expect(restoreState(Buffer.from(odd), host()).toString()).toBe(odd);
  });

  it('stays JSON whatever else is in it', () => {
    const anyFields = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { noNullPrototype: true });
    fc.assert(
      fc.property(anyFields, anyFields, (message, request) => {
        const { reasoning: _, reasoning_content: __, ...others } = message;
        const given = { ...request, messages: [{ ...others, reasoning_details: [envelope] }] };
        const { reasoning_details: ___, ...wanted } = { ...others, reasoning_details: [] };
        const text = restoreState(Buffer.from(JSON.stringify(given)), host()).toString();
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify({ ...request, messages: [wanted] })));
      }),
    );
  });
});

describe('a stream decoder', () => {
  it('says nothing more once it is over', () => {
    const decoder = decodeStream(host());
    decoder.push('[DONE]', undefined);
    expect(decoder.push(JSON.stringify(chunk({ content: 'a' })), undefined)).toEqual([]);
    expect(decoder.end()).toEqual([]);
  });
});
