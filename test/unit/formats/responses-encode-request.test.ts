import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';

import type { Conversation, OpaqueState, Part } from '../../../src/core/conversation.ts';
import type { TranslationTarget } from '../../../src/core/format.ts';
import type { JsonObject } from '../../../src/lib/expect.ts';
import { TARGET, toProvider } from './responses-codec.ts';

const HI = { role: 'user', parts: [{ kind: 'text', text: 'hi' }] } as const;

function encode(
  more: Partial<Conversation> = {},
  target: Partial<TranslationTarget> = {},
): { readonly body: JsonObject; readonly text: string; readonly losses: readonly string[] } {
  const conversation = { turns: [HI], tools: [], stream: false, wantsUsage: true, losses: [], ...more };
  const { path, body, losses } = toProvider.encodeRequest(conversation, { ...TARGET, ...target });
  expect(path).toBe('/responses');
  return { body: JSON.parse(body.toString()) as JsonObject, text: body.toString(), losses };
}

function items(...turns: Conversation['turns'][number][]): unknown {
  return encode({ turns }).body['input'];
}

describe('a request to a provider', () => {
  it('has the model first, stores nothing, and says no more than it must', () => {
    expect(encode().text).toBe(
      '{"model":"m","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}],"store":false}',
    );
  });

  it('tells the instructions it begins with in their own field, and later ones where they stand', () => {
    const system = { role: 'system', parts: [{ kind: 'text', text: 'a' }] } as const;
    const developer = { role: 'developer', parts: [{ kind: 'text', text: 'b' }] } as const;
    const { body } = encode({ turns: [system, developer, HI, developer] });
    expect(body['instructions']).toBe('a\n\nb');
    expect(body['input']).toMatchObject([{ role: 'user' }, { role: 'developer' }]);
    const plain = encode({ turns: [HI, developer] }, { quirks: ['no-developer-role'] });
    expect(plain.body['input']).toMatchObject([{ role: 'user' }, { role: 'system' }]);
    expect(encode({ turns: [system] }).body).toMatchObject({ input: [{ role: 'system' }] });
  });

  it('tells calls and results, of tools that take text too', () => {
    const call = (id: string, more: object): Part => ({
      kind: 'call',
      id,
      name: 'f',
      arguments: '',
      ...more,
    });
    const result = (id: string, content: readonly object[]): Part =>
      ({ kind: 'result', id, content }) as Part;
    const image = { kind: 'media', media: 'image', mime: 'image/png', source: { is: 'base64', data: 'A' } };
    const written = items(
      HI,
      {
        role: 'assistant',
        parts: [call('a', {}), call('b', { custom: true, arguments: '*** x' }), call('c.d', {})],
      },
      {
        role: 'user',
        parts: [
          result('a', []),
          result('b', [{ kind: 'text', text: 'ok' }]),
          result('c.d', [{ kind: 'text', text: 'see' }, image]),
        ],
      },
    );
    expect(written).toEqual([
      expect.anything(),
      { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' },
      { type: 'custom_tool_call', call_id: 'b', name: 'f', input: '*** x' },
      { type: 'function_call', call_id: expect.stringMatching(/^c_d_\w+$/), name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: 'a', output: '' },
      { type: 'custom_tool_call_output', call_id: 'b', output: 'ok' },
      {
        type: 'function_call_output',
        call_id: expect.stringMatching(/^c_d_\w+$/),
        output: [
          { type: 'input_text', text: 'see' },
          { type: 'input_image', image_url: 'data:image/png;base64,A' },
        ],
      },
    ]);
  });

  it('gives thoughts back to their owner, and to nobody else', () => {
    const state = (provider: string | undefined, kind: OpaqueState['kind'], data: string): OpaqueState => ({
      format: 'openai-responses',
      ...(provider !== undefined && { provider }),
      kind,
      data,
    });
    const thought = (...opaque: OpaqueState[]): Conversation['turns'][number] => ({
      role: 'assistant',
      parts: [
        { kind: 'reasoning', text: 'hm', summary: true, opaque },
        { kind: 'text', text: 'so' },
      ],
    });
    const own = encode({
      turns: [HI, thought(state('here', 'encrypted', 'E'), state('here', 'item', 'rs_1')), HI],
    });
    expect(own.body['include']).toEqual(['reasoning.encrypted_content']);
    expect(own.body['input']).toMatchObject([
      {},
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'hm' }],
        encrypted_content: 'E',
      },
      { role: 'assistant', content: [{ type: 'output_text', text: 'so' }] },
      {},
    ]);
    const foreign = encode({ turns: [HI, thought(state('there', 'encrypted', 'E')), HI] });
    expect(foreign.body['input']).toHaveLength(3);
    expect(foreign.losses).toEqual(['reasoning']);
    const wanted = encode({ turns: [HI, thought(), HI] }, { quirks: ['reasoning-content-back'] });
    expect(wanted.body['input']).toMatchObject([{}, { type: 'reasoning' }, {}, {}]);
  });

  it('describes tools with their schemas as they were written, and never leaves strictness to the default', () => {
    const schema = '{"type":"object","properties":{"b":{"maximum":1.0},"a":{}}}';
    const { text, body } = encode({
      tools: [
        { name: 'f', description: 'd', schema },
        { name: 'g.h', strict: true },
        { name: 'p', custom: true, grammar: { syntax: 'lark', definition: 'x' } },
      ],
      toolChoice: { mode: 'required', names: ['p'] },
      parallelCalls: false,
    });
    expect(text).toContain(`"parameters":${schema},"strict":false`);
    expect(body['tools']).toMatchObject([
      { type: 'function', name: 'f', description: 'd', strict: false },
      { type: 'function', name: 'g_x2e_h', strict: true, parameters: { type: 'object', properties: {} } },
      { type: 'custom', name: 'p', format: { type: 'grammar', syntax: 'lark', definition: 'x' } },
    ]);
    expect(body).toMatchObject({ tool_choice: { type: 'custom', name: 'p' }, parallel_tool_calls: false });
  });

  test.each<[Conversation['toolChoice'], unknown]>([
    [{ mode: 'auto' }, 'auto'],
    [{ mode: 'none', names: ['f'] }, 'none'],
    [{ mode: 'required' }, 'required'],
    [{ mode: 'required', names: [] }, 'required'],
    [
      { mode: 'required', names: ['f'] },
      { type: 'function', name: 'f' },
    ],
    [
      { mode: 'auto', names: ['f'] },
      { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'f' }] },
    ],
  ])('lets call as %j says', (toolChoice, choice) => {
    expect(encode({ tools: [{ name: 'f' }], ...(toolChoice && { toolChoice }) }).body['tool_choice']).toEqual(
      choice,
    );
    expect(encode({ ...(toolChoice && { toolChoice }) }).body['tool_choice']).toBeUndefined();
  });

  test.each<[string, Conversation['reasoning'], unknown, readonly string[]]>([
    ['gpt-4o', { mode: 'on', effort: 'high', show: true }, undefined, ['effort']],
    ['gpt-4o', { mode: 'off' }, undefined, []],
    ['gpt-5', { mode: 'on', budget: 9000, show: true }, { effort: 'medium', summary: 'auto' }, []],
    ['gpt-5', { mode: 'off' }, { effort: 'minimal' }, ['effort']],
    ['gpt-5.4', { mode: 'off' }, { effort: 'none' }, []],
    ['o3', { mode: 'on', effort: 'max' }, { effort: 'high' }, ['effort']],
    ['grok-4', { mode: 'on', effort: 'high' }, { effort: 'high' }, []],
    ['grok-4', { mode: 'off' }, undefined, ['effort']],
    ['gpt-5', undefined, undefined, []],
  ])('asks %s for thought as %j', (model, reasoning, asked, losses) => {
    const { body, losses: lost } = encode(reasoning ? { reasoning } : {}, { model });
    expect(body['reasoning']).toEqual(asked);
    expect(lost).toEqual(losses);
    const thinks = model !== 'gpt-4o' && (model !== 'grok-4' || reasoning?.mode === 'on');
    expect(body['include']).toEqual(thinks ? ['reasoning.encrypted_content'] : undefined);
  });

  test.each<[Partial<Conversation>, object, readonly string[], string?]>([
    [
      { maxOutput: 9, temperature: 0.5, topP: 0.1 },
      { max_output_tokens: 9, temperature: 0.5, top_p: 0.1 },
      [],
    ],
    [{ temperature: 0.5, topP: 0.1 }, {}, ['temperature', 'top-p'], 'o3'],
    [{ output: { kind: 'json' } }, { text: { format: { type: 'json_object' } } }, []],
    [
      { output: { kind: 'schema', schema: '{"a":1}', strict: true }, verbosity: 'low' },
      {
        text: {
          format: { type: 'json_schema', name: 'answer', schema: { a: 1 }, strict: true },
          verbosity: 'low',
        },
      },
      [],
    ],
    [
      { metadata: { a: 'b' }, tier: 'flex', cacheKey: 'k' },
      { metadata: { a: 'b' }, service_tier: 'flex', prompt_cache_key: 'k' },
      [],
    ],
    [{ tier: 'standard_only' }, {}, ['tier']],
    [{ stream: true }, { stream: true }, []],
    [{ topK: 1, stop: ['x'], seed: 1 }, {}, ['top-k', 'stop', 'seed']],
    [{ stop: [], presencePenalty: 0, candidates: 1 }, {}, []],
    [{ presencePenalty: 1, logitBias: '{}', candidates: 2 }, {}, ['penalties', 'logit-bias', 'candidates']],
    [{ logprobs: 0, user: 'u' }, {}, ['logprobs', 'user']],
    [{ turns: [HI, { role: 'assistant', parts: [{ kind: 'text', text: 'And' }] }] }, {}, ['prefill']],
    [{ turns: [{ role: 'user', parts: [{ kind: 'text', text: 'x', cache: {} }] }] }, {}, ['cache']],
    [{ tools: [{ name: 'f', cache: {} }] }, {}, ['cache']],
  ])('says %j as %j', (more, fields, losses, model = 'm') => {
    const { body, losses: lost } = encode(more, { model });
    expect(body).toMatchObject(fields);
    expect(lost).toEqual(losses);
    if (Object.keys(fields).length === 0) expect(body).not.toHaveProperty('temperature');
  });

  test.each<[object, unknown, readonly string[]]>([
    [
      { media: 'image', source: { is: 'url', url: 'u' }, detail: 'low' },
      { type: 'input_image', image_url: 'u', detail: 'low' },
      [],
    ],
    [{ media: 'file', source: { is: 'url', url: 'u' } }, { type: 'input_file', file_url: 'u' }, []],
    [
      { media: 'file', mime: 'text/csv', source: { is: 'base64', data: 'A' } },
      { type: 'input_file', filename: 'file.csv', file_data: 'data:text/csv;base64,A' },
      [],
    ],
    [
      { media: 'file', name: 'a.pdf', source: { is: 'base64', data: 'A' } },
      { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,A' },
      [],
    ],
    [{ media: 'file', source: { is: 'text', text: 't' } }, { type: 'input_text', text: 't' }, []],
    [{ media: 'file', source: { is: 'stored', id: 'f' } }, undefined, ['stored-file']],
    [{ media: 'audio', source: { is: 'base64', data: 'A' } }, undefined, ['audio']],
    [{ media: 'video', source: { is: 'url', url: 'u' } }, undefined, ['video']],
  ])('shows %j as %j', (media, content, losses) => {
    const part = { kind: 'media', ...media } as Part;
    const { body, losses: lost } = encode({
      turns: [{ role: 'user', parts: [part, { kind: 'text', text: 'x' }] }],
    });
    const text = { type: 'input_text', text: 'x' };
    expect(body['input']).toMatchObject([{ content: content === undefined ? [text] : [content, text] }]);
    expect(lost).toEqual(losses);
  });

  it('is the same every time', () => {
    const text = fc.string();
    const part: fc.Arbitrary<Part> = fc.oneof(
      fc.record({ kind: fc.constant('text' as const), text }),
      fc.record({
        kind: fc.constant('call' as const),
        id: fc.string({ minLength: 1 }),
        name: text,
        arguments: text,
      }),
      fc.record({ kind: fc.constant('reasoning' as const), text }),
    );
    const turn = fc.record({
      role: fc.constantFrom('user' as const, 'assistant' as const, 'system' as const),
      parts: fc.array(part),
    });
    fc.assert(
      fc.property(fc.array(turn), (turns) => {
        expect(encode({ turns }).text).toBe(encode({ turns }).text);
      }),
    );
  });
});
