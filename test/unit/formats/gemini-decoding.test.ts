import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { AnswerEvent } from '../../../src/core/answer.ts';
import type { Conversation } from '../../../src/core/conversation.ts';
import type { AnswerEcho, TranslationTarget } from '../../../src/core/format.ts';
import { foldAnswer } from '../../../src/formats/hub/fold.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';

const { toCaller, toProvider } = CALLER_FORMATS.gemini;
if (!toCaller || !toProvider) throw new Error('gemini has no codec');
const caller = toCaller;
const provider = toProvider;

const TARGET: TranslationTarget = {
  provider: 'google',
  model: 'gemini-3-pro',
  quirks: [],
  maxOutput: undefined,
};

const CONVERSATION: Conversation = {
  turns: [{ role: 'user', parts: [{ kind: 'text', text: 'Hi' }] }],
  tools: [],
  stream: true,
  wantsUsage: true,
  losses: [],
};

const ECHO: AnswerEcho = {
  id: 'gw_1',
  created: 1,
  model: 'gpt-5',
  conversation: CONVERSATION,
  body: Buffer.from('{}'),
  path: '/models/gpt-5:streamGenerateContent?alt=sse',
};

function decodeStream(chunks: readonly object[]): AnswerEvent[] {
  const decoder = provider.decodeStream(TARGET);
  return [...chunks.flatMap((chunk) => decoder.push(JSON.stringify(chunk), undefined)), ...decoder.end()];
}

function candidate(...said: readonly object[]): object {
  return { candidates: [{ content: { role: 'model', parts: said }, index: 0 }] };
}

const FINISH = { candidates: [{ content: { role: 'model', parts: [{ text: '' }] }, finishReason: 'STOP' }] };

describe('a stream of a Gemini provider', () => {
  const chunks = [
    {
      ...candidate({ text: 'Let me ', thought: true }),
      usageMetadata: { promptTokenCount: 9, thoughtsTokenCount: 5 },
      modelVersion: 'gemini-3-pro-preview',
      responseId: 'r1',
      createTime: '2026-05-04T20:01:02.264968Z',
    },
    candidate({ text: 'think.', thought: true }),
    candidate({ text: 'Hel' }),
    candidate({ text: 'lo' }, { functionCall: { name: 'f', args: { n: 1 } }, thoughtSignature: 'SIG=' }),
    candidate({ functionCall: { id: 'x', name: 'g' } }),
    { ...FINISH, usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 7, thoughtsTokenCount: 5 } },
  ];

  test('tells its parts one after the other', () => {
    const state = {
      format: 'gemini',
      provider: 'google',
      model: 'gemini-3-pro',
      kind: 'signature',
      data: 'SIG=',
    };
    expect(decodeStream(chunks)).toEqual([
      { is: 'start', id: 'r1', model: 'gemini-3-pro-preview', created: 1777924862 },
      { is: 'usage', usage: { input: 9, output: 5, reasoning: 5 } },
      { is: 'open', part: { kind: 'reasoning' } },
      { is: 'delta', text: 'Let me ' },
      { is: 'delta', text: 'think.' },
      { is: 'close' },
      { is: 'open', part: { kind: 'text' } },
      { is: 'delta', text: 'Hel' },
      { is: 'delta', text: 'lo' },
      { is: 'close' },
      { is: 'open', part: { kind: 'call', id: '', name: 'f', opaque: [state] } },
      { is: 'delta', text: '{"n":1}' },
      { is: 'close' },
      { is: 'open', part: { kind: 'call', id: 'x', name: 'g' } },
      { is: 'delta', text: '{}' },
      { is: 'close' },
      { is: 'usage', usage: { input: 9, output: 12, reasoning: 5 } },
      { is: 'finish', reason: 'calls', raw: 'STOP' },
      { is: 'end' },
    ]);
  });

  test('comes to the same as its chunks in one array', () => {
    const whole = provider.decodeAnswer(Buffer.from(JSON.stringify(chunks)), TARGET);
    expect(foldAnswer(whole)).toEqual(foldAnswer(decodeStream(chunks)));
  });

  test('has state on the text it stands on, and on none', () => {
    const fold = (...said: readonly object[]) => foldAnswer(decodeStream([candidate(...said), FINISH])).parts;
    const opaque = [
      { format: 'gemini', provider: 'google', model: 'gemini-3-pro', kind: 'signature', data: 'S' },
    ];
    expect(fold({ text: 'A' }, { text: '', thoughtSignature: 'S' })).toEqual([
      { kind: 'text', text: 'A', opaque },
    ]);
    expect(fold({ text: '', thoughtSignature: 'S' })).toEqual([{ kind: 'text', text: '', opaque }]);
    expect(fold({ text: 'A', thoughtSignature: 'S' }, { text: 'B' })).toEqual([
      { kind: 'text', text: 'A', opaque },
      { kind: 'text', text: 'B' },
    ]);
  });

  test.each<[string, string]>([
    ['STOP', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'filter'],
    ['RECITATION', 'filter'],
    ['MALFORMED_FUNCTION_CALL', 'other'],
    ['SOMETHING_NEW', 'other'],
    ['constructor', 'other'],
  ])('finishes with %s as %s', (finishReason, reason) => {
    expect(decodeStream([{ candidates: [{ finishReason }] }]).slice(-2)).toEqual([
      { is: 'finish', reason, raw: finishReason },
      { is: 'end' },
    ]);
  });

  test('that is cut is never whole', () => {
    expect(decodeStream([candidate({ text: 'A' })]).at(-1)).toMatchObject({
      is: 'error',
      fault: { code: 'stream_broken' },
    });
    expect(decodeStream([]).at(-1)).toMatchObject({ is: 'error', fault: { code: 'upstream_garbled' } });
  });

  test('that reports an error ends in it', () => {
    const error = { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } };
    const events = decodeStream([candidate({ text: 'A' }), error, FINISH]);
    expect(events.at(-1)).toMatchObject({ is: 'error', fault: { code: 'upstream_overloaded' } });
    const blocked = decodeStream([{ promptFeedback: { blockReason: 'SAFETY' } }]);
    expect(blocked.at(-1)).toMatchObject({ is: 'error', fault: { code: 'content_blocked' } });
  });

  test('names sources once', () => {
    const groundingMetadata = { groundingChunks: [{ web: { uri: 'https://a.example', title: 'A' } }] };
    const grounded = { candidates: [{ content: { parts: [{ text: 'A' }] }, groundingMetadata }] };
    const [part] = foldAnswer(decodeStream([grounded, grounded, FINISH])).parts;
    expect(part).toEqual({ kind: 'text', text: 'AA', citations: [{ url: 'https://a.example', title: 'A' }] });
  });

  test('skips what it cannot read', () => {
    const decoder = provider.decodeStream(TARGET);
    expect(decoder.push('{"cand', undefined)).toEqual([{ is: 'malformed' }]);
    expect(decoder.push('[]', undefined)).toEqual([{ is: 'malformed' }]);
    expect(decoder.push('', undefined)).toEqual([]);
    const partial = JSON.stringify(candidate({ functionCall: { name: 'f', willContinue: true } }));
    expect(decoder.push(partial, undefined)).toEqual([{ is: 'start' }, { is: 'malformed' }]);
  });

  test('obeys the grammar of events, whatever it is', () => {
    const said = fc.record(
      {
        text: fc.string(),
        thought: fc.boolean(),
        thoughtSignature: fc.constantFrom('', 'S'),
        functionCall: fc.record({ name: fc.string(), args: fc.jsonValue() }),
      },
      { requiredKeys: [] },
    );
    const chunk = fc.oneof(
      fc.array(said).map((list) => candidate(...list)),
      fc.constant(FINISH),
      fc.object(),
      fc.anything().map((candidates) => ({ candidates })),
    );
    fc.assert(
      fc.property(fc.array(chunk), (list) => {
        const decoder = provider.decodeStream(TARGET);
        const events = [
          ...list.flatMap((value) => decoder.push(JSON.stringify(value) ?? '', undefined)),
          ...decoder.end(),
        ];
        let isOpen = false;
        for (const [index, event] of events.entries()) {
          if (event.is === 'open') {
            expect(isOpen).toBe(false);
            isOpen = true;
          } else if (event.is === 'delta' || event.is === 'opaque' || event.is === 'close') {
            expect(isOpen).toBe(true);
            if (event.is === 'close') isOpen = false;
          } else if (event.is === 'finish' || event.is === 'end') {
            expect(isOpen).toBe(false);
          }
          if (event.is === 'end' || event.is === 'error') expect(index).toBe(events.length - 1);
        }
        expect(['end', 'error']).toContain(events.at(-1)?.is);
        const encoder = caller.encodeStream(ECHO);
        for (const event of events) encoder.push(event);
        caller.encodeAnswer(events, ECHO);
      }),
    );
  });
});

describe('a whole answer of a Gemini provider', () => {
  test.each([
    ['', 'upstream_garbled'],
    ['<html>', 'upstream_garbled'],
    ['[]', 'upstream_garbled'],
    ['[1]', 'upstream_garbled'],
    ['{}', 'upstream_garbled'],
    ['{"candidates":[{"content":{}}]}', 'upstream_garbled'],
    ['[{"candidates":[{"content":{"parts":[{"text":"A"}]}}]}]', 'stream_broken'],
    ['{"promptFeedback":{"blockReason":"OTHER"}}', 'content_blocked'],
    ['{"error":{"code":429,"message":"x"}}', 'upstream_rate_limited'],
  ])('that is %j is %s', (body, code) => {
    expect(provider.decodeAnswer(Buffer.from(body), TARGET).at(-1)).toMatchObject({
      is: 'error',
      fault: { code },
    });
  });

  test('is whole without a finish reason, when it has content', () => {
    const body = '{"candidates":[{"content":{"parts":[{"text":"A"}]}}]}';
    expect(provider.decodeAnswer(Buffer.from(body), TARGET).slice(-2)).toEqual([
      { is: 'finish', reason: 'stop' },
      { is: 'end' },
    ]);
  });
});
