import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { EventKind } from '../../../src/core/format.ts';
import type { Operation } from '../../../src/core/operation.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';

const format = CALLER_FORMATS.gemini;

function part(fields: object): string {
  return JSON.stringify({ candidates: [{ content: { role: 'model', parts: [fields] }, index: 0 }] });
}

function judge(
  ...events: readonly (string | undefined)[]
): { kinds: EventKind[] } & ReturnType<typeof state> {
  const judged = format.judgeStream('chat');
  const kinds = events.map((data) => judged.judge(data, undefined));
  return { kinds, ...state(judged) };
}

function state({ finished, ended, usage, fault }: ReturnType<typeof format.judgeStream>) {
  return { finished, ended, usage, fault };
}

describe('a chunk of a Gemini stream', () => {
  test.each<[string, string | undefined, EventKind]>([
    ['a comment', undefined, 'opening'],
    ['an empty first chunk', '{"candidates":[{"content":{"role":"model"}}],"usageMetadata":{}}', 'opening'],
    ['empty text', part({ text: '' }), 'opening'],
    ['usage alone', '{"usageMetadata":{"promptTokenCount":3}}', 'opening'],
    ['grounding without text', '{"candidates":[{"groundingMetadata":{"groundingChunks":[{}]}}]}', 'opening'],
    ['text', part({ text: 'Hi' }), 'content'],
    ['a thought', part({ text: 'Hm', thought: true }), 'content'],
    ['empty text with a signature', part({ text: '', thoughtSignature: 'AQ==' }), 'content'],
    ['a call', part({ functionCall: { name: 'f' } }), 'content'],
    ['a picture', part({ inlineData: { mimeType: 'image/png', data: 'AA==' } }), 'content'],
    ['code', part({ executableCode: { code: '1' } }), 'content'],
    ['a finish reason', '{"candidates":[{"finishReason":"STOP"}]}', 'content'],
    ['no JSON', '{"candidates":[', 'malformed'],
    ['another JSON', '[1]', 'malformed'],
    ['an error', '{"error":{"code":503,"status":"UNAVAILABLE","message":"Overloaded"}}', 'error'],
    ['a blocked prompt', '{"promptFeedback":{"blockReason":"SAFETY"}}', 'content'],
    ['feedback that blocks nothing', '{"promptFeedback":{"safetyRatings":[]}}', 'opening'],
  ])('with %s', (_, data, kind) => {
    expect(judge(data).kinds).toEqual([kind]);
  });

  test('with the finish reason is the last: there is no end mark', () => {
    expect(judge(part({ text: 'Hi' }))).toMatchObject({ finished: false, ended: false });
    expect(judge(part({ text: 'Hi' }), '{"candidates":[{"finishReason":"MAX_TOKENS"}]}')).toMatchObject({
      finished: true,
      ended: false,
    });
  });

  test('may spell the reason as a number', () => {
    expect(judge('{"candidates":[{"finishReason":1}]}').finished).toBe(true);
    expect(judge('{"candidates":[{"finishReason":0}]}').finished).toBe(false);
    expect(judge('{"candidates":[{"finishReason":"FINISH_REASON_UNSPECIFIED"}]}').finished).toBe(false);
  });

  test('is not the last while another candidate goes on', () => {
    const both = '{"candidates":[{"index":0,"content":{}},{"index":1,"content":{}}]}';
    const first = '{"candidates":[{"index":0,"finishReason":"STOP"}]}';
    const second = '{"candidates":[{"index":1,"finishReason":"STOP"}]}';
    expect(judge(both, first).finished).toBe(false);
    expect(judge(both, first, second).finished).toBe(true);
  });

  test('has usage that replaces the one before', () => {
    const first = '{"usageMetadata":{"promptTokenCount":9,"totalTokenCount":9}}';
    const last =
      '{"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":4,"thoughtsTokenCount":20,"toolUsePromptTokenCount":5,"cachedContentTokenCount":8,"totalTokenCount":38}}';
    expect(judge(first, last).usage).toEqual({ input: 14, output: 24, reasoning: 20, cacheRead: 8 });
  });

  test('with an error has its fault', () => {
    expect(judge('{"error":{"status":"RESOURCE_EXHAUSTED","message":"Slow down"}}').fault?.code).toBe(
      'upstream_rate_limited',
    );
  });

  test('that is only the reason why nothing is said is whole', () => {
    expect(judge('{"promptFeedback":{"blockReason":"SAFETY","blockReasonMessage":"No."}}').finished).toBe(
      true,
    );
  });

  test('never makes the judge throw', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.json())), (events) => {
        judge(...events);
        judge(...events.map((candidates) => `{"candidates":${candidates}}`));
      }),
    );
  });
});

describe('usage', () => {
  test.each([
    [{}, undefined],
    [{ promptTokenCount: 7 }, { input: 7 }],
    [
      { promptTokenCount: 7, candidatesTokenCount: 2 },
      { input: 7, output: 2 },
    ],
    [{ promptTokenCount: -1, candidatesTokenCount: 'x' }, undefined],
    [
      { promptTokenCount: 5, cachedContentTokenCount: 9 },
      { input: 5, cacheRead: 5 },
    ],
    [
      {
        promptTokenCount: 9,
        candidatesTokenCount: 3,
        promptTokensDetails: [
          { modality: 'TEXT', tokenCount: 4 },
          { modality: 'AUDIO', tokenCount: 5 },
        ],
        candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 2 }],
      },
      { input: 9, output: 3, audioInput: 5, audioOutput: 2 },
    ],
  ])('of %j', (usageMetadata, wanted) => {
    expect(judge(JSON.stringify({ usageMetadata })).usage).toEqual(wanted);
  });
});

describe('a whole answer', () => {
  test.each<[Operation, string, string]>([
    ['chat', '{"candidates":[{"content":{"parts":[{"text":"Hi"}]}}]}', 'answer'],
    ['chat', '{"candidates":[{"content":{}}]}', 'upstream_garbled: the answer has no candidates'],
    ['chat', '{"candidates":[{"content":{},"finishReason":"STOP"}]}', 'answer'],
    ['chat', '{"candidates":[{"finishReason":"SAFETY"}],"promptFeedback":{"blockReason":"OTHER"}}', 'answer'],
    ['chat', '{"candidates":[]}', 'upstream_garbled: the answer has no candidates'],
    ['chat', '{"usageMetadata":{"promptTokenCount":3}}', 'upstream_garbled: the answer has no candidates'],
    ['chat', '{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}', 'answer'],
    ['chat', '{"candidates":[],"promptFeedback":{"blockReason":"OTHER"}}', 'answer'],
    ['chat', '{"error":{"code":429,"message":"x"}}', 'upstream_rate_limited'],
    ['chat', '', 'upstream_garbled: the answer is empty'],
    ['chat', '<html>', 'upstream_garbled: the answer is a web page'],
    ['chat', '{"candidates":[{', 'upstream_garbled: the answer breaks off'],
    ['embeddings', '{"embedding":{"values":[1]}}', 'answer'],
    ['embeddings', '{"embeddings":[{"values":[1]}]}', 'answer'],
    ['embeddings', '{"predictions":[{"embeddings":{"values":[1]}}]}', 'answer'],
    ['embeddings', '{}', 'upstream_garbled: the answer has no embedding'],
    ['count-tokens', '{"totalTokens":5}', 'answer'],
    ['count-tokens', '{}', 'answer'],
  ])('to %s: %s is worth %s', (operation, text, wanted) => {
    const verdict = format.judgeAnswer(operation, Buffer.from(text));
    const said = verdict.is === 'answer' ? 'answer' : `${verdict.fault.code}: ${verdict.fault.message}`;
    expect(said).toMatch(new RegExp(`^${wanted}`));
  });

  test('tells its usage', () => {
    const text =
      '{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2,"thoughtsTokenCount":3}}';
    expect(format.judgeAnswer('chat', Buffer.from(text))).toEqual({
      is: 'answer',
      usage: { input: 1, output: 5, reasoning: 3 },
    });
  });
});
