import { describe, expect, it, test } from 'vitest';

import type { CarriedState } from '../../../src/core/format.ts';
import { seal } from '../../../src/formats/hub/carry.ts';
import { ask, decode, partsOf } from './anthropic-reading.ts';

describe('blocks', () => {
  it('of calls keep their arguments to the byte', () => {
    const { turns } = decode(
      '{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"f","input":{"a": 1.50}}]}]}',
    );
    expect(turns[0]?.parts).toEqual([{ kind: 'call', id: 'toolu_1', name: 'f', arguments: '{"a": 1.50}' }]);
  });

  it('of results have text, pictures and whether they are errors', () => {
    const content = [
      { type: 'tool_result', tool_use_id: 'a', content: 'plain' },
      { type: 'tool_result', tool_use_id: 'b', is_error: true },
      {
        type: 'tool_result',
        tool_use_id: 'c',
        content: [
          { type: 'text', text: 'see' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'QUJD' } },
        ],
        cache_control: { type: 'ephemeral' },
      },
    ];
    expect(partsOf(content, 'user')).toEqual([
      { kind: 'result', id: 'a', content: [{ kind: 'text', text: 'plain' }] },
      { kind: 'result', id: 'b', content: [], isError: true },
      {
        kind: 'result',
        id: 'c',
        content: [
          { kind: 'text', text: 'see' },
          { kind: 'media', media: 'image', mime: 'image/png', source: { is: 'base64', data: 'QUJD' } },
        ],
        cache: {},
      },
    ]);
  });

  test.each<[unknown, unknown, string[]]>([
    [
      { type: 'image', source: { type: 'url', url: 'https://a' } },
      { kind: 'media', media: 'image', source: { is: 'url', url: 'https://a' } },
      [],
    ],
    [
      { type: 'image', source: { type: 'file', file_id: 'file_1' } },
      { kind: 'media', media: 'image', source: { is: 'stored', id: 'file_1' } },
      [],
    ],
    [{ type: 'image' }, undefined, ['image']],
    [
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' },
        title: 'T',
        context: 'c',
        citations: { enabled: true },
      },
      {
        kind: 'media',
        media: 'file',
        mime: 'application/pdf',
        source: { is: 'base64', data: 'JVBE' },
        title: 'T',
      },
      ['citations', 'field:context'],
    ],
    [
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'words' } },
      { kind: 'media', media: 'file', mime: 'text/plain', source: { is: 'text', text: 'words' } },
      [],
    ],
    [
      {
        type: 'document',
        source: {
          type: 'content',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
      },
      { kind: 'media', media: 'file', mime: 'text/plain', source: { is: 'text', text: 'a\nb' } },
      [],
    ],
    [{ type: 'document', source: { type: 'base64' } }, undefined, ['file']],
    [
      { type: 'search_result', source: 'https://a', title: 'A', content: [{ type: 'text', text: 'x' }] },
      { kind: 'text', text: 'A\nhttps://a\nx' },
      [],
    ],
    [{ type: 'server_tool_use', id: 's', name: 'web_search', input: {} }, undefined, ['server-tool']],
    [{ type: 'web_search_tool_result', tool_use_id: 's', content: [] }, undefined, ['server-tool']],
    [{ type: 'tool_reference', tool_name: 'f' }, undefined, ['field:tool_reference']],
    [
      {
        type: 'tool_use',
        id: 't',
        name: 'f',
        input: {},
        caller: { type: 'code_execution_20250825', tool_id: 's' },
      },
      { kind: 'call', id: 't', name: 'f', arguments: '{}' },
      ['server-tool'],
    ],
    [
      {
        type: 'text',
        text: 'a',
        citations: [
          { type: 'web_search_result_location', url: 'https://a', title: 'A' },
          { type: 'char_location', document_index: 0 },
        ],
      },
      { kind: 'text', text: 'a', citations: [{ url: 'https://a', title: 'A' }] },
      ['citations'],
    ],
    [7, undefined, ['field:?']],
  ])('%j are %j', (block, part, losses) => {
    const made = ask({ messages: [{ role: 'user', content: [block] }] });
    expect(made.turns[0]?.parts[0]).toEqual(part);
    expect([...made.losses].sort()).toEqual(losses);
  });
});

describe('thoughts', () => {
  const gemini: CarriedState['states'][number] = {
    format: 'gemini',
    provider: 'google',
    kind: 'signature',
    data: 'CiQB',
  };

  it('with Anthropic’s own signature are for any provider of this format', () => {
    const own = { format: 'anthropic-messages' };
    expect(
      partsOf([
        { type: 'thinking', thinking: 'hm', signature: 'EqQB' },
        { type: 'thinking', thinking: '', signature: 'EqQC' },
        { type: 'redacted_thinking', data: 'EmwK' },
        { type: 'thinking', thinking: 'unsigned', signature: '' },
      ]),
    ).toEqual([
      { kind: 'reasoning', text: 'hm', opaque: [{ ...own, kind: 'signature', data: 'EqQB' }] },
      { kind: 'reasoning', text: '', opaque: [{ ...own, kind: 'signature', data: 'EqQC' }] },
      { kind: 'reasoning', text: '', opaque: [{ ...own, kind: 'encrypted', data: 'EmwK' }] },
      { kind: 'reasoning', text: 'unsigned' },
    ]);
  });

  it('of other providers come out of their envelopes', () => {
    const openai: CarriedState['states'][number] = {
      format: 'openai-responses',
      kind: 'encrypted',
      data: 'gAAA',
    };
    expect(
      partsOf([
        {
          type: 'thinking',
          thinking: 'hm',
          signature: seal([{ on: 'reasoning', summary: true, states: [openai] }]),
        },
        { type: 'text', text: 'ok' },
        { type: 'redacted_thinking', data: seal([{ on: 'text', states: [gemini] }]) },
        { type: 'redacted_thinking', data: seal([{ on: 'call', states: [gemini] }]) },
        { type: 'tool_use', id: 'c', name: 'f', input: {} },
      ]),
    ).toEqual([
      { kind: 'reasoning', text: 'hm', summary: true, opaque: [openai] },
      { kind: 'text', text: 'ok', opaque: [gemini] },
      { kind: 'call', id: 'c', name: 'f', arguments: '{}', opaque: [gemini] },
    ]);
  });

  it('in a damaged envelope are gone', () => {
    expect(
      partsOf([
        { type: 'thinking', thinking: 'hm', signature: 'Z3cxdamaged' },
        { type: 'text', text: 'ok' },
      ]),
    ).toEqual([{ kind: 'text', text: 'ok' }]);
  });
});
