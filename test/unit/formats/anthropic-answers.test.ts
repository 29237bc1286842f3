import type Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it, test } from 'vitest';

import type { AnswerEvent } from '../../../src/core/answer.ts';
import type { Part } from '../../../src/core/conversation.ts';
import { unseal } from '../../../src/formats/hub/carry.ts';
import { partEvents } from '../../../src/formats/hub/fold.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';
import { ECHO, encodeStream, END, eventsOf, FINISH, read } from './anthropic-writing.ts';

const { toCaller } = CALLER_FORMATS['anthropic-messages'];

/** The same answer, read from a stream and from the whole. */
async function bothWays(parts: readonly Part[], finish: AnswerEvent = FINISH): Promise<Anthropic.Message> {
  const events = eventsOf(parts, finish);
  const whole = await read(toCaller?.encodeAnswer(events, ECHO) ?? '', false);
  const stream = await read(encodeStream([...events, END]), true);
  expect({ ...stream, parsed_output: undefined }).toEqual(whole);
  return whole;
}

const SIGNED: Part = {
  kind: 'reasoning',
  text: 'Let me see.',
  opaque: [{ format: 'gemini', provider: 'google', model: 'g', kind: 'signature', data: 'CiQB' }],
};

describe('an answer for an Anthropic caller', () => {
  it('is read by the official SDK, as a stream and as a whole', async () => {
    const message = await bothWays(
      [
        SIGNED,
        { kind: 'text', text: 'It is 🙂 "so".\n' },
        { kind: 'call', id: 'call_abcdefghijkl', name: 'f', arguments: '{"a": 1.50, "b":"\\u0041"}' },
        { kind: 'call', id: 'call_0', name: 'g', arguments: '' },
      ],
      { is: 'finish', reason: 'calls' },
    );
    expect(message).toMatchObject({
      id: 'msg_x1',
      type: 'message',
      role: 'assistant',
      model: 'gpt',
      stop_reason: 'tool_use',
      stop_sequence: null,
      content: [
        { type: 'thinking', thinking: 'Let me see.' },
        { type: 'text', text: 'It is 🙂 "so".\n' },
        { type: 'tool_use', id: 'call_abcdefghijkl', name: 'f', input: { a: 1.5, b: 'A' } },
        { type: 'tool_use', name: 'g', input: {} },
      ],
      usage: {
        input_tokens: 15,
        cache_creation_input_tokens: 5,
        cache_read_input_tokens: 100,
        output_tokens: 30,
        output_tokens_details: { thinking_tokens: 10 },
      },
    });
    const [, , , last] = message.content;
    expect(last).toMatchObject({ id: expect.stringMatching(/^call_[0-9a-f]{24}$/) as string });
  });

  it('carries other providers’ state in envelopes', async () => {
    const state = { format: 'gemini', provider: 'google', kind: 'signature', data: 'CiQB' } as const;
    const message = await bothWays([
      SIGNED,
      { kind: 'reasoning', text: 'plain' },
      { kind: 'reasoning', text: '', summary: true, opaque: [state] },
      { kind: 'reasoning', text: '' },
      { kind: 'text', text: 'a', opaque: [state] },
      { kind: 'text', text: '', opaque: [state] },
      { kind: 'call', id: 'call_abcdefghijkl', name: 'f', arguments: '{}', opaque: [state] },
    ]);
    const carried = message.content.map((block) => {
      if (block.type === 'thinking') return [block.thinking, unseal(block.signature)];
      return block.type === 'redacted_thinking' ? unseal(block.data) : block.type;
    });
    expect(carried).toEqual([
      ['Let me see.', [{ on: 'reasoning', states: SIGNED.opaque }]],
      ['plain', [{ on: 'reasoning', states: [] }]],
      [{ on: 'reasoning', summary: true, states: [state] }],
      'text',
      [{ on: 'text', states: [state] }],
      [{ on: 'text', states: [state] }],
      [{ on: 'call', states: [state] }],
      'tool_use',
    ]);
  });

  it('ends with its text: Claude Code takes the last block for the answer', async () => {
    const state = { format: 'gemini', provider: 'google', kind: 'signature', data: 'CiQB' } as const;
    const message = await bothWays([
      SIGNED,
      { kind: 'text', text: 'a', opaque: [state] },
      { kind: 'text', text: '', opaque: [state] },
    ]);
    expect(message.content.map(({ type }) => type)).toEqual(['thinking', 'text']);
  });

  it('has no empty text, which its caller would be refused for sending back', async () => {
    const message = await bothWays([
      { kind: 'text', text: '' },
      { kind: 'refusal', text: 'I cannot.' },
    ]);
    expect(message.content).toEqual([{ type: 'text', text: 'I cannot.' }]);
    expect((await bothWays([])).content).toEqual([]);
  });

  it('tells where a statement comes from', async () => {
    const citations = [{ url: 'https://a', title: 'A', start: 0, end: 5 }, { url: 'https://b' }];
    const message = await bothWays([{ kind: 'text', text: 'Paris is it.', citations }]);
    expect(message.content[0]).toMatchObject({
      type: 'text',
      text: 'Paris is it.',
      citations: [
        { type: 'web_search_result_location', url: 'https://a', title: 'A', cited_text: 'Paris' },
        { type: 'web_search_result_location', url: 'https://b', title: null, cited_text: '' },
      ],
    });
  });

  it('has an object for arguments, whatever the model wrote', async () => {
    const call = (given: string): Part => ({
      kind: 'call',
      id: 'call_abcdefghijkl',
      name: 'f',
      arguments: given,
    });
    const message = await bothWays(['null', '"text"', '[1]', ' {"a":1}'].map(call));
    expect(message.content.map((block) => (block.type === 'tool_use' ? block.input : undefined))).toEqual([
      {},
      {},
      {},
      { a: 1 },
    ]);
    const custom: Part = {
      kind: 'call',
      id: 'call_abcdefghijkl',
      name: 'f',
      arguments: '{raw',
      custom: true,
    };
    expect((await bothWays([custom])).content[0]).toMatchObject({ input: { input: '{raw' } });
  });

  test.each<[Extract<AnswerEvent, { is: 'finish' }>, string, string | null]>([
    [{ is: 'finish', reason: 'stop' }, 'end_turn', null],
    [{ is: 'finish', reason: 'stop', stopSequence: 'END' }, 'stop_sequence', 'END'],
    [{ is: 'finish', reason: 'length', stopSequence: 'END' }, 'max_tokens', null],
    [{ is: 'finish', reason: 'filter' }, 'refusal', null],
    [{ is: 'finish', reason: 'refusal' }, 'refusal', null],
    [{ is: 'finish', reason: 'pause' }, 'pause_turn', null],
    [{ is: 'finish', reason: 'context' }, 'model_context_window_exceeded', null],
    [{ is: 'finish', reason: 'other', raw: 'odd' }, 'end_turn', null],
  ])('that ended for %j says %s', async (finish, reason, sequence) => {
    const message = await bothWays([{ kind: 'text', text: 'a' }], finish);
    expect([message.stop_reason, message.stop_sequence]).toEqual([reason, sequence]);
  });

  it('counts nothing it was not told', async () => {
    const events: AnswerEvent[] = [{ is: 'start' }, ...partEvents({ kind: 'text', text: 'a' }), FINISH];
    const message = await read(encodeStream([...events, END]), true);
    expect(message).toMatchObject({ model: 'served-model', usage: { input_tokens: 0, output_tokens: 0 } });
    expect(message.usage).not.toHaveProperty('cache_read_input_tokens');
    expect(await read(toCaller?.encodeAnswer(events, ECHO) ?? '', false)).toMatchObject({
      usage: message.usage,
    });
  });

  it('to the question for tokens is their number', () => {
    expect(toCaller?.encodeTokenCount?.(42).toString()).toBe('{"input_tokens":42}');
  });
});

describe('a stream for an Anthropic caller', () => {
  it('has named events in the order of its contract', () => {
    const stream = encodeStream([
      { is: 'start', id: 'msg_1' },
      { is: 'ping' },
      { is: 'usage', usage: { input: 7 } },
      { is: 'open', part: { kind: 'reasoning' } },
      { is: 'delta', text: 'hm' },
      { is: 'close' },
      { is: 'open', part: { kind: 'call', id: 'call_abcdefghijkl', name: 'f' } },
      { is: 'delta', text: '{"a"' },
      { is: 'malformed' },
      { is: 'delta', text: ':1}' },
      { is: 'close' },
      { is: 'finish', reason: 'calls' },
      { is: 'usage', usage: { output: 9 } },
      END,
    ]);
    const events = stream
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => {
        const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? [];
        const { type, index, delta } = JSON.parse(data ?? '') as {
          type: string;
          index?: number;
          delta?: { type?: string };
        };
        expect(type).toBe(name);
        return [type, index, delta?.type].filter((part) => part !== undefined).join(' ');
      });
    expect(events).toEqual([
      'ping',
      'message_start',
      'content_block_start 0',
      'content_block_delta 0 thinking_delta',
      'content_block_delta 0 signature_delta',
      'content_block_stop 0',
      'content_block_start 1',
      'content_block_delta 1 input_json_delta',
      'content_block_delta 1 input_json_delta',
      'content_block_stop 1',
      'message_delta',
      'message_stop',
    ]);
    expect(stream).toContain('"usage":{"input_tokens":7,"output_tokens":0}');
    expect(stream).toContain(
      '"delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":7,"output_tokens":9}',
    );
  });

  it('passes every piece on as it comes', () => {
    const encoder = toCaller?.encodeStream(ECHO);
    encoder?.push({ is: 'start' });
    expect(encoder?.push({ is: 'open', part: { kind: 'text' } })).toBe('');
    expect(encoder?.push({ is: 'delta', text: 'a' })).toContain('"text":"a"');
    expect(encoder?.push({ is: 'delta', text: '\ud83d' })).toContain('"text":"\\ud83d"');
    expect(encoder?.push({ is: 'error', fault: { code: 'stream_broken', message: 'x' } })).toBe('');
  });
});
