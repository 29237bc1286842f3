import { describe, expect, test } from 'vitest';

import { foldAnswer } from '../../../src/formats/hub/fold.ts';
import { FORMATS } from '../../../src/formats/index.ts';
import { breaches, decodeFrames, foldBody, type Frame, surviveAnything } from './provider-format.ts';

const format = FORMATS['cohere-chat'];

function event(type: string, message?: object, more: object = {}): Frame {
  return [{ type, ...(message && { delta: { message } }), ...more }, type];
}

const USAGE = {
  billed_units: { input_tokens: 1, output_tokens: 2 },
  tokens: { input_tokens: 30, output_tokens: 9 },
  cached_tokens: 20,
};

// As https://docs.cohere.com/v2/docs/streaming shows them.
const STREAM: readonly Frame[] = [
  event('message-start', { role: 'assistant', content: [], tool_plan: '', tool_calls: [] }, { id: 'ans_1' }),
  event('tool-plan-delta', { tool_plan: 'I look' }),
  event('tool-plan-delta', { tool_plan: ' it up.' }),
  event('content-start', { content: { type: 'text', text: '' } }, { index: 0 }),
  event('content-delta', { content: { text: 'Wa' } }, { index: 0 }),
  event('content-delta', { content: { text: 'it' } }, { index: 0 }),
  event('citation-start', {
    citations: {
      start: 0,
      end: 4,
      text: 'Wait',
      sources: [{ type: 'document', document: { url: 'https://a.example', title: 'A' } }, { type: 'tool' }],
    },
  }),
  event('citation-end'),
  event('content-end', undefined, { index: 0 }),
  event(
    'tool-call-start',
    { tool_calls: { id: 'f_1', type: 'function', function: { name: 'f', arguments: '' } } },
    { index: 0 },
  ),
  event('tool-call-delta', { tool_calls: { function: { arguments: '{"a"' } } }, { index: 0 }),
  event('tool-call-delta', { tool_calls: { function: { arguments: ':1.0}' } } }, { index: 0 }),
  event('tool-call-end', undefined, { index: 0 }),
  event(
    'tool-call-start',
    { tool_calls: { id: 'g_1', type: 'function', function: { name: 'g', arguments: 'null' } } },
    { index: 1 },
  ),
  event('tool-call-end', undefined, { index: 1 }),
  [{ type: 'message-end', delta: { finish_reason: 'TOOL_CALL', usage: USAGE } }, 'message-end'],
  ['[DONE]'],
];

describe('an answer of Cohere', () => {
  test('is read from its stream: plan, text, sources, calls, usage', () => {
    const events = decodeFrames(format, STREAM);
    expect(breaches(events)).toEqual([]);
    expect(foldAnswer(events)).toMatchObject({
      id: 'ans_1',
      parts: [
        { kind: 'reasoning', text: 'I look it up.' },
        {
          kind: 'text',
          text: 'Wait',
          citations: [{ url: 'https://a.example', title: 'A', start: 0, end: 4 }],
        },
        { kind: 'call', id: 'f_1', name: 'f', arguments: '{"a":1.0}' },
        { kind: 'call', id: 'g_1', name: 'g', arguments: '{}' },
      ],
      usage: { input: 30, output: 9, cacheRead: 20 },
      finish: { reason: 'calls', raw: 'TOOL_CALL' },
      fault: undefined,
    });
  });

  test('is the same when it comes as a whole', () => {
    const whole = {
      id: 'ans_1',
      finish_reason: 'TOOL_CALL',
      message: {
        role: 'assistant',
        tool_plan: 'I look it up.',
        content: [{ type: 'text', text: 'Wait' }],
        citations: [
          {
            start: 0,
            end: 4,
            text: 'Wait',
            sources: [{ type: 'document', document: { url: 'https://a.example', title: 'A' } }],
          },
        ],
        tool_calls: [
          { id: 'f_1', type: 'function', function: { name: 'f', arguments: '{"a":1.0}' } },
          { id: 'g_1', type: 'function', function: { name: 'g', arguments: 'null' } },
        ],
      },
      usage: USAGE,
    };
    expect(foldBody(format, whole)).toEqual(foldAnswer(decodeFrames(format, STREAM)));
  });

  test('may begin with a thought', () => {
    const thought = [
      event('content-start', { content: { type: 'thinking', thinking: 'H' } }, { index: 0 }),
      event('content-delta', { content: { thinking: 'm' } }, { index: 0 }),
      event('content-end', undefined, { index: 0 }),
    ];
    expect(
      foldAnswer(decodeFrames(format, [...thought, ...STREAM.slice(3)])).parts.slice(0, 2),
    ).toMatchObject([
      { kind: 'reasoning', text: 'Hm' },
      { kind: 'text', text: 'Wait' },
    ]);
  });

  test.each([
    ['COMPLETE', 'stop'],
    ['STOP_SEQUENCE', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['ERROR_TOXIC', 'filter'],
    ['SOMETHING_NEW', 'other'],
  ])('that stopped for %s is told as %s', (raw, reason) => {
    const whole = { id: '1', finish_reason: raw, message: { content: [{ type: 'text', text: 'Hi' }] } };
    expect(foldBody(format, whole).finish).toMatchObject({ reason, raw });
  });

  test('that failed on the way never ends well', () => {
    const failed = (delta: object): Frame[] => [
      ...STREAM.slice(0, 6),
      [{ type: 'message-end', delta }, 'message-end'],
    ];
    expect(
      foldAnswer(decodeFrames(format, failed({ finish_reason: 'ERROR', error: 'NO_GPU' }))).fault,
    ).toMatchObject({
      code: 'upstream_overloaded',
      message: 'the provider reported an error inside its answer: NO_GPU',
    });
    expect(foldAnswer(decodeFrames(format, failed({ finish_reason: 'TIMEOUT' }))).fault?.code).toBe(
      'upstream_timeout',
    );
    expect(foldAnswer(decodeFrames(format, STREAM.slice(0, 6))).fault?.code).toBe('stream_broken');
    expect(foldAnswer(decodeFrames(format, [])).fault?.code).toBe('upstream_garbled');
    expect(
      foldAnswer(decodeFrames(format, [[{ id: '1', message: 'internal server error' }]])).fault?.code,
    ).toBe('upstream_overloaded');
  });

  test('that is something else is garbled', () => {
    expect(foldBody(format, '<html>').fault?.code).toBe('upstream_garbled');
    expect(foldBody(format, { response_id: '1', text: 'of version 1' }).fault?.code).toBe('upstream_garbled');
  });

  test('is survived whatever it is', () => {
    surviveAnything(format, STREAM);
  });
});

describe('a refusal of Cohere', () => {
  // Sentences of its own page (https://docs.cohere.com/v2/reference/errors).
  test.each([
    [
      400,
      'too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 4292.',
      'context_overflow',
    ],
    [400, 'too many tokens: size limit exceeded by 11326 tokens.', 'context_overflow'],
    [
      400,
      'too many tokens: max tokens must be less than or equal to 4096, the maximum output for this model - received 8192.',
      'upstream_rejected',
    ],
    [400, 'invalid request: message must be at least 1 token long', 'upstream_rejected'],
    [401, 'invalid api token', 'upstream_refused_key'],
    [
      402,
      'Please add or update your payment method at https://dashboard.cohere.com/billing',
      'upstream_out_of_credit',
    ],
    [
      404,
      "model 'nope' not found, make sure the correct model ID was used and that you have access to the model.",
      'upstream_model_missing',
    ],
    [429, 'You are using a Trial key, which is limited to 40 API calls / minute.', 'upstream_rate_limited'],
    [429, 'You are using a Trial key, which is limited to 1000 API calls / month.', 'upstream_out_of_credit'],
    [498, 'invalid token', 'upstream_refused_key'],
    [499, 'request cancelled', 'upstream_overloaded'],
    [500, 'internal server error', 'upstream_overloaded'],
    [504, 'gateway timeout', 'upstream_timeout'],
  ] as const)('%d %s is %s', (status, message, code) => {
    const body = Buffer.from(JSON.stringify({ id: '1', message }));
    expect(format.classify({ status, contentType: 'application/json', body })).toMatchObject({ code });
  });
});
