import { describe, expect, it, test } from 'vitest';

import type { AnswerEvent } from '../../../src/core/answer.ts';
import type { TranslationTarget } from '../../../src/core/format.ts';
import { foldAnswer } from '../../../src/formats/hub/fold.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';

const { toProvider } = CALLER_FORMATS['anthropic-messages'];

const TARGET: TranslationTarget = { provider: 'p', model: 'm', quirks: [], maxOutput: undefined };

function stream(...events: readonly unknown[]): readonly AnswerEvent[] {
  const decoder = toProvider?.decodeStream(TARGET);
  return [
    ...events.flatMap((event) => decoder?.push(JSON.stringify(event), undefined) ?? []),
    ...(decoder?.end() ?? []),
  ];
}

const whole = (answer: unknown): readonly AnswerEvent[] =>
  toProvider?.decodeAnswer(
    Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer)),
    TARGET,
  ) ?? [];

const START = {
  type: 'message_start',
  message: { id: 'msg_1', model: 'claude-x', usage: { input_tokens: 3, output_tokens: 1 } },
};
const open = (index: number, block: unknown): unknown => ({
  type: 'content_block_start',
  index,
  content_block: block,
});
const delta = (index: number, value: unknown): unknown => ({
  type: 'content_block_delta',
  index,
  delta: value,
});
const close = (index: number): unknown => ({ type: 'content_block_stop', index });
const finish = (reason: string, more: Record<string, unknown> = {}): unknown => ({
  type: 'message_delta',
  delta: { stop_reason: reason, ...more },
  usage: { output_tokens: 9 },
});
const STOP = { type: 'message_stop' };
const TEXT = [open(0, { type: 'text', text: '' }), delta(0, { type: 'text_delta', text: 'Hi' }), close(0)];

describe('a stream of Anthropic', () => {
  it('is told as it comes', () => {
    expect(stream(START, { type: 'ping' }, ...TEXT, finish('end_turn'), STOP)).toEqual([
      { is: 'start', id: 'msg_1', model: 'claude-x' },
      { is: 'usage', usage: { input: 3, output: 1 } },
      { is: 'ping' },
      { is: 'open', part: { kind: 'text' } },
      { is: 'delta', text: 'Hi' },
      { is: 'close' },
      { is: 'usage', usage: { input: 3, output: 9 } },
      { is: 'finish', reason: 'stop', raw: 'end_turn' },
      { is: 'end' },
    ]);
  });

  it('has its thoughts with the state that vouches for them, of the target it came from', () => {
    const owner = { format: 'anthropic-messages', provider: 'p', model: 'm' };
    const { parts } = foldAnswer(
      stream(
        START,
        open(0, { type: 'thinking', thinking: '', signature: '' }),
        delta(0, { type: 'thinking_delta', thinking: 'hm' }),
        delta(0, { type: 'signature_delta', signature: 'first' }),
        delta(0, { type: 'signature_delta', signature: 'EqQB' }),
        close(0),
        open(1, { type: 'thinking', thinking: '', signature: '' }),
        delta(1, { type: 'signature_delta', signature: 'alone' }),
        close(1),
        open(2, { type: 'redacted_thinking', data: 'EmwK' }),
        close(2),
        ...TEXT,
        finish('end_turn'),
        STOP,
      ),
    );
    expect(parts).toEqual([
      { kind: 'reasoning', text: 'hm', opaque: [{ ...owner, kind: 'signature', data: 'EqQB' }] },
      { kind: 'reasoning', text: '', opaque: [{ ...owner, kind: 'signature', data: 'alone' }] },
      { kind: 'reasoning', text: '', opaque: [{ ...owner, kind: 'encrypted', data: 'EmwK' }] },
      { kind: 'text', text: 'Hi' },
    ]);
  });

  it('has calls with their arguments as they were written, and with the caller’s own names', () => {
    const events = stream(
      START,
      open(0, { type: 'tool_use', id: 'toolu_1', name: 'files_x2e_read', input: {} }),
      delta(0, { type: 'input_json_delta', partial_json: '' }),
      delta(0, { type: 'input_json_delta', partial_json: '{"a": 1.' }),
      delta(0, { type: 'input_json_delta', partial_json: '50}' }),
      close(0),
      open(1, { type: 'tool_use', id: 'toolu_2', name: 'g', input: {} }),
      close(1),
      open(2, { type: 'tool_use', id: 'toolu_3', name: 'h', input: { given: 'at once' } }),
      close(2),
      finish('end_turn'),
      STOP,
    );
    const { parts, finish: end } = foldAnswer(events);
    expect(parts).toEqual([
      { kind: 'call', id: 'toolu_1', name: 'files.read', arguments: '{"a": 1.50}' },
      { kind: 'call', id: 'toolu_2', name: 'g', arguments: '{}' },
      { kind: 'call', id: 'toolu_3', name: 'h', arguments: '{"given":"at once"}' },
    ]);
    expect(end).toMatchObject({ reason: 'calls', raw: 'end_turn' });
  });

  it('has neither the tools that ran at Anthropic nor what they found', () => {
    const events = stream(
      START,
      open(0, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }),
      delta(0, { type: 'input_json_delta', partial_json: '{"query":"x"}' }),
      close(0),
      open(1, { type: 'web_search_tool_result', tool_use_id: 's', content: [] }),
      close(1),
      open(2, { type: 'text', text: '', citations: [] }),
      delta(2, {
        type: 'citations_delta',
        citation: { type: 'web_search_result_location', url: 'https://a', title: 'A' },
      }),
      delta(2, { type: 'citations_delta', citation: { type: 'char_location' } }),
      delta(2, { type: 'text_delta', text: 'found' }),
      close(2),
      finish('end_turn'),
      STOP,
    );
    expect(foldAnswer(events)).toMatchObject({
      parts: [{ kind: 'text', text: 'found', citations: [{ url: 'https://a', title: 'A' }] }],
      finish: { reason: 'stop' },
    });
  });

  it('gives an answer in a shape as text, though it came as a call', () => {
    const blocks = [
      open(0, { type: 'tool_use', id: 't', name: 'gw_answer_as_json', input: {} }),
      delta(0, { type: 'input_json_delta', partial_json: '{"a":' }),
      delta(0, { type: 'input_json_delta', partial_json: '1}' }),
      close(0),
    ];
    expect(foldAnswer(stream(START, ...blocks, finish('tool_use'), STOP))).toMatchObject({
      parts: [{ kind: 'text', text: '{"a":1}' }],
      finish: { reason: 'stop' },
    });
    const answer = {
      content: [{ type: 'tool_use', id: 't', name: 'gw_answer_as_json', input: { a: 1 } }],
      stop_reason: 'tool_use',
    };
    expect(foldAnswer(whole(answer))).toMatchObject({
      parts: [{ kind: 'text', text: '{"a":1}' }],
      finish: { reason: 'stop' },
    });
  });

  test.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['refusal', 'refusal'],
    ['pause_turn', 'pause'],
    ['model_context_window_exceeded', 'context'],
    ['compaction', 'other'],
    ['tool_use', 'stop'],
  ])('that stopped for %s ended for %s', (reason, meant) => {
    expect(foldAnswer(stream(START, ...TEXT, finish(reason), STOP)).finish).toEqual({
      reason: meant,
      raw: reason,
      stopSequence: undefined,
    });
  });

  it('names the sequence it stopped at', () => {
    const events = stream(START, ...TEXT, finish('stop_sequence', { stop_sequence: 'END' }), STOP);
    expect(foldAnswer(events).finish?.stopSequence).toBe('END');
  });
});

describe('a stream that is no whole answer', () => {
  const last = (...events: readonly unknown[]): unknown => {
    const told = stream(...events).at(-1);
    return told?.is === 'error' ? [told.fault.code, told.fault.message] : told;
  };

  it('ends in an error', () => {
    expect(last()).toEqual(['upstream_garbled', 'the stream ended without message_stop']);
    expect(last(START)).toEqual(['upstream_garbled', 'the stream ended without message_stop']);
    expect(last(START, ...TEXT)).toEqual(['stream_broken', 'the stream ended without message_stop']);
    expect(last(START, ...TEXT, finish('end_turn'))).toEqual([
      'stream_broken',
      'the stream ended without message_stop',
    ]);
    expect(last(STOP)).toEqual(['upstream_garbled', 'the stream ended before it began']);
    expect(last(START, ...TEXT, START)).toEqual([
      'upstream_garbled',
      'a second answer began inside the first',
    ]);
  });

  it('tells what the provider reported', () => {
    const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    expect(last(START, overloaded)).toEqual([
      'upstream_overloaded',
      'the provider reported an error inside its answer: Overloaded',
    ]);
    expect(last(START, { error: 'bad gateway' })).toEqual([
      'upstream_overloaded',
      'the provider reported an error inside its answer: bad gateway',
    ]);
    // Nothing counts after it.
    expect(stream(START, overloaded, ...TEXT, STOP).at(-1)).toMatchObject({ is: 'error' });
  });

  it('may say its beginning twice and things nobody knows', () => {
    const events = stream(
      START,
      START,
      { type: 'new_thing' },
      [1],
      { type: 'content_block_start' },
      ...TEXT,
      finish('end_turn'),
      STOP,
    );
    expect(events.filter(({ is }) => is === 'malformed')).toHaveLength(3);
    expect(events.at(-1)).toEqual({ is: 'end' });
  });

  it('may lack its beginning and the ends of its blocks', () => {
    const events = stream(
      open(0, { type: 'text', text: 'a' }),
      open(1, { type: 'text', text: '' }),
      delta(7, { type: 'text_delta', text: 'lost' }),
      delta(1, { type: 'thinking_delta', thinking: 'lost' }),
      delta(1, { type: 'text_delta', text: 'b' }),
      finish('end_turn'),
      STOP,
    );
    expect(events[0]).toEqual({ is: 'start' });
    expect(foldAnswer(events).parts).toEqual([
      { kind: 'text', text: 'a' },
      { kind: 'text', text: 'b' },
    ]);
  });
});

describe('a whole answer of Anthropic', () => {
  it('means the same as its stream', () => {
    const {
      parts,
      usage,
      finish: end,
    } = foldAnswer(
      whole(
        '{"id":"msg_1","model":"claude-x","content":[{"type":"text","text":"Hi"},{"type":"tool_use","id":"t","name":"f",' +
          '"input":{"a": 1.50}}],"stop_reason":"tool_use","usage":{"input_tokens":3,"output_tokens":9}}',
      ),
    );
    expect(parts).toEqual([
      { kind: 'text', text: 'Hi' },
      { kind: 'call', id: 't', name: 'f', arguments: '{"a": 1.50}' },
    ]);
    expect([usage, end?.reason]).toEqual([{ input: 3, output: 9 }, 'calls']);
  });

  test.each<[unknown, string]>([
    ['', 'upstream_garbled'],
    ['<html>', 'upstream_garbled'],
    [{}, 'upstream_garbled'],
    [{ content: 'Hi' }, 'upstream_garbled'],
    [{ type: 'error', error: { type: 'overloaded_error', message: 'x' } }, 'upstream_overloaded'],
  ])('that is %j is a fault: %s', (answer, code) => {
    expect(whole(answer)).toMatchObject([{ is: 'error', fault: { code } }]);
  });
});
