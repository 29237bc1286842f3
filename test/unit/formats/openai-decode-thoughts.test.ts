import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { call, chunk, decodeChunks, decodeMessage, partsOf } from './chat-samples.ts';

describe('thoughts in a chat answer', () => {
  it('stand in either field, and once where both say the same', () => {
    const wanted = [
      { kind: 'reasoning', text: 'hm, so' },
      { kind: 'text', text: 'yes' },
    ];
    for (const think of [
      (text: string) => ({ reasoning_content: text }),
      (text: string) => ({ reasoning: text }),
      (text: string) => ({ reasoning: text, reasoning_content: text }),
      (text: string) => ({ content: [{ type: 'thinking', thinking: [{ type: 'text', text }] }] }),
    ]) {
      const events = decodeChunks([
        chunk(think('hm,')),
        chunk(think(' so')),
        chunk({ content: 'yes' }),
        '[DONE]',
      ]);
      expect(partsOf(events)).toEqual(wanted);
    }
  });

  it('keep what must come back with them, signatures above all', () => {
    const detail = { type: 'reasoning.text', format: 'anthropic-claude-v1', index: 0 };
    const events = decodeChunks([
      chunk({ reasoning: 'a', reasoning_details: [{ ...detail, text: 'a' }] }),
      chunk({ reasoning: 'b', reasoning_details: [{ ...detail, text: 'b', signature: null }] }),
      chunk({ reasoning_details: [{ ...detail, signature: 'sig' }] }),
      chunk({ content: 'yes' }),
      '[DONE]',
    ]);
    const [thought] = partsOf(events);
    expect(thought).toMatchObject({ kind: 'reasoning', text: 'ab' });
    const [state] = thought?.opaque ?? [];
    expect(state).toMatchObject({
      format: 'openai-chat',
      provider: 'here',
      model: 'the-model',
      kind: 'signature',
    });
    expect(JSON.parse(state?.data ?? '')).toEqual({ ...detail, signature: 'sig' });
  });

  it('are one for each entry of its own index, and keep what is encrypted', () => {
    const parts = partsOf(
      decodeMessage({
        content: 'yes',
        reasoning: 'onetwo',
        reasoning_details: [
          { type: 'reasoning.summary', summary: 'one', format: 'openai-responses-v1', index: 0 },
          { type: 'reasoning.encrypted', data: 'xyz', id: 'rs_1', index: 0 },
          { type: 'reasoning.summary', summary: 'two', format: 'openai-responses-v1', index: 1 },
        ],
      }),
    );
    expect(parts).toMatchObject([
      {
        kind: 'reasoning',
        text: 'one',
        summary: true,
        opaque: [{ kind: 'signature' }, { kind: 'encrypted' }],
      },
      { kind: 'reasoning', text: 'two', summary: true, opaque: [{ kind: 'signature' }] },
      { kind: 'text', text: 'yes' },
    ]);
  });

  it('are content without a word when there is only their state, which may come last', () => {
    const encrypted = { type: 'reasoning.encrypted', data: 'xyz', format: 'google-gemini-v1', index: 0 };
    const first = decodeChunks([
      chunk({ content: '', reasoning: null, reasoning_details: [encrypted] }),
      chunk({ tool_calls: [call(0, { id: 'a', name: 'f', arguments: '{}' })] }),
      '[DONE]',
    ]);
    expect(partsOf(first)).toMatchObject([{ kind: 'reasoning', text: '' }, { kind: 'call' }]);
    const last = decodeChunks([
      chunk({ content: 'yes' }),
      chunk({ reasoning_details: [encrypted] }),
      chunk({ content: ', sir' }),
      '[DONE]',
    ]);
    expect(partsOf(last)).toMatchObject([
      { kind: 'text', text: 'yes, sir' },
      { kind: 'reasoning', text: '', opaque: [{ kind: 'encrypted', data: JSON.stringify(encrypted) }] },
    ]);
  });

  it('are not told twice when their text comes again with the signature', () => {
    const events = decodeChunks([
      chunk({ reasoning_content: 'hm,' }),
      chunk({ reasoning_content: ' so' }),
      chunk({ reasoning_details: [{ type: 'reasoning.text', text: 'hm, so', signature: 'sig', index: 0 }] }),
      '[DONE]',
    ]);
    expect(partsOf(events)).toMatchObject([
      { kind: 'reasoning', text: 'hm, so', opaque: [{ kind: 'signature' }] },
    ]);
  });

  it('stand between tags only where the host is known for it', () => {
    const text = '<think>\nhm</think>\n\nyes <b>';
    expect(partsOf(decodeMessage({ content: text }))).toEqual([{ kind: 'text', text }]);
    expect(partsOf(decodeMessage({ content: text }, 'stop', 'think-tags'))).toEqual([
      { kind: 'reasoning', text: '\nhm' },
      { kind: 'text', text: 'yes <b>' },
    ]);
  });

  it('stand between tags however these are cut', () => {
    const anyThought = fc.string().filter((text) => !text.includes('</think>'));
    const anyText = fc.string().filter((text) => text.trimStart() === text);
    fc.assert(
      fc.property(
        anyThought,
        anyText,
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        (thought, text, sizes) => {
          const content = ` <think>${thought}</think>\n${text}`;
          const pieces: string[] = [];
          for (let at = 0; at < content.length;) {
            const size = Number(sizes.next().value);
            pieces.push(content.slice(at, at + size));
            at += size;
          }
          const chunks = pieces.map((piece) => chunk({ content: piece }));
          const parts = partsOf(decodeChunks([...chunks, '[DONE]'], 'think-tags'));
          const wanted = [
            { kind: 'reasoning', text: thought },
            { kind: 'text', text },
          ];
          expect(parts).toEqual(wanted.filter((part) => part.text !== ''));
        },
      ),
    );
    for (const content of ['', '  ', '<thin', 'no <think>x</think>', ' '.repeat(100)]) {
      const parts = partsOf(decodeChunks([chunk({ content }), '[DONE]'], 'think-tags'));
      expect(parts).toEqual(content === '' ? [] : [{ kind: 'text', text: content }]);
    }
  });
});
