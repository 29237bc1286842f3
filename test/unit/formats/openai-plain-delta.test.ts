import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { isPlainDelta } from '../../../src/formats/openai-chat/plain-delta.ts';
import { judgeStream } from '../../../src/formats/openai-chat/stream.ts';

const CHUNK =
  '{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m","service_tier":null,' +
  '"choices":[{"index":0,"delta":{"content":"a\\n\\u00e4"},"logprobs":null,"finish_reason":null}],"usage":null}';

/** What is judged of a chunk and of what comes after it. A line end before JSON means nothing, and makes it parsed. */
function verdicts(chunk: string, before: '' | '\n'): unknown {
  return [[], [finish(0)], [finish(1)]].map((rest) => {
    const judge = judgeStream('chat');
    const kinds = [chunk, ...rest, chunk].map((data) => judge.judge(before + data, undefined));
    return { kinds, finished: judge.finished, usage: judge.usage, fault: judge.fault?.code };
  });
}

const finish = (index: number): string =>
  `{"choices":[{"index":${index},"delta":{},"finish_reason":"stop"}]}`;

function expectJudgedAsParsed(chunk: string): void {
  expect(verdicts(chunk, ''), chunk).toEqual(verdicts(chunk, '\n'));
}

describe('a chunk that is nothing but text', () => {
  test.each([
    CHUNK,
    CHUNK.replaceAll(/([:,])"/g, '$1 "'),
    '{"choices":[{"index":0,"delta":{"content":"a"}}]}',
    '{"choices":[{"delta":{"role":"assistant","content":"\\"","refusal":null},"finish_reason":null,"index":0}]}',
    '{"choices":[{"index":0,"text":"a","delta":{"token_id":7,"content":"a"}}],"created":0,"x":true}',
    '{"choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning_content":"hm"}}]}',
    '{"choices":[{"index":0,"delta":{"reasoning":"hm","content":null}}]}',
  ])('is told without parsing it: %s', (chunk) => {
    expect(isPlainDelta(chunk)).toBe(true);
    expectJudgedAsParsed(chunk);
  });

  test.each([
    CHUNK.replace('"usage":null', '"usage":{"prompt_tokens":1}'),
    CHUNK.replace('"usage":null', '"error":{"message":"x"}'),
    CHUNK.replace('"usage":null', '"x_groq":{"usage":{"prompt_tokens":1}}'),
    CHUNK.replace('chat.completion.chunk', 'error'),
    CHUNK.replace('"finish_reason":null', '"finish_reason":"stop"'),
    CHUNK.replace('"index":0', '"index":1'),
    CHUNK.replace('"content":"a\\n\\u00e4"', '"content":""'),
    CHUNK.replace('"content":"a\\n\\u00e4"', '"content":"a","content":""'),
    CHUNK.replace('"content":"a\\n\\u00e4"', '"content":"a","\\u0063ontent":""'),
    CHUNK.replace('"content":"a\\n\\u00e4"', '"reasoning":"a","reasoning":""'),
    CHUNK.replace('"choices"', '"choices":[],"choices"'),
    CHUNK.replace('"content":"a', '"content":"\n'),
    CHUNK.replace('1700000000', '01'),
    CHUNK.replace('chatcmpl-1', 'x'.repeat(5000)),
  ])('is not told of one that is more, less or broken: %s', (chunk) => {
    expect(isPlainDelta(chunk)).toBe(false);
    expectJudgedAsParsed(chunk);
  });

  test('is judged as if it were parsed, whichever byte of it is missing or another', () => {
    for (let at = 1; at <= CHUNK.length; at++) {
      expectJudgedAsParsed(CHUNK.slice(0, at));
      for (const other of ['', '"', '\\', '0', ',', '}', ']', '\t'])
        expectJudgedAsParsed(CHUNK.slice(0, at) + other + CHUNK.slice(at + 1));
    }
  });

  test('is judged as if it were parsed, whatever else is in it', () => {
    const names = [
      'id',
      'object',
      'error',
      'usage',
      'x_groq',
      'choices',
      'index',
      'delta',
      'content',
      'text',
    ];
    const name = fc.constantFrom(...names, 'finish_reason', 'role', 'message', '__proto__');
    const value = fc.constantFrom(
      'null',
      '0',
      '1',
      '""',
      '"a"',
      '"\\n"',
      '"chat.completion.chunk"',
      '[]',
      '{}',
    );
    const others = fc.array(fc.tuple(name, value), { maxLength: 3 });
    const object = (before: string[][], member: string, after: string[][]): string =>
      `{${[...before.map((pair) => `"${pair[0]}":${pair[1]}`), member, ...after.map((pair) => `"${pair[0]}": ${pair[1]}`)].join(',')}}`;
    fc.assert(
      fc.property(fc.array(others, { minLength: 6, maxLength: 6 }), value, (around, content) => {
        const [a = [], b = [], c = [], d = [], e = [], f = []] = around;
        const delta = object(a, `"content":${content}`, b);
        expectJudgedAsParsed(object(e, `"choices":[${object(c, `"delta":${delta}`, d)}]`, f));
      }),
      { numRuns: 2000 },
    );
  });
});
