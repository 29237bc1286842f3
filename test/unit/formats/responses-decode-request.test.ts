import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';

import type { CarriedState } from '../../../src/core/format.ts';
import { seal } from '../../../src/formats/hub/carry.ts';
import { decode, outcome, user } from './responses-codec.ts';

describe('the turns of a request', () => {
  it('are a text, or the items of a list, with the instructions first', () => {
    expect(decode({ instructions: 'Be brief.', input: 'hi' }).turns).toEqual([
      { role: 'system', parts: [{ kind: 'text', text: 'Be brief.' }] },
      { role: 'user', parts: [{ kind: 'text', text: 'hi' }] },
    ]);
    expect(
      decode({ input: [{ role: 'developer', content: 'x' }, user] }).turns.map(({ role }) => role),
    ).toEqual(['developer', 'user']);
  });

  it('hold what the model said, thought and called as one turn, and the results as the next', () => {
    const { turns } = decode({
      input: [
        user,
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [{ type: 'summary_text', text: 'hm' }],
          encrypted_content: 'AAA',
        },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I look.' }] },
        { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{"n":1.0}' },
        { type: 'custom_tool_call', call_id: 'c2', name: 'patch', input: '*** Begin' },
        { type: 'function_call_output', call_id: 'c1', output: 'one' },
        { type: 'custom_tool_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'two' }] },
        user,
      ],
    });
    expect(turns.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'user']);
    expect(turns[1]?.parts).toEqual([
      {
        kind: 'reasoning',
        text: 'hm',
        summary: true,
        opaque: [
          { format: 'openai-responses', kind: 'encrypted', data: 'AAA' },
          { format: 'openai-responses', kind: 'item', data: 'rs_1' },
        ],
      },
      { kind: 'text', text: 'I look.' },
      { kind: 'call', id: 'c1', name: 'f', arguments: '{"n":1.0}' },
      { kind: 'call', id: 'c2', name: 'patch', arguments: '*** Begin', custom: true },
    ]);
    expect(turns[2]?.parts).toEqual([
      { kind: 'result', id: 'c1', content: [{ kind: 'text', text: 'one' }] },
      { kind: 'result', id: 'c2', content: [{ kind: 'text', text: 'two' }] },
    ]);
  });

  it('keep pictures and files, wherever they are', () => {
    const content = [
      { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'low' },
      { type: 'input_image', image_url: 'https://a.test/b.png' },
      { type: 'input_image', file_id: 'file-1' },
      { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,BBBB' },
      { type: 'input_file', filename: 'b.PDF', file_data: 'CCCC' },
      { type: 'input_file', file_url: 'https://a.test/c.pdf' },
      { type: 'input_audio', input_audio: { data: 'DDDD', format: 'wav' } },
    ];
    expect(decode({ input: [{ role: 'user', content }] }).turns[0]?.parts).toEqual([
      {
        kind: 'media',
        media: 'image',
        mime: 'image/png',
        source: { is: 'base64', data: 'AAAA' },
        detail: 'low',
      },
      { kind: 'media', media: 'image', source: { is: 'url', url: 'https://a.test/b.png' } },
      { kind: 'media', media: 'image', source: { is: 'stored', id: 'file-1' } },
      {
        kind: 'media',
        media: 'file',
        mime: 'application/pdf',
        source: { is: 'base64', data: 'BBBB' },
        name: 'a.pdf',
      },
      {
        kind: 'media',
        media: 'file',
        mime: 'application/pdf',
        source: { is: 'base64', data: 'CCCC' },
        name: 'b.PDF',
      },
      { kind: 'media', media: 'file', source: { is: 'url', url: 'https://a.test/c.pdf' } },
      { kind: 'media', media: 'audio', mime: 'audio/wav', source: { is: 'base64', data: 'DDDD' } },
    ]);
  });

  it('know a failed result as older Codex writes it', () => {
    const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '' };
    const output = { type: 'function_call_output', call_id: 'c', output: { content: 'no', success: false } };
    expect(decode({ input: [user, call, output] }).turns[2]?.parts).toEqual([
      { kind: 'result', id: 'c', content: [{ kind: 'text', text: 'no' }], isError: true },
    ]);
  });

  it('have state of other formats where it belongs', () => {
    const signature = { format: 'anthropic-messages', provider: 'a', kind: 'signature', data: 's' } as const;
    const thought = { format: 'gemini', provider: 'g', kind: 'signature', data: 't' } as const;
    const item = (carried: readonly CarriedState[], text?: string) => ({
      type: 'reasoning',
      id: 'rs_x',
      summary: text === undefined ? [] : [{ type: 'summary_text', text }],
      encrypted_content: seal(carried),
    });
    const { turns } = decode({
      input: [
        user,
        item([{ on: 'reasoning', states: [signature] }], 'hm'),
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'so' }] },
        item([{ on: 'text', states: [thought] }]),
        item([{ on: 'call', states: [thought] }]),
        { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
      ],
    });
    expect(turns[1]?.parts).toEqual([
      { kind: 'reasoning', text: 'hm', opaque: [signature] },
      { kind: 'text', text: 'so', opaque: [thought] },
      { kind: 'call', id: 'c', name: 'f', arguments: '{}', opaque: [thought] },
    ]);
  });
});

describe('a request that only its provider can serve', () => {
  test.each<[object]>([
    [{ input: 'x', previous_response_id: 'resp_1' }],
    [{ input: 'x', conversation: 'conv_1' }],
    [{ input: 'x', prompt: { id: 'pmpt_1' } }],
    [{ input: 'x', background: true }],
    [{ input: [user, { type: 'item_reference', id: 'msg_1' }] }],
    [{ input: [{ type: 'compaction', id: 'c', encrypted_content: 'AAA' }, user] }],
  ])('is not translated: %j', (body) => {
    const decoded = outcome(body);
    expect(decoded.is === 'failed' && decoded.fault.code).toBe('untranslatable');
  });
});

describe('a request that is none', () => {
  test.each(['', 'x', '[]', '{}', '{"input":5}', '{"input":[]}', '{"input":{}}'])('%j is refused', (body) => {
    const decoded = outcome(body);
    expect(decoded.is === 'failed' && decoded.fault.code).toBe('bad_request');
  });

  it('never throws, whatever is in it', () => {
    const item = fc.record(
      {
        type: fc.constantFrom('message', 'reasoning', 'function_call', 'function_call_output', 'x'),
        role: fc.constantFrom('user', 'assistant', 'system', '__proto__'),
        content: fc.jsonValue(),
        summary: fc.jsonValue(),
        encrypted_content: fc.constantFrom('Z3cx', 'Z3cx!!', 'AAA', 5),
        output: fc.jsonValue(),
        arguments: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const body = fc.record(
      { input: fc.oneof(fc.jsonValue(), fc.array(item)), tools: fc.jsonValue(), text: fc.jsonValue() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(body, fc.jsonValue()), (value) => {
        outcome(JSON.stringify(value));
      }),
    );
  });
});
