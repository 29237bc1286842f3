import { describe, expect, it } from 'vitest';

import type { Turn } from '../../../src/core/conversation.ts';
import { decoded } from './chat-samples.ts';

function turns(...messages: unknown[]): readonly Turn[] {
  return decoded({ model: 'm', messages }).turns;
}

const USER = { role: 'user', content: 'hi' };

describe('the messages of a chat request', () => {
  it('are turns of the same speakers, in their order', () => {
    expect(
      turns(
        { role: 'system', content: 'be brief' },
        { role: 'developer', content: [{ type: 'text', text: 'be kind' }] },
        USER,
        { role: 'assistant', content: 'hello' },
        { role: 'user', content: '' },
      ),
    ).toEqual([
      { role: 'system', parts: [{ kind: 'text', text: 'be brief' }] },
      { role: 'developer', parts: [{ kind: 'text', text: 'be kind' }] },
      { role: 'user', parts: [{ kind: 'text', text: 'hi' }] },
      { role: 'assistant', parts: [{ kind: 'text', text: 'hello' }] },
      { role: 'user', parts: [] },
    ]);
  });

  it('keep arguments as they were written, and results with their calls', () => {
    const given = '{"n":1.0, "big":12345678901234567890}';
    const call = { id: 'c1', type: 'function', function: { name: 'add', arguments: given } };
    expect(
      turns(
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: 'c1', content: '2' },
      ),
    ).toEqual([
      { role: 'assistant', parts: [{ kind: 'call', id: 'c1', name: 'add', arguments: given }] },
      { role: 'user', parts: [{ kind: 'result', id: 'c1', content: [{ kind: 'text', text: '2' }] }] },
    ]);
  });

  it('may call tools that take text', () => {
    const custom = { id: 'c1', type: 'custom', custom: { name: 'patch', input: '*** Begin' } };
    expect(turns({ role: 'assistant', tool_calls: [custom] })[0]?.parts).toEqual([
      { kind: 'call', id: 'c1', name: 'patch', arguments: '*** Begin', custom: true },
    ]);
  });

  it('may be of the time before tools: a function call has no id, its result only a name', () => {
    const [said, told] = turns(
      { role: 'assistant', content: null, function_call: { name: 'add', arguments: '{}' } },
      { role: 'function', name: 'add', content: '3' },
    );
    const [call] = said?.parts ?? [];
    const [result] = told?.parts ?? [];
    expect(call).toMatchObject({ kind: 'call', name: 'add' });
    expect(result).toMatchObject({ kind: 'result', id: call?.kind === 'call' ? call.id : '' });
  });

  it('may give arguments as an object, and calls without an id', () => {
    const call = { function: { name: 'add', arguments: { a: 1 } } };
    const [said] = turns({ role: 'assistant', tool_calls: [call, call] });
    const [one, two] = said?.parts ?? [];
    expect(one).toMatchObject({ arguments: '{"a":1}' });
    if (one?.kind !== 'call' || two?.kind !== 'call') throw new Error('no calls');
    expect(one.id).not.toBe('');
    expect(one.id).not.toBe(two.id);
  });

  it('show pictures, sounds and files, whichever way they are given', () => {
    const content = [
      { type: 'text', text: 'look' },
      { type: 'image_url', image_url: { url: 'https://x.example/a.png', detail: 'low' } },
      { type: 'image_url', image_url: 'data:image/png;base64,AAAA' },
      { type: 'input_audio', input_audio: { data: 'BBBB', format: 'mp3' } },
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,CCCC' } },
      { type: 'file', file: { file_id: 'file-1' } },
      { type: 'video_url', video_url: { url: 'https://x.example/a.mp4' } },
    ];
    expect(turns({ role: 'user', content })[0]?.parts).toEqual([
      { kind: 'text', text: 'look' },
      { kind: 'media', media: 'image', source: { is: 'url', url: 'https://x.example/a.png' }, detail: 'low' },
      { kind: 'media', media: 'image', source: { is: 'base64', data: 'AAAA' }, mime: 'image/png' },
      { kind: 'media', media: 'audio', source: { is: 'base64', data: 'BBBB' }, mime: 'audio/mpeg' },
      {
        kind: 'media',
        media: 'file',
        source: { is: 'base64', data: 'CCCC' },
        mime: 'application/pdf',
        name: 'a.pdf',
      },
      { kind: 'media', media: 'file', source: { is: 'stored', id: 'file-1' } },
      { kind: 'media', media: 'video', source: { is: 'url', url: 'https://x.example/a.mp4' } },
    ]);
  });

  it('keep refusals, citations and marks of what to cache', () => {
    const cited = {
      type: 'url_citation',
      url_citation: { url: 'https://x.example', start_index: 0, end_index: 3 },
    };
    expect(turns({ role: 'assistant', content: 'yes', annotations: [cited] })[0]?.parts).toEqual([
      { kind: 'text', text: 'yes', citations: [{ url: 'https://x.example', start: 0, end: 3 }] },
    ]);
    expect(turns({ role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] })[0]?.parts).toEqual([
      { kind: 'refusal', text: 'no' },
    ]);
    const marked = { type: 'text', text: 'long', cache_control: { type: 'ephemeral', ttl: '1h' } };
    expect(turns({ role: 'user', content: [marked] })[0]?.parts).toEqual([
      { kind: 'text', text: 'long', cache: { ttl: '1h' } },
    ]);
    expect(turns({ ...USER, cache_control: { type: 'ephemeral' } })[0]?.parts).toEqual([
      { kind: 'text', text: 'hi', cache: {} },
    ]);
    expect(turns({ role: 'tool', tool_call_id: 'c', content: [marked] })[0]?.parts).toEqual([
      { kind: 'result', id: 'c', content: [{ kind: 'text', text: 'long' }], cache: { ttl: '1h' } },
    ]);
  });

  it('tell what was thought before what was said, from whichever field', () => {
    const wanted = [
      { kind: 'reasoning', text: 'hm' },
      { kind: 'text', text: 'yes' },
    ];
    for (const thought of [
      { reasoning_content: 'hm' },
      { reasoning: 'hm' },
      { reasoning: 'hm', reasoning_content: 'hm' },
    ])
      expect(turns({ role: 'assistant', content: 'yes', ...thought })[0]?.parts).toEqual(wanted);
    const content = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
      { type: 'text', text: 'yes' },
    ];
    expect(turns({ role: 'assistant', content })[0]?.parts).toEqual(wanted);
  });

  it('keep the state that their host gave them, as that of any such host', () => {
    const detail = { type: 'reasoning.text', text: 'hm', signature: 'sig', index: 0 };
    expect(
      turns({ role: 'assistant', content: 'yes', reasoning: 'hm', reasoning_details: [detail] })[0]?.parts,
    ).toEqual([
      {
        kind: 'reasoning',
        text: 'hm',
        opaque: [
          {
            format: 'openai-chat',
            kind: 'signature',
            data: '{"type":"reasoning.text","signature":"sig","index":0}',
          },
        ],
      },
      { kind: 'text', text: 'yes' },
    ]);
  });
});
