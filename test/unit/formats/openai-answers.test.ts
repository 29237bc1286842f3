import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { EventKind, StreamJudge } from '../../../src/core/format.ts';
import type { Operation } from '../../../src/core/operation.ts';
import type { Usage } from '../../../src/core/usage.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';

const format = CALLER_FORMATS['openai-chat'];

function judge(...data: readonly string[]): { kinds: EventKind[]; judge: StreamJudge } {
  const stream = format.judgeStream('chat');
  return { kinds: data.map((text) => stream.judge(text, undefined)), judge: stream };
}

const delta = (value: unknown, finish: string | null = null, index = 0): string =>
  JSON.stringify({ choices: [{ index, delta: value, finish_reason: finish }] });

describe('an event of a stream', () => {
  test.each<[string, EventKind]>([
    [delta({ role: 'assistant', content: '' }), 'opening'],
    [delta({ role: 'assistant', content: null, refusal: null }), 'opening'],
    [delta({}), 'opening'],
    [delta({ tool_calls: [] }), 'opening'],
    ['{"choices":[],"prompt_filter_results":[{}]}', 'opening'],
    ['{"id":"x"}', 'opening'],
    ['', 'opening'],
    [delta({ content: ' ' }), 'content'],
    [delta({ refusal: 'no' }), 'content'],
    [delta({ reasoning_content: 'hm' }), 'content'],
    [delta({ reasoning: 'hm' }), 'content'],
    [delta({ reasoning_details: [{}] }), 'content'],
    [delta({ tool_calls: [{ index: 0 }] }), 'content'],
    [delta({ function_call: { name: 'f' } }), 'content'],
    [delta({ audio: { id: 'x' } }), 'content'],
    [delta({}, 'stop'), 'content'],
    ['{"choices":[{"text":"a"}]}', 'content'],
    ['{"choices":[{"index":0,"message":{"content":"whole"}}]}', 'content'],
    ['{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}', 'usage'],
    ['[DONE]', 'end'],
    ['{"error":{"message":"x"}}', 'error'],
    ['{"error":"x"}', 'error'],
    ['{"object":"error","message":"x","code":500}', 'error'],
    ['{"error":null,"choices":[]}', 'opening'],
    ['{"choices":[', 'malformed'],
    ['[1]', 'malformed'],
    ['null', 'malformed'],
    ['keep-alive', 'malformed'],
  ])('%s is %s', (data, kind) => {
    expect(judge(data).kinds).toEqual([kind]);
  });

  test('named error is one, whatever its shape', () => {
    const stream = format.judgeStream('chat');
    expect(stream.judge('{"message":"x","code":"rate_limit_exceeded"}', 'error')).toBe('error');
    expect(stream.fault?.code).toBe('upstream_rate_limited');
  });
});

describe('a stream', () => {
  test.each([
    [[delta({ content: 'a' })], false],
    [[delta({ content: 'a' }), delta({}, 'stop')], true],
    [[delta({ content: 'a' }), '[DONE]'], true],
    [[delta({ content: 'a' }, null, 0), delta({ content: 'b' }, null, 1), delta({}, 'stop', 0)], false],
    [
      [
        delta({ content: 'a' }, null, 0),
        delta({ content: 'b' }, null, 1),
        delta({}, 'stop', 0),
        delta({}, 'stop', 1),
      ],
      true,
    ],
    [[delta({}, 'stop'), delta({ role: 'assistant', content: '' })], true],
    [[delta({}, '')], false],
    [[], false],
  ])('of %s is finished: %s', (events, finished) => {
    expect(judge(...events).judge.finished).toBe(finished);
  });

  test('keeps the last usage, wherever it was, groq’s too', () => {
    const early = '{"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":3,"completion_tokens":1}}';
    const late = '{"choices":[],"x_groq":{"usage":{"prompt_tokens":3,"completion_tokens":9}}}';
    expect(judge(early, delta({}, 'stop')).judge.usage).toEqual({ input: 3, output: 1 });
    expect(judge(early, late).judge.usage).toEqual({ input: 3, output: 9 });
  });

  test('of images or audio is closed by a typed event', () => {
    const stream = format.judgeStream('audio.transcribe');
    expect(stream.judge('{"type":"transcript.text.delta","delta":"a"}', undefined)).toBe('content');
    expect(stream.finished).toBe(false);
    stream.judge('{"type":"transcript.text.done","usage":{"input_tokens":4,"output_tokens":2}}', undefined);
    expect([stream.finished, stream.usage]).toEqual([true, { input: 4, output: 2 }]);
    expect(stream.judge('{"error":{"message":"x"}}', undefined)).toBe('error');
    expect(stream.judge('junk', undefined)).toBe('malformed');
  });
});

describe('a whole answer', () => {
  const verdict = (body: string, operation: Operation = 'chat'): string => {
    const found = format.judgeAnswer(operation, Buffer.from(body));
    return found.is === 'fault' ? `${found.fault.code}: ${found.fault.message}` : 'answer';
  };

  test.each<[Operation, string, RegExp]>([
    ['chat', '{"choices":[{}]}', /^answer$/],
    ['chat', '\uFEFF\n{"x":[1],"choices":[{}]}', /^answer$/],
    ['embeddings', '{"data":[{}]}', /^answer$/],
    ['moderations', '{"results":[{}]}', /^answer$/],
    ['images.generate', '{"data":[{}]}', /^answer$/],
    ['audio.transcribe', 'plain text', /^answer$/],
    ['audio.transcribe', '{"text":""}', /^answer$/],
    ['chat', '{"error":{"message":"old"},"choices":[{}]}', /^answer$/],
    ['chat', '', /^upstream_garbled: the answer is empty/],
    ['audio.speech', '', /^upstream_garbled: the answer is empty/],
    ['chat', '{}', /^upstream_garbled: the answer has no choices/],
    ['chat', '{"choices":[ ]}', /^upstream_garbled/],
    ['chat', '{"choices":null}', /^upstream_garbled/],
    ['chat', '{"error":null}', /^upstream_garbled/],
    ['chat', '<!doctype html><html>', /^upstream_garbled: .*web page/],
    ['chat', '{"choices":[{}]', /^upstream_garbled: .*breaks off after 15 bytes/],
    ['chat', 'oops', /^upstream_garbled: .*not JSON at byte 0/],
    ['chat', '{"error":{"code":429,"message":"slow"}}', /^upstream_rate_limited: .*slow/],
    ['chat', '{"error":{"code":"insufficient_quota","message":"x"}}', /^upstream_out_of_credit/],
    ['chat', '{"error":{"type":"invalid_request_error","message":"x"}}', /^upstream_rejected/],
    ['chat', '{"error":{"message":"x"}}', /^upstream_overloaded/],
    ['audio.transcribe', '{"error":{"message":"x"}}', /^upstream_overloaded/],
  ])('to %s: %s', (operation, body, wanted) => {
    expect(verdict(body, operation)).toMatch(wanted);
  });
});

describe('usage', () => {
  const usage = (value: unknown): Usage | undefined => {
    const verdict = format.judgeAnswer('chat', Buffer.from(JSON.stringify({ choices: [{}], usage: value })));
    return verdict.is === 'answer' ? verdict.usage : expect.unreachable();
  };

  test.each<[unknown, Usage | undefined]>([
    [
      { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
      { input: 3, output: 4 },
    ],
    [
      { input_tokens: 3, output_tokens: 4 },
      { input: 3, output: 4 },
    ],
    [
      { prompt_tokens: 9, prompt_tokens_details: { cached_tokens: 4 } },
      { input: 9, cacheRead: 4 },
    ],
    [
      { prompt_tokens: 9, prompt_cache_hit_tokens: 4 },
      { input: 9, cacheRead: 4 },
    ],
    [
      { prompt_tokens: 9, prompt_tokens_details: { cached_tokens: 40 } },
      { input: 9, cacheRead: 9 },
    ],
    [
      {
        prompt_tokens: 1,
        completion_tokens: 5,
        total_tokens: 6,
        completion_tokens_details: { reasoning_tokens: 2 },
      },
      { input: 1, output: 5, reasoning: 2 },
    ],
    [
      {
        prompt_tokens: 1,
        completion_tokens: 5,
        total_tokens: 8,
        completion_tokens_details: { reasoning_tokens: 2 },
      },
      { input: 1, output: 7, reasoning: 2 },
    ],
    [{ prompt_tokens: -1, completion_tokens: '4' }, undefined],
    [{ prompt_tokens: 1.5, completion_tokens: 4 }, { output: 4 }],
    [{}, undefined],
    [[], undefined],
    ['many', undefined],
    [null, undefined],
  ])('%j is %j', (value, wanted) => {
    expect(usage(value)).toEqual(wanted);
  });

  test('of any junk has only counts that can be added up [promise:junk-usage]', () => {
    const names = [
      'prompt_tokens',
      'completion_tokens',
      'total_tokens',
      'prompt_tokens_details',
      'completion_tokens_details',
      'reasoning_tokens',
      'cached_tokens',
      '__proto__',
    ];
    const junk = fc.dictionary(
      fc.constantFrom(...names),
      fc.oneof(
        fc.jsonValue(),
        fc.double(),
        fc.integer(),
        fc.dictionary(fc.constantFrom(...names), fc.double()),
      ),
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(junk, (value) => {
        for (const count of Object.values(usage(value) ?? {}))
          expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
