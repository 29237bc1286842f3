import { describe, expect, test } from 'vitest';

import { foldAnswer } from '../../../src/formats/hub/fold.ts';
import { FORMATS } from '../../../src/formats/index.ts';
import { breaches, decodeBody, decodeFrames, foldBody, surviveAnything } from './provider-format.ts';

const format = FORMATS['ollama-chat'];

// As docs/api.md of ollama/ollama shows them.
const HEAD = { model: 'qwen3', created_at: '2026-08-07T06:08:09.335586Z' };
const COUNTS = { total_duration: 1, prompt_eval_count: 26, eval_count: 282 };

function piece(message: object): [object] {
  return [{ ...HEAD, message: { role: 'assistant', ...message }, done: false }];
}

function last(reason: string | undefined, message: object = { content: '' }): [object] {
  return [
    {
      ...HEAD,
      message: { role: 'assistant', ...message },
      done: true,
      ...(reason && { done_reason: reason }),
      ...COUNTS,
    },
  ];
}

const STREAM = [
  piece({ content: '', thinking: 'Hm' }),
  piece({ content: '', thinking: '.' }),
  piece({ content: 'Hel' }),
  piece({ content: 'lo' }),
  piece({
    content: '',
    tool_calls: [{ id: 'call_a', function: { index: 0, name: 'f', arguments: { b: 1, a: [] } } }],
  }),
  piece({ content: '', tool_calls: [{ function: { name: 'g', arguments: {} } }] }),
  last('stop'),
];

describe('an answer of Ollama', () => {
  test('is read from its stream: thought, text, calls, counts', () => {
    const events = decodeFrames(format, STREAM);
    expect(breaches(events)).toEqual([]);
    expect(foldAnswer(events)).toMatchObject({
      model: 'qwen3',
      created: 1786082889,
      parts: [
        { kind: 'reasoning', text: 'Hm.' },
        { kind: 'text', text: 'Hello' },
        { kind: 'call', id: 'call_a', name: 'f', arguments: '{"b":1,"a":[]}' },
        { kind: 'call', id: '', name: 'g', arguments: '{}' },
      ],
      usage: { input: 26, output: 282 },
      finish: { reason: 'calls', raw: 'stop' },
      fault: undefined,
    });
  });

  test('is the same when it comes as a whole', () => {
    const whole = last('stop', {
      content: 'Hello',
      thinking: 'Hm.',
      tool_calls: [
        { id: 'call_a', function: { name: 'f', arguments: { b: 1, a: [] } } },
        { function: { name: 'g', arguments: {} } },
      ],
    });
    expect(foldBody(format, whole[0])).toEqual(foldAnswer(decodeFrames(format, STREAM)));
  });

  test('may come in lines although a whole was asked for', () => {
    const lines = STREAM.map(([line]) => JSON.stringify(line)).join('\n');
    expect(foldBody(format, lines)).toEqual(foldAnswer(decodeFrames(format, STREAM)));
  });

  test('keeps the arguments of a call as they were written', () => {
    const body =
      '{"message":{"tool_calls":[{"function":{"name":"f","arguments":{"2":1.0,"1":12345678901234567890}}}]},"done":true}';
    expect(foldBody(format, body).parts).toMatchObject([{ arguments: '{"2":1.0,"1":12345678901234567890}' }]);
  });

  test.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['load', 'other'],
    [undefined, 'stop'],
  ] as const)('that ended by %s is told as %s', (raw, reason) => {
    expect(foldBody(format, last(raw, { content: 'Hi' })[0]).finish).toMatchObject({ reason, raw });
  });

  test('says nothing of counts that it does not have', () => {
    expect(foldBody(format, { message: { content: 'Hi' }, done: true }).usage).toBeUndefined();
  });

  test('that was cut off never ends well', () => {
    const cut = foldAnswer(decodeFrames(format, STREAM.slice(0, 4)));
    expect(cut.finish).toBeUndefined();
    expect(cut.fault?.code).toBe('stream_broken');
    expect(foldAnswer(decodeFrames(format, [])).fault?.code).toBe('upstream_garbled');
    expect(foldBody(format, { ...HEAD, message: { content: 'Hi' } }).fault?.code).toBe('stream_broken');
  });

  test('may fail in the middle', () => {
    const events = decodeFrames(format, [
      ...STREAM.slice(0, 4),
      [{ error: 'an error was encountered while running the model' }],
    ]);
    expect(breaches(events)).toEqual([]);
    expect(foldAnswer(events).fault).toMatchObject({
      code: 'upstream_overloaded',
      message:
        'the provider reported an error inside its answer: an error was encountered while running the model',
    });
  });

  test('that is no JSON is garbled', () => {
    expect(foldBody(format, '<html>').fault).toMatchObject({ code: 'upstream_garbled' });
    expect(decodeFrames(format, [['{"mess']])).toMatchObject([{ is: 'malformed' }, { is: 'error' }]);
  });

  test('is survived whatever it is', () => {
    surviveAnything(format, STREAM);
    expect(breaches(decodeBody(format, ''))).toEqual([]);
  });
});

describe('a refusal of Ollama', () => {
  // Sentences of ollama/ollama: server/routes.go, server/sched.go, llm/llama_server.go.
  test.each([
    [404, "model 'nope:latest' not found", 'upstream_model_missing'],
    [404, 'model "nope" not found, try pulling it first', 'upstream_model_missing'],
    [400, '"llama2" does not support thinking', 'untranslatable'],
    [400, 'registry.ollama.ai/library/gemma:2b does not support tools', 'untranslatable'],
    [400, 'the input length exceeds the context length', 'context_overflow'],
    [
      400,
      'the prompt is longer than the context length currently available to the model; shorten the prompt, adjust the context length in settings, or use a model with a longer context length',
      'context_overflow',
    ],
    [400, 'json: cannot unmarshal string into Go struct field ChatRequest.messages', 'upstream_rejected'],
    [401, 'unauthorized', 'upstream_refused_key'],
    [429, 'you have reached your weekly usage limit', 'upstream_out_of_credit'],
    [429, 'too many concurrent requests', 'upstream_rate_limited'],
    [499, 'request canceled', 'upstream_overloaded'],
    [500, 'model runner has unexpectedly stopped', 'upstream_overloaded'],
    [503, 'server busy, please try again.  maximum pending requests exceeded', 'upstream_overloaded'],
  ] as const)('%d %s is %s', (status, error, code) => {
    const body = Buffer.from(JSON.stringify({ error }));
    expect(format.classify({ status, contentType: 'application/json', body })).toMatchObject({ code });
  });
});
