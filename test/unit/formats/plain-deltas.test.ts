import { describe, expect, test } from 'vitest';

import type { StreamJudge } from '../../../src/core/format.ts';
import { isPlainDelta as isPlainMessageDelta } from '../../../src/formats/anthropic-messages/plain-delta.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';
import { isPlainDelta as isPlainResponseDelta } from '../../../src/formats/openai-responses/plain-delta.ts';

interface Dialect {
  readonly judge: () => StreamJudge;
  readonly isPlain: (event: string) => boolean;
  readonly event: string;
  readonly alsoPlain: readonly string[];
  readonly notPlain: readonly string[];
}

const MESSAGE =
  '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a\\n\\u00e4"}    }';
const WORDS =
  '{"type":"response.output_text.delta","sequence_number":4,"item_id":"msg_1","output_index":0,"content_index":0,' +
  '"delta":"a\\n\\u00e4","logprobs":[],"obfuscation":"x"}';

const DIALECTS: Readonly<Record<string, Dialect>> = {
  'anthropic-messages': {
    judge: () => CALLER_FORMATS['anthropic-messages'].judgeStream('chat'),
    isPlain: isPlainMessageDelta,
    event: MESSAGE,
    alsoPlain: [
      MESSAGE.replaceAll(/([:,])"/g, '$1 "'),
      '{"index":1,"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"hm"}}',
      '{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\\""}}',
    ],
    notPlain: [
      MESSAGE.replace('a\\n\\u00e4', ''),
      MESSAGE.replace('00e4"', '00e4","text":""'),
      MESSAGE.replace('00e4"', '00e4","text":[]'),
      MESSAGE.replace('text_delta', 'signature_delta'),
      MESSAGE.replace('content_block_delta', 'error'),
      MESSAGE.replace('"index"', '"type":"error","index"'),
      MESSAGE.replace('"index":0', '"delta":{"type":"text_delta","text":""}'),
      MESSAGE.replace('"index":0', '"index":00'),
      MESSAGE.replace('a\\n', '\n'),
      MESSAGE.replace('a\\n', 'x'.repeat(5000)),
    ],
  },
  'openai-responses': {
    judge: () => CALLER_FORMATS['openai-responses'].judgeStream('chat'),
    isPlain: isPlainResponseDelta,
    event: WORDS,
    alsoPlain: [
      WORDS.replaceAll(/([:,])"/g, '$1 "'),
      '{"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":1,"delta":"{\\""}',
    ],
    notPlain: [
      WORDS.replace('a\\n\\u00e4', ''),
      WORDS.replace('.delta"', '.done"'),
      WORDS.replace('response.output_text.delta', 'error'),
      WORDS.replace('"item_id":"msg_1"', '"response":{"id":"resp_1"}'),
      WORDS.replace('"item_id"', '"type":"error","item_id"'),
      WORDS.replace('"obfuscation":"x"', '"delta":""'),
      WORDS.replace(':4,', ':04,'),
      WORDS.replace('a\\n', 'x'.repeat(5000)),
    ],
  },
};

describe.each(Object.entries(DIALECTS))('an event of %s that only brings words', (_, dialect) => {
  const { event, isPlain } = dialect;

  /** A line end before JSON means nothing, and makes it parsed. */
  function expectJudgedAsParsed(data: string): void {
    const [told, parsed] = ['', '\n'].map((before) => {
      const judge = dialect.judge();
      const kind = judge.judge(before + data, undefined);
      return { kind, finished: judge.finished, usage: judge.usage, id: judge.answerId, fault: judge.fault };
    });
    expect(told, data).toEqual(parsed);
  }

  test.each([event, ...dialect.alsoPlain])('is told without parsing it: %s', (data) => {
    expect(isPlain(data)).toBe(true);
    expectJudgedAsParsed(data);
  });

  test.each(dialect.notPlain)('is not told of one that is more, less or broken: %s', (data) => {
    expect(isPlain(data)).toBe(false);
    expectJudgedAsParsed(data);
  });

  test('is judged as if it were parsed, whichever byte of it is missing or another', () => {
    for (let at = 1; at <= event.length; at++) {
      expectJudgedAsParsed(event.slice(0, at));
      for (const other of ['', '"', '\\', '0', ',', '}', ']', '\t'])
        expectJudgedAsParsed(event.slice(0, at) + other + event.slice(at + 1));
    }
  });
});

test('a second beginning after words told without parsing them is still an error', () => {
  const judge = CALLER_FORMATS['anthropic-messages'].judgeStream('chat');
  const start = '{"type":"message_start","message":{}}';
  expect([start, MESSAGE, start].map((data) => judge.judge(data, undefined))).toEqual([
    'opening',
    'content',
    'error',
  ]);
});
