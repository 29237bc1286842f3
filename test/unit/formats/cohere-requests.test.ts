import { describe, expect, test } from 'vitest';

import type { Conversation, Part, Tool } from '../../../src/core/conversation.ts';
import { FORMATS } from '../../../src/formats/index.ts';
import { assistant, conversation, encode as encodeFor, system, text, user } from './provider-format.ts';

const format = FORMATS['cohere-chat'];

function encode(fields: Partial<Conversation>, model = 'command-a-03-2025') {
  return encodeFor(format, conversation(fields), { model });
}

const CALL: Part = { kind: 'call', id: 'call_1', name: 'weather', arguments: '{"b":1.0,"a":"x"}' };
const TOOL: Tool = {
  name: 'weather',
  description: 'Tells.',
  schema: '{"type":"object","properties":{"2":{},"1":{}}}',
};

describe('a request to Cohere', () => {
  test('has its model, its messages and every setting the service knows', () => {
    const { path, body, losses } = encode({
      turns: [system(text('Be brief.')), user(text('Hi'))],
      maxOutput: 10,
      temperature: 0.5,
      topP: 1,
      topK: 3,
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: -0.2,
      stop: ['1', '2', '3', '4', '5', '6'],
      stream: true,
    });
    expect(path).toBe('/chat');
    expect(losses).toEqual(['penalties', 'stop']);
    expect(body).toEqual({
      model: 'command-a-03-2025',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
      ],
      stream: true,
      max_tokens: 10,
      temperature: 0.5,
      p: 0.99,
      k: 3,
      seed: 7,
      stop_sequences: ['1', '2', '3', '4', '5'],
      presence_penalty: 0.1,
      frequency_penalty: 0,
    });
  });

  test('tells calls with their plan, and a result for each', () => {
    const turns = [
      user(text('Weather?')),
      assistant({ kind: 'reasoning', text: 'I look it up.' }, CALL),
      user(
        { kind: 'result', id: 'call_1', isError: true, content: [{ kind: 'text', text: 'No' }] },
        text('And now?'),
      ),
    ];
    const { body, losses, text: sent } = encode({ turns, tools: [TOOL] });
    const tool_calls = [
      { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"b":1.0,"a":"x"}' } },
    ];
    expect(body.messages.slice(1)).toEqual([
      { role: 'assistant', tool_plan: 'I look it up.', tool_calls },
      { role: 'tool', tool_call_id: 'call_1', content: 'Error: No' },
      { role: 'user', content: 'And now?' },
    ]);
    expect(losses).toEqual([]);
    expect(sent).toContain('"parameters":{"type":"object","properties":{"2":{},"1":{}}}');
    expect(encode({ turns, tools: [TOOL] }, 'command-a-reasoning-08-2025').body.messages[1]).toEqual({
      role: 'assistant',
      content: [{ type: 'thinking', thinking: 'I look it up.' }],
      tool_calls,
    });
  });

  test('leaves a thought out where the model has no place for it', () => {
    const turns = [
      user(text('Hi')),
      assistant({ kind: 'reasoning', text: 'Hm' }, text('Hello')),
      user(text('Go')),
    ];
    expect(encode({ turns })).toMatchObject({
      body: { messages: [{}, { role: 'assistant', content: 'Hello' }, {}] },
      losses: ['reasoning'],
    });
    expect(encode({ turns }, 'command-a-reasoning-08-2025').body.messages[1].content).toEqual([
      { type: 'thinking', thinking: 'Hm' },
      { type: 'text', text: 'Hello' },
    ]);
  });

  test('shows pictures by their address or as they are, and names what it cannot show', () => {
    const { body, losses } = encode({
      turns: [
        user(
          text('Look'),
          {
            kind: 'media',
            media: 'image',
            detail: 'low',
            source: { is: 'url', url: 'https://example.com/a.png' },
          },
          { kind: 'media', media: 'image', mime: 'image/png', source: { is: 'base64', data: 'AAAA' } },
          {
            kind: 'media',
            media: 'file',
            name: 'a.pdf',
            mime: 'application/pdf',
            source: { is: 'base64', data: 'AA' },
          },
        ),
      ],
    });
    expect(body.messages[0].content).toEqual([
      { type: 'text', text: 'Look' },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      { type: 'text', text: '(the file a.pdf, which could not be passed on)' },
    ]);
    expect(losses).toEqual(['file']);
  });

  test.each([
    [{ mode: 'auto' }, undefined, ['weather', 'other']],
    [{ mode: 'none' }, 'NONE', ['weather', 'other']],
    [{ mode: 'required' }, 'REQUIRED', ['weather', 'other']],
    [{ mode: 'required', names: ['other'] }, 'REQUIRED', ['other']],
  ] as const)('chooses among tools by %j', (toolChoice, told, names) => {
    const { body, losses } = encode({ tools: [TOOL, { name: 'other' }], toolChoice });
    expect(body.tool_choice).toBe(told);
    expect(body.tools.map((tool: { function: { name: string } }) => tool.function.name)).toEqual(names);
    expect(losses).toEqual([]);
  });

  test('is strict about all of its tools or none', () => {
    expect(encode({ tools: [{ ...TOOL, strict: true }] })).toMatchObject({
      body: { strict_tools: true },
      losses: [],
    });
    const mixed = encode({ tools: [{ ...TOOL, strict: true }, { name: 'other' }] });
    expect(mixed.body.strict_tools).toBeUndefined();
    expect(mixed.losses).toEqual(['schema']);
  });

  test('asks for JSON of a schema, though not beside tools', () => {
    const schema = '{"type":"object","properties":{"b":{"maximum":1.0},"a":{}}}';
    const output = { kind: 'schema', schema } as const;
    expect(encode({ output }).text).toContain(
      `"response_format":{"type":"json_object","json_schema":${schema}}`,
    );
    expect(encode({ output: { kind: 'json' } }).body.response_format).toEqual({ type: 'json_object' });
    expect(encode({ output, tools: [TOOL] }).losses).toEqual(['json-output']);
  });

  test.each([
    ['command-a-reasoning-08-2025', { mode: 'off' }, { type: 'disabled' }, []],
    ['command-a-reasoning-08-2025', { mode: 'on', budget: 500 }, { type: 'enabled', token_budget: 500 }, []],
    ['command-a-reasoning-08-2025', { mode: 'on' }, { type: 'enabled' }, []],
    ['command-a-03-2025', { mode: 'on', effort: 'high' }, undefined, ['effort']],
    ['command-a-03-2025', { mode: 'off' }, undefined, []],
  ] as const)('asks %s to think by %j', (model, reasoning, told, losses) => {
    const sent = encode({ reasoning }, model);
    expect(sent.body.thinking).toEqual(told);
    expect(sent.losses).toEqual(losses);
  });

  test('reports every wish that the service has no word for', () => {
    const { losses } = encode({
      tools: [{ name: 'raw', custom: true, cache: {} }],
      candidates: 2,
      logprobs: 1,
      logitBias: '{}',
      user: 'u',
      metadata: { a: 'b' },
      tier: 'priority',
      verbosity: 'low',
      parallelCalls: false,
      topK: 600,
    });
    expect(losses).toEqual([
      'cache',
      'candidates',
      'custom-tool',
      'logit-bias',
      'logprobs',
      'metadata',
      'parallel-calls',
      'tier',
      'top-k',
      'user',
      'verbosity',
    ]);
  });
});
