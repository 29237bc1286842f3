import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';

import type { EventKind, StreamJudge } from '../../../src/core/format.ts';
import type { Operation } from '../../../src/core/operation.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';

const format = CALLER_FORMATS['anthropic-messages'];

function judge(...events: readonly unknown[]): { kinds: EventKind[]; judge: StreamJudge } {
  const stream = format.judgeStream('chat');
  return { kinds: events.map((event) => stream.judge(JSON.stringify(event), undefined)), judge: stream };
}

const block = (content: unknown): unknown => ({
  type: 'content_block_start',
  index: 0,
  content_block: content,
});
const delta = (value: unknown): unknown => ({ type: 'content_block_delta', index: 0, delta: value });
const START = {
  type: 'message_start',
  message: { id: 'msg_1', usage: { input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 1 } },
};
const FINISH = {
  type: 'message_delta',
  delta: { stop_reason: 'end_turn', stop_sequence: null },
  usage: { output_tokens: 42 },
};
const STOP = { type: 'message_stop' };

describe('an event of a stream', () => {
  test.each<[unknown, EventKind]>([
    [START, 'opening'],
    [{ type: 'ping' }, 'opening'],
    [block({ type: 'text', text: '' }), 'opening'],
    [block({ type: 'text', text: '', citations: [] }), 'opening'],
    [block({ type: 'thinking', thinking: '', signature: '' }), 'opening'],
    [delta({ type: 'text_delta', text: '' }), 'opening'],
    [delta({ type: 'input_json_delta', partial_json: '' }), 'opening'],
    [{ type: 'content_block_stop', index: 0 }, 'opening'],
    [{ type: 'something_new', index: 0 }, 'opening'],
    [{ type: 'message_delta', delta: {}, usage: { output_tokens: 2 } }, 'opening'],
    [block({ type: 'text', text: 'Hi' }), 'content'],
    [block({ type: 'tool_use', id: 't', name: 'f', input: {} }), 'content'],
    [block({ type: 'redacted_thinking', data: 'x' }), 'content'],
    [block({ type: 'server_tool_use', id: 's', name: 'web_search', input: {} }), 'content'],
    [delta({ type: 'text_delta', text: ' ' }), 'content'],
    [delta({ type: 'thinking_delta', thinking: 'hm' }), 'content'],
    [delta({ type: 'signature_delta', signature: 'EqQB' }), 'content'],
    [delta({ type: 'input_json_delta', partial_json: '{' }), 'content'],
    [delta({ type: 'citations_delta', citation: { url: 'u' } }), 'content'],
    [FINISH, 'content'],
    [STOP, 'end'],
    [{ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'error'],
    [{ error: { message: 'bad gateway' } }, 'error'],
    [{ error: 'bad gateway' }, 'error'],
    [{ error: null }, 'malformed'],
    [[1], 'malformed'],
    [null, 'malformed'],
  ])('%j is %s', (event, kind) => {
    expect(judge(event).kinds).toEqual([kind]);
  });

  it('may have spaces where nobody expects them, and its type in its name only', () => {
    const stream = format.judgeStream('chat');
    expect(stream.judge('{"delta":{"type":"text_delta","text":"a"}       }', 'content_block_delta')).toBe(
      'content',
    );
    expect(stream.judge('', 'message_start')).toBe('opening');
    expect(stream.judge(undefined, undefined)).toBe('opening');
    expect(stream.judge('{"type":"content_block_delta","delta":{"te', undefined)).toBe('malformed');
    expect(stream.judge('{"message":"x"}', 'error')).toBe('error');
  });

  test.each([
    ['overloaded_error', 'upstream_overloaded'],
    ['api_error', 'upstream_overloaded'],
    ['rate_limit_error', 'upstream_rate_limited'],
    ['authentication_error', 'upstream_refused_key'],
    ['permission_error', 'upstream_refused_key'],
    ['not_found_error', 'upstream_model_missing'],
    ['billing_error', 'upstream_out_of_credit'],
    ['timeout_error', 'upstream_timeout'],
    ['invalid_request_error', 'upstream_rejected'],
    ['request_too_large', 'context_overflow'],
    ['never_heard_of', 'upstream_overloaded'],
  ])('of an error of type %s means %s', (type, code) => {
    expect(judge(START, { type: 'error', error: { type, message: 'x' } }).judge.fault?.code).toBe(code);
  });
});

describe('a stream', () => {
  it('is finished by message_stop and by nothing else', () => {
    const text = delta({ type: 'text_delta', text: 'a' });
    expect(judge(START, text, FINISH).judge).toMatchObject({ finished: false, ended: false });
    expect(judge(START, text, FINISH, STOP).judge).toMatchObject({ finished: true, ended: true });
  });

  it('tells usage twice, and the second time counts', () => {
    expect(judge(START).judge.usage).toEqual({ input: 15, cacheRead: 5, output: 1 });
    expect(judge(START, FINISH).judge.usage).toEqual({ input: 15, cacheRead: 5, output: 42 });
    const whole = {
      ...FINISH,
      usage: { input_tokens: 12, cache_read_input_tokens: null, output_tokens: 42 },
    };
    expect(judge(START, whole).judge.usage).toEqual({ input: 17, cacheRead: 5, output: 42 });
    expect(judge(START, { ...FINISH, usage: 'none' }).judge.usage).toEqual({
      input: 15,
      cacheRead: 5,
      output: 1,
    });
  });

  it('may say its beginning twice, but not begin another answer', () => {
    expect(judge(START, START, delta({ type: 'text_delta', text: 'a' })).kinds).toEqual([
      'opening',
      'malformed',
      'content',
    ]);
    const spliced = judge(START, delta({ type: 'text_delta', text: 'a' }), START);
    expect(spliced.kinds.at(-1)).toBe('error');
    expect(spliced.judge.fault).toMatchObject({ code: 'upstream_garbled' });
  });

  it('of another operation is relayed as it comes', () => {
    const stream = format.judgeStream('other');
    expect([stream.judge('{"type":"x"}', 'x'), stream.judge('junk', undefined)]).toEqual([
      'content',
      'content',
    ]);
    expect(stream).toMatchObject({ finished: true, ended: false });
  });

  it('of whatever bytes is judged without an accident', () => {
    const anything = fc.oneof(fc.string(), fc.json(), fc.constant('{"__proto__":{"type":"error"}}'));
    fc.assert(
      fc.property(fc.array(fc.tuple(anything, fc.option(fc.string(), { nil: undefined }))), (events) => {
        const stream = format.judgeStream('chat');
        for (const [data, name] of events) stream.judge(data, name);
      }),
    );
  });
});

describe('a whole answer', () => {
  const verdict = (body: string, operation: Operation = 'chat'): string => {
    const found = format.judgeAnswer(operation, Buffer.from(body));
    return found.is === 'fault' ? `${found.fault.code}: ${found.fault.message}` : 'answer';
  };

  test.each<[Operation, string, RegExp]>([
    ['chat', '{"type":"message","content":[{"type":"text","text":"a"}]}', /^answer$/],
    ['chat', '{"content":[],"stop_reason":"end_turn"}', /^answer$/],
    ['count-tokens', '{"input_tokens":12}', /^answer$/],
    ['other', '{"anything":1}', /^answer$/],
    ['other', 'lines', /^answer$/],
    ['chat', '', /^upstream_garbled: the answer is empty/],
    ['other', '', /^upstream_garbled: the answer is empty/],
    ['chat', '{}', /^upstream_garbled: the answer has no content/],
    ['chat', '{"content":[]}', /^upstream_garbled/],
    ['chat', '{"content":[],"stop_reason":null}', /^upstream_garbled/],
    ['chat', '{"content":"text"}', /^upstream_garbled/],
    ['chat', '{"content":[{"type":"text"', /^upstream_garbled: the answer breaks off/],
    ['chat', '<!doctype html>', /^upstream_garbled: .*web page/],
    ['count-tokens', '{"count":12}', /^upstream_garbled: the answer has no input_tokens/],
    [
      'chat',
      '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
      /^upstream_overloaded: .*Overloaded/,
    ],
  ])('to %s that is %s', (operation, body, expected) => {
    expect(verdict(body, operation)).toMatch(expected);
  });

  it('tells its usage: input with what was cached, output with thoughts', () => {
    const usage = {
      input_tokens: 3,
      cache_creation_input_tokens: 20,
      cache_read_input_tokens: 100,
      cache_creation: { ephemeral_5m_input_tokens: 5, ephemeral_1h_input_tokens: 15 },
      output_tokens: 50,
      output_tokens_details: { thinking_tokens: 60 },
    };
    const body = Buffer.from(JSON.stringify({ content: [{}], usage }));
    expect(format.judgeAnswer('chat', body)).toEqual({
      is: 'answer',
      usage: { input: 123, output: 50, cacheRead: 100, cacheWrite: 20, cacheWrite1h: 15, reasoning: 50 },
    });
  });

  it('that was summarised on the way was billed for every round', () => {
    const rounds = [
      { type: 'compaction', input_tokens: 100, cache_creation_input_tokens: 50, output_tokens: 80 },
      { type: 'message', input_tokens: 20, output_tokens: 8 },
      { type: 'advisor_message', input_tokens: 999, output_tokens: 999 },
    ];
    const usageOf = (iterations: unknown): unknown => {
      const usage = { input_tokens: 20, output_tokens: 8, iterations };
      const found = format.judgeAnswer('chat', Buffer.from(JSON.stringify({ content: [{}], usage })));
      return found.is === 'answer' ? found.usage : undefined;
    };
    expect(usageOf(rounds)).toEqual({ input: 170, output: 88, cacheWrite: 50 });
    expect(usageOf(rounds.slice(1))).toEqual({ input: 20, output: 8 });
    expect(usageOf([...rounds, { type: 'fallback_message', input_tokens: 20 }])).toEqual({
      input: 20,
      output: 8,
    });
    expect(usageOf('x')).toEqual({ input: 20, output: 8 });
  });

  it.each(['{"input_tokens":-1}', '{"input_tokens":"5"}', '{"output_tokens":1.5}', '[]', '"x"', '{}'])(
    'has no usage when it says %s',
    (usage) => {
      const body = Buffer.from(`{"content":[{}],"usage":${usage}}`);
      expect(format.judgeAnswer('chat', body)).toEqual({ is: 'answer', usage: undefined });
    },
  );
});
