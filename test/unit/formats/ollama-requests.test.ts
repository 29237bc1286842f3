import { describe, expect, test } from 'vitest';

import type { Part } from '../../../src/core/conversation.ts';
import { FORMATS } from '../../../src/formats/index.ts';
import { assistant, conversation, encode, system, text, user } from './provider-format.ts';

const format = FORMATS['ollama-chat'];

const CALL: Part = { kind: 'call', id: 'call_1', name: 'weather', arguments: '{"b":1.0,"a":"x"}' };
const TOOL = {
  name: 'weather',
  description: 'Tells.',
  schema: '{"type":"object","properties":{"2":{},"1":{}}}',
};

describe('a request to Ollama', () => {
  test('has its model, its messages and every setting the server knows', () => {
    const { path, body, losses } = encode(
      format,
      conversation({
        turns: [system(text('Be brief.')), user(text('Hi'))],
        maxOutput: 10,
        temperature: 1.5,
        topP: 0.5,
        topK: 3,
        seed: 7,
        presencePenalty: 0.1,
        frequencyPenalty: 0.2,
        stop: ['X'],
        stream: true,
      }),
      { model: 'qwen3:8b' },
    );
    expect(path).toBe('/api/chat');
    expect(losses).toEqual([]);
    expect(body).toEqual({
      model: 'qwen3:8b',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
      ],
      stream: true,
      options: {
        num_predict: 10,
        temperature: 1.5,
        top_p: 0.5,
        top_k: 3,
        seed: 7,
        presence_penalty: 0.1,
        frequency_penalty: 0.2,
        stop: ['X'],
      },
      truncate: false,
      shift: false,
    });
  });

  test('tells calls with their arguments as objects, byte for byte, and results by id and name', () => {
    const sent = encode(
      format,
      conversation({
        turns: [
          user(text('Weather?')),
          assistant({ kind: 'reasoning', text: 'I look it up.' }, text('Wait.'), CALL),
          user({ kind: 'result', id: 'call_1', content: [{ kind: 'text', text: 'Sun' }] }, text('And now?')),
        ],
        tools: [TOOL],
      }),
    );
    expect(sent.body.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: 'Wait.',
        thinking: 'I look it up.',
        tool_calls: [{ id: 'call_1', function: { index: 0, name: 'weather', arguments: { b: 1, a: 'x' } } }],
      },
      { role: 'tool', content: 'Sun', tool_name: 'weather', tool_call_id: 'call_1' },
      { role: 'user', content: 'And now?' },
    ]);
    expect(sent.text).toContain('"arguments":{"b":1.0,"a":"x"}');
    expect(sent.text).toContain('"parameters":{"type":"object","properties":{"2":{},"1":{}}}');
  });

  test('has arguments that are no JSON as an empty object, and says so', () => {
    const { body, losses } = encode(
      format,
      conversation({ turns: [user(text('Hi')), assistant({ ...CALL, arguments: '{"a":' })] }),
    );
    expect(body.messages[1].tool_calls[0].function.arguments).toEqual({});
    expect(losses).toContain('invalid-arguments');
  });

  test('has pictures beside the text, and those of a result in the next message of the user', () => {
    const picture: Part = {
      kind: 'media',
      media: 'image',
      mime: 'image/png',
      source: { is: 'base64', data: 'AAAA' },
    };
    const { body, losses } = encode(
      format,
      conversation({
        turns: [
          user(text('Look'), picture),
          assistant(CALL),
          user({ kind: 'result', id: 'call_1', content: [{ kind: 'text', text: 'This' }, picture] }),
        ],
      }),
    );
    expect(body.messages[0]).toEqual({ role: 'user', content: 'Look', images: ['AAAA'] });
    expect(body.messages[2]).toMatchObject({ role: 'tool', content: 'This' });
    expect(body.messages[3]).toMatchObject({ role: 'user', images: ['AAAA'] });
    expect(losses).toEqual(['result-media']);
  });

  test('names what it cannot show', () => {
    const { body, losses } = encode(
      format,
      conversation({
        turns: [
          user(
            { kind: 'media', media: 'image', source: { is: 'url', url: 'https://example.com/a.png' } },
            { kind: 'media', media: 'audio', mime: 'audio/wav', source: { is: 'base64', data: 'AA' } },
            {
              kind: 'media',
              media: 'file',
              name: 'a.pdf',
              mime: 'application/pdf',
              source: { is: 'base64', data: 'AA' },
            },
            { kind: 'media', media: 'file', name: 'a.txt', source: { is: 'text', text: 'inside' } },
          ),
        ],
      }),
    );
    expect(losses).toEqual(['audio', 'file', 'url']);
    expect(body.messages[0].content).toBe(
      '(an image that could not be passed on)\n\n(an audio that could not be passed on)\n\n(the file a.pdf, which could not be passed on)\n\na.txt\ninside',
    );
  });

  test('offers no tool that may not be called, and cannot force one', () => {
    const tools = [TOOL, { name: 'other' }];
    const sent = (toolChoice: object) => encode(format, conversation({ tools, ...toolChoice }));
    expect(sent({ toolChoice: { mode: 'none' } }).body.tools).toBeUndefined();
    const forced = sent({ toolChoice: { mode: 'required', names: ['other'] } });
    expect(forced.body.tools.map((tool: { function: { name: string } }) => tool.function.name)).toEqual([
      'other',
    ]);
    expect(forced.body.tools[0].function.parameters).toEqual({ type: 'object', properties: {} });
    expect(forced.losses).toEqual(['tool-choice']);
  });

  test('asks for JSON, or for JSON of a schema as it was written', () => {
    expect(encode(format, conversation({ output: { kind: 'json' } })).body.format).toBe('json');
    const schema = '{"type":"object","properties":{"b":{"maximum":1.0},"a":{}}}';
    expect(encode(format, conversation({ output: { kind: 'schema', schema } })).text).toContain(
      `"format":${schema}`,
    );
  });

  test.each([
    ['off', { mode: 'off' }, undefined, false, []],
    ['off by effort', { mode: 'on', effort: 'none' }, true, false, []],
    ['on at a model that thinks', { mode: 'on' }, true, true, []],
    ['high at a model that thinks', { mode: 'on', effort: 'high' }, true, 'high', []],
    ['very high at a model that thinks', { mode: 'on', effort: 'xhigh' }, true, 'max', ['effort']],
    [
      'high at a model of which nothing is known',
      { mode: 'on', effort: 'high' },
      undefined,
      undefined,
      ['effort'],
    ],
    ['high at a model that does not think', { mode: 'on', effort: 'high' }, false, undefined, ['effort']],
    ['left to the model', undefined, undefined, undefined, []],
  ] as const)('asks for thought that is %s', (_, reasoning, reasons, think, losses) => {
    const sent = encode(format, conversation(reasoning ? { reasoning } : {}), { reasons });
    expect(sent.body.think).toEqual(think);
    expect(sent.losses).toEqual(losses);
  });

  test('reports every wish that the server has no word for', () => {
    const { losses } = encode(
      format,
      conversation({
        tools: [{ name: 'raw', custom: true }],
        candidates: 2,
        logprobs: 1,
        logitBias: '{}',
        user: 'u',
        metadata: { a: 'b' },
        tier: 'priority',
        verbosity: 'low',
        parallelCalls: false,
        turns: [user({ ...text('Hi'), cache: {} })],
      }),
    );
    expect(losses).toEqual([
      'cache',
      'candidates',
      'custom-tool',
      'logit-bias',
      'logprobs',
      'metadata',
      'parallel-calls',
      'tier',
      'user',
      'verbosity',
    ]);
  });
});
