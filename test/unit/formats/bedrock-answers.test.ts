import { describe, expect, test } from 'vitest';

import { foldAnswer } from '../../../src/formats/hub/fold.ts';
import { FORMATS } from '../../../src/formats/index.ts';
import { breaches, decodeFrames, foldBody, type Frame, surviveAnything } from './provider-format.ts';

const format = FORMATS['bedrock-converse'];

function delta(contentBlockIndex: number, fields: object): Frame {
  return [{ contentBlockIndex, delta: fields, p: 'abc' }, 'contentBlockDelta'];
}

function stop(contentBlockIndex: number): Frame {
  return [{ contentBlockIndex }, 'contentBlockStop'];
}

const USAGE = {
  inputTokens: 3,
  outputTokens: 9,
  totalTokens: 20,
  cacheReadInputTokens: 5,
  cacheWriteInputTokens: 3,
};

// The order of the real service: starts for tools only, the reason before the usage.
const STREAM: readonly Frame[] = [
  [{ role: 'assistant', p: 'ab' }, 'messageStart'],
  delta(0, { reasoningContent: { text: 'Let me ' } }),
  delta(0, { reasoningContent: { text: 'think.' } }),
  delta(0, { reasoningContent: { signature: 'SIG' } }),
  stop(0),
  delta(1, { reasoningContent: { redactedContent: 'AQ==' } }),
  delta(1, { reasoningContent: { redactedContent: 'AgM=' } }),
  stop(1),
  delta(2, { text: 'Hel' }),
  delta(2, { text: 'lo' }),
  stop(2),
  [
    { contentBlockIndex: 3, start: { toolUse: { toolUseId: 'tooluse_1', name: 'a_x2e_b' } } },
    'contentBlockStart',
  ],
  delta(3, { toolUse: { input: '{"b":1' } }),
  delta(3, { toolUse: { input: '.0}' } }),
  stop(3),
  [
    {
      contentBlockIndex: 4,
      start: { toolUse: { toolUseId: 'srv_1', name: 'code', type: 'server_tool_use' } },
    },
    'contentBlockStart',
  ],
  delta(4, { toolUse: { input: '{}' } }),
  stop(4),
  [{ stopReason: 'tool_use' }, 'messageStop'],
  [{ usage: USAGE, metrics: { latencyMs: 1 } }, 'metadata'],
];

const OWNER = { format: 'bedrock-converse', provider: 'here', model: 'm' };

const PARTS = [
  { kind: 'reasoning', text: 'Let me think.', opaque: [{ ...OWNER, kind: 'signature', data: 'SIG' }] },
  { kind: 'reasoning', text: '', opaque: [{ ...OWNER, kind: 'encrypted', data: 'AQID' }] },
  { kind: 'text', text: 'Hello' },
  { kind: 'call', id: 'tooluse_1', name: 'a.b', arguments: '{"b":1.0}' },
];

describe('an answer of Bedrock', () => {
  test('is read from its stream', () => {
    const events = decodeFrames(format, STREAM);
    expect(breaches(events)).toEqual([]);
    expect(foldAnswer(events)).toMatchObject({
      parts: PARTS,
      usage: { input: 11, output: 9, cacheRead: 5, cacheWrite: 3 },
      finish: { reason: 'calls', raw: 'tool_use' },
      fault: undefined,
    });
  });

  test('is the same when it comes as a whole', () => {
    const body = `{"output":{"message":{"role":"assistant","content":[
      {"reasoningContent":{"reasoningText":{"text":"Let me think.","signature":"SIG"}}},
      {"reasoningContent":{"redactedContent":"AQID"}},
      {"text":"Hello"},
      {"toolUse":{"toolUseId":"tooluse_1","name":"a_x2e_b","input":{"b":1.0},"type":"tool_use"}},
      {"toolUse":{"toolUseId":"srv_1","name":"code","input":{},"type":"server_tool_use"}},
      {"toolResult":{"toolUseId":"srv_1","content":[{"json":{}}]}}
    ]}},"stopReason":"tool_use","usage":${JSON.stringify(USAGE)}}`;
    expect(foldBody(format, body)).toEqual(foldAnswer(decodeFrames(format, STREAM)));
  });

  test('ends when its usage came, not before', () => {
    const before = decodeFrames(format, STREAM.slice(0, -1));
    expect(before.slice(-2).map(({ is }) => is)).toEqual(['finish', 'end']);
    expect(
      decodeFrames(format, STREAM)
        .slice(-3)
        .map(({ is }) => is),
    ).toEqual(['usage', 'finish', 'end']);
  });

  test.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['guardrail_intervened', 'filter'],
    ['content_filtered', 'filter'],
    ['model_context_window_exceeded', 'context'],
    ['malformed_tool_use', 'other'],
    ['constructor', 'other'],
  ])('that stopped for %s is told as %s', (raw, reason) => {
    const whole = { output: { message: { content: [{ text: 'Hi' }] } }, stopReason: raw };
    expect(foldBody(format, whole).finish).toMatchObject({ reason, raw });
  });

  test('tells at which sequence it stopped', () => {
    const whole = {
      output: { message: { content: [{ text: 'Hi' }] } },
      stopReason: 'stop_sequence',
      additionalModelResponseFields: { delta: { stop_sequence: 'X' } },
    };
    expect(foldBody(format, whole).finish?.stopSequence).toBe('X');
  });

  test('that was cut off never ends well', () => {
    for (let length = 1; length < STREAM.length - 2; length++) {
      const { finish, fault } = foldAnswer(decodeFrames(format, STREAM.slice(0, length)));
      expect(finish).toBeUndefined();
      expect(fault?.code).toBe(length === 1 ? 'upstream_garbled' : 'stream_broken');
    }
  });

  test.each([
    ['throttlingException', 'Too many tokens, please wait before trying again.', 'upstream_rate_limited'],
    ['modelStreamErrorException', 'The model failed.', 'upstream_overloaded'],
    ['internalServerException', 'Oh no.', 'upstream_overloaded'],
    ['serviceUnavailableException', 'Bedrock is unable to process your request.', 'upstream_overloaded'],
    ['validationException', 'Input is too long for requested model.', 'context_overflow'],
    ['modelTimeoutException', 'It took too long.', 'upstream_timeout'],
    ['InternalFailure', 'Oh no.', 'upstream_overloaded'],
  ] as const)('may end in a %s', (name, message, code) => {
    const frame: Frame = [{ message }, name];
    if (name === 'InternalFailure') return;
    const events = decodeFrames(format, [...STREAM.slice(0, 10), frame]);
    expect(breaches(events)).toEqual([]);
    expect(foldAnswer(events).fault).toMatchObject({ code });
  });

  test('that is something else is garbled', () => {
    expect(foldBody(format, '<html>').fault?.code).toBe('upstream_garbled');
    expect(foldBody(format, { message: 'no' }).fault?.code).toBe('upstream_garbled');
  });

  test('is survived whatever it is', () => {
    surviveAnything(format, STREAM);
  });
});

describe('a refusal of Bedrock', () => {
  // Recorded ones, and sentences of AWS's documentation (userguide/troubleshooting-api-error-codes.html).
  test.each([
    [400, 'The provided model identifier is invalid.', 'upstream_model_missing'],
    [400, 'Invocation of model ID x with on-demand throughput isn’t supported.', 'upstream_model_missing'],
    [403, "You don't have access to the model with the specified model ID.", 'upstream_model_missing'],
    [404, 'This model version has reached the end of its life.', 'upstream_model_missing'],
    [400, 'Input is too long for requested model.', 'context_overflow'],
    [
      400,
      'The model returned the following errors: prompt is too long: 200001 tokens > 200000 maximum',
      'context_overflow',
    ],
    [400, "This model doesn't support the s3Uri field. Remove s3Uri and try again.", 'untranslatable'],
    [
      400,
      'The model returned the following errors: Malformed input request: #/messages/2/content/0: extraneous key [toolResult] is not permitted',
      'untranslatable',
    ],
    [
      400,
      'The model returned the following errors: messages.2.content.2.document.source.type: Field required',
      'upstream_rejected',
    ],
    [403, 'The security token included in the request is expired', 'upstream_refused_key'],
    [
      403,
      'The request signature we calculated does not match the signature you provided.',
      'upstream_refused_key',
    ],
    [408, 'Model has timed out in processing the request.', 'upstream_timeout'],
    [424, 'The model failed.', 'upstream_overloaded'],
    [429, 'Too many requests, please wait before trying again.', 'upstream_rate_limited'],
    [500, 'The system encountered an unexpected error during processing.', 'upstream_overloaded'],
    [503, 'Bedrock is unable to process your request.', 'upstream_overloaded'],
  ] as const)('%d %s is %s', (status, message, code) => {
    const body = Buffer.from(JSON.stringify({ message }));
    expect(format.classify({ status, contentType: 'application/json', body })).toMatchObject({ code });
  });
});
