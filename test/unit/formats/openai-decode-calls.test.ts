import { describe, expect, it } from 'vitest';

import { foldAnswer } from '../../../src/formats/hub/fold.ts';
import { call, chunk, decodeChunks, decodeMessage, finishOf, partsOf } from './chat-samples.ts';

describe('calls in a chat answer', () => {
  it('come one after the other when they grew at the same time', () => {
    const events = decodeChunks([
      chunk({ tool_calls: [call(0, { id: 'a', name: 'add', arguments: '' })] }),
      chunk({ tool_calls: [call(1, { id: 'b', name: 'sub', arguments: '' })] }),
      chunk({ tool_calls: [call(1, { arguments: '{"b"' }), call(0, { arguments: '{"a"' })] }),
      chunk({ tool_calls: [call(0, { arguments: ':1}' }), call(1, { arguments: ':2}' })] }),
      chunk({}, 'tool_calls'),
    ]);
    expect(partsOf(events)).toEqual([
      { kind: 'call', id: 'a', name: 'add', arguments: '{"a":1}' },
      { kind: 'call', id: 'b', name: 'sub', arguments: '{"b":2}' },
    ]);
  });

  it('are told apart by their ids where every index is 0, and by their names where there is neither', () => {
    const same = decodeChunks([
      chunk({ tool_calls: [call(0, { id: 'a', name: 'add', arguments: '{}' })] }),
      chunk({ tool_calls: [call(0, { id: 'b', name: 'add', arguments: '{}' })] }),
      '[DONE]',
    ]);
    expect(partsOf(same)).toHaveLength(2);
    const none = decodeChunks([
      chunk({ tool_calls: [call(undefined, { name: 'add', arguments: '{}' })] }),
      chunk({ tool_calls: [call(undefined, { name: 'sub', arguments: '{"a":' })] }),
      chunk({ tool_calls: [call(undefined, { arguments: '1}' })] }),
      '[DONE]',
    ]);
    expect(partsOf(none)).toMatchObject([
      { name: 'add', arguments: '{}' },
      { name: 'sub', arguments: '{"a":1}' },
    ]);
  });

  it('wait for their name, and are no calls without one', () => {
    const late = decodeChunks([
      chunk({ tool_calls: [call(0, { id: 'a', arguments: '{"a"' })] }),
      chunk({ tool_calls: [call(0, { name: 'add', arguments: ':1}' })] }),
      '[DONE]',
    ]);
    expect(partsOf(late)).toEqual([{ kind: 'call', id: 'a', name: 'add', arguments: '{"a":1}' }]);
    const unnamed = chunk({ tool_calls: [call(0, { id: 'a', arguments: '{}' })] }, 'stop');
    const never = decodeChunks([unnamed, '[DONE]']);
    expect(partsOf(never)).toEqual([]);
    expect(never.some(({ is }) => is === 'malformed')).toBe(true);
    expect(finishOf(never)).toBe('stop');
  });

  it('may repeat their id and name in every piece, and give arguments as an object', () => {
    const repeated = decodeChunks([
      chunk({ tool_calls: [call(0, { id: 'a', name: 'add', arguments: '{' })] }),
      chunk({ tool_calls: [call(0, { id: 'a', name: 'add', arguments: '}' })] }),
      '[DONE]',
    ]);
    expect(partsOf(repeated)).toEqual([{ kind: 'call', id: 'a', name: 'add', arguments: '{}' }]);
    const object = decodeMessage({
      tool_calls: [{ id: 'a', function: { name: 'add', arguments: { a: 1 } } }],
    });
    expect(partsOf(object)).toMatchObject([{ arguments: '{"a":1}' }]);
  });

  it('may be of tools that take text, or of the way of before 2023', () => {
    const custom = { id: 'a', type: 'custom', custom: { name: 'patch', input: '*** Begin' } };
    expect(partsOf(decodeMessage({ content: null, tool_calls: [custom] }))).toEqual([
      { kind: 'call', id: 'a', name: 'patch', arguments: '*** Begin', custom: true },
    ]);
    const old = decodeChunks([
      chunk({ function_call: { name: 'add', arguments: '' } }),
      chunk({ function_call: { arguments: '{"a":1}' } }),
      chunk({}, 'function_call'),
    ]);
    expect(partsOf(old)).toEqual([{ kind: 'call', id: '', name: 'add', arguments: '{"a":1}' }]);
    expect(finishOf(old)).toBe('calls');
  });

  it('are not seen in fields that are there for nothing', () => {
    const message = {
      content: 'a',
      function_call: { name: '', arguments: '' },
      tool_calls: null,
      audio: { data: '', transcript: '' },
      refusal: '',
    };
    expect(partsOf(decodeMessage(message, ''))).toEqual([{ kind: 'text', text: 'a' }]);
    const filled = { custom: { input: '', name: '' }, function: { name: 'f', arguments: '{}' }, id: 'x' };
    expect(partsOf(decodeMessage({ tool_calls: [filled] }))).toEqual([
      { kind: 'call', id: 'x', name: 'f', arguments: '{}' },
    ]);
  });

  it('decide the finish reason, but for an answer that was cut off or blocked', () => {
    const tool = { tool_calls: [call(0, { id: 'a', name: 'f', arguments: '{' })] };
    for (const word of ['stop', 'tool_calls', 'function_call', '', 'end_turn', 'a word nobody knows'])
      expect(finishOf(decodeMessage(tool, word)), word).toBe('calls');
    expect(finishOf(decodeMessage(tool, null))).toBe('calls');
    expect(finishOf(decodeMessage(tool, 'length'))).toBe('length');
    expect(finishOf(decodeMessage(tool, 'content_filter'))).toBe('filter');
    expect(finishOf(decodeMessage({ content: 'a' }, 'tool_calls'))).toBe('stop');
    expect(finishOf(decodeMessage({ content: 'a' }, 'model_length'))).toBe('context');
    expect(foldAnswer(decodeMessage({ content: 'a' }, 'whatever')).finish).toMatchObject({
      reason: 'other',
      raw: 'whatever',
    });
  });

  it('bring the state along that they must come back with', () => {
    const extra = { google: { thought_signature: 'sig' } };
    const tool = { id: 'a', function: { name: 'f', arguments: '{}' }, extra_content: extra };
    expect(partsOf(decodeMessage({ tool_calls: [tool] }))).toMatchObject([
      {
        opaque: [{ format: 'openai-chat', provider: 'here', kind: 'signature', data: JSON.stringify(extra) }],
      },
    ]);
  });

  it('may be followed by text', () => {
    const events = decodeChunks([
      chunk({ content: 'first' }),
      chunk({ tool_calls: [call(0, { id: 'a', name: 'f', arguments: '{}' })] }),
      chunk({ content: 'then' }),
      '[DONE]',
    ]);
    expect(partsOf(events).map(({ kind }) => kind)).toEqual(['text', 'call', 'text']);
  });
});
