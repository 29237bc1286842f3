import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';

import type { Part, Turn } from '../../../src/core/conversation.ts';
import type { TranslationTarget } from '../../../src/core/format.ts';
import { assistant, call, encode, result, text, thought, TOOL, turn, user } from './anthropic-requests.ts';

describe('messages', () => {
  const messages = (turns: readonly Turn[], target: Partial<TranslationTarget> = {}): unknown[] =>
    encode({ turns }, target).body['messages'] as unknown[];

  it('begin with the user', () => {
    expect(messages([assistant('Welcome!'), user('Hi')])).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: [{ text: 'Welcome!' }] },
      { role: 'user' },
    ]);
  });

  it('are the instructions themselves when there is nothing else', () => {
    const made = encode({ turns: [turn('system', ['Write a haiku.'])] });
    expect(made.body).toMatchObject({ messages: [{ role: 'user', content: [{ text: 'Write a haiku.' }] }] });
    expect(made.body).not.toHaveProperty('system');
    expect(encode({ turns: [] }).body['messages']).toHaveLength(1);
  });

  it('have instructions in the middle where the model takes them', () => {
    const turns = [user('Hi'), turn('developer', ['Be brief.']), assistant('ok'), user('go')];
    expect(messages(turns)[1]).toEqual({ role: 'system', content: [{ type: 'text', text: 'Be brief.' }] });
    const older = encode({ turns }, { model: 'claude-sonnet-5' });
    expect(older.losses).toEqual(['late-system']);
    expect(older.body['messages']).toMatchObject([
      { role: 'user', content: [{ text: 'Hi' }, { text: '<system>\nBe brief.\n</system>' }] },
      { role: 'assistant' },
      { role: 'user' },
    ]);
  });

  it('end with a text to go on from, or with a wish to', () => {
    const turns = [user('Hi'), assistant('{"a": ')];
    const older = encode({ turns }, { model: 'claude-sonnet-4-5' });
    expect((older.body['messages'] as unknown[]).at(-1)).toEqual({
      role: 'assistant',
      content: [{ type: 'text', text: '{"a":' }],
    });
    expect(older.losses).toEqual([]);
    expect(messages([user('Hi'), assistant(' \n')], { model: 'claude-sonnet-4-5' })).toHaveLength(1);
    const newer = encode({ turns });
    expect(newer.losses).toEqual(['prefill']);
    expect((newer.body['messages'] as unknown[]).at(-1)).toMatchObject({ role: 'user' });
  });

  it('have results first, each for its call, with ids Anthropic takes', () => {
    const made = messages([
      user('Hi'),
      assistant('Looking', call('functions.f:0', '{"a":1.0}'), call('c2', '')),
      user('by the way', result('c2', ''), { ...result('functions.f:0'), isError: true } as Part),
    ]);
    const [first] = (made[1] as { content: { id?: string }[] }).content.slice(1);
    expect(first?.id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(made[2]).toEqual({
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: first?.id,
          content: [{ type: 'text', text: 'ok' }],
          is_error: true,
        },
        { type: 'tool_result', tool_use_id: 'c2' },
        { type: 'text', text: 'by the way' },
      ],
    });
  });

  it('keep arguments to the byte, and have some in any case', () => {
    const made = encode({
      turns: [
        user('Hi'),
        assistant(
          call('a', ' {"x":1.50,"2":"\\u0041"} '),
          call('b', ''),
          call('c', '{"cut'),
          call('d', 'null'),
        ),
        user(...['a', 'b', 'c', 'd'].map((id) => result(id))),
      ],
    });
    expect(made.text).toContain('"input":{"x":1.50,"2":"\\u0041"}');
    expect(made.text.match(/"input":\{\}/g)).toHaveLength(3);
    expect(made.losses).toEqual(['invalid-arguments']);
  });

  it('have thoughts of the provider’s own, and nobody else’s', () => {
    const foreign: Part = {
      kind: 'reasoning',
      text: 'other',
      opaque: [{ format: 'openai-responses', provider: 'openai', kind: 'encrypted', data: 'gAAA' }],
    };
    const sealed: Part = {
      kind: 'reasoning',
      text: '',
      opaque: [{ format: 'anthropic-messages', kind: 'encrypted', data: 'EmwK' }],
    };
    const made = encode({
      turns: [user('Hi'), assistant(foreign, thought('EqQB'), sealed, 'ok'), user('go')],
    });
    expect(made.body['messages']).toMatchObject([
      { role: 'user' },
      {
        content: [
          { type: 'thinking', thinking: 'hm', signature: 'EqQB' },
          { type: 'redacted_thinking', data: 'EmwK' },
          { type: 'text', text: 'ok' },
        ],
      },
      { role: 'user' },
    ]);
    expect(made.losses).toEqual(['reasoning']);
  });

  it('have four marks of what to cache, and no more', () => {
    const marked = (words: string, ttl?: string): Part => ({
      ...(text(words) as Part & { kind: 'text' }),
      cache: ttl === undefined ? {} : { ttl },
    });
    const made = encode({
      tools: [{ ...TOOL, cache: { ttl: '1h' } }],
      turns: [
        turn('system', [marked('a')]),
        user(marked('b', '5m'), marked('c', '9d')),
        assistant('x'),
        user(marked('d'), marked('e')),
      ],
    });
    expect(made.text.match(/"cache_control":\{"type":"ephemeral"[^}]*\}/g)).toEqual([
      '"cache_control":{"type":"ephemeral","ttl":"1h"}',
      '"cache_control":{"type":"ephemeral"}',
      '"cache_control":{"type":"ephemeral","ttl":"5m"}',
      '"cache_control":{"type":"ephemeral"}',
    ]);
    expect(made.losses).toEqual(['cache']);
  });

  it('have refusals as text and no citations of others', () => {
    const made = encode({
      turns: [
        user('Hi'),
        assistant(
          { kind: 'refusal', text: 'No.' },
          { kind: 'text', text: 'See', citations: [{ url: 'https://a' }] },
        ),
        user('go'),
      ],
    });
    expect(made.losses).toEqual(['citations', 'refusal']);
    expect((made.body['messages'] as unknown[])[1]).toEqual({
      role: 'assistant',
      content: [
        { type: 'text', text: 'No.' },
        { type: 'text', text: 'See' },
      ],
    });
  });
});

describe('pictures and files', () => {
  const media = (
    kind: 'image' | 'file' | 'audio' | 'video',
    more: Omit<Extract<Part, { kind: 'media' }>, 'kind' | 'media'>,
  ): Part => ({
    kind: 'media',
    media: kind,
    ...more,
  });
  const base64 = { is: 'base64', data: 'QUJD' } as const;

  test.each<[Part, unknown, string[]]>([
    [
      media('image', { mime: 'image/png', source: base64 }),
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'QUJD' } },
      [],
    ],
    [
      media('image', { mime: 'image/jpg', source: base64 }),
      { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'QUJD' } },
      [],
    ],
    [
      media('image', { source: { is: 'url', url: 'https://a/b.png' } }),
      { type: 'image', source: { type: 'url', url: 'https://a/b.png' } },
      [],
    ],
    [media('image', { source: { is: 'url', url: 'gs://a/b.png' } }), undefined, ['url']],
    [media('image', { mime: 'image/tiff', source: base64 }), undefined, ['image']],
    [media('image', { source: base64 }), undefined, ['image']],
    [
      media('file', { mime: 'application/pdf', name: 'a.pdf', source: base64 }),
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'QUJD' },
        title: 'a.pdf',
      },
      [],
    ],
    [
      media('file', { source: { is: 'base64', data: 'JVBERi0x' } }),
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0x' } },
      [],
    ],
    [
      media('file', { mime: 'text/csv', title: 'T', name: 'N', source: base64 }),
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'ABC' }, title: 'T' },
      [],
    ],
    [
      media('file', { source: { is: 'text', text: 'words' } }),
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'words' } },
      [],
    ],
    [
      media('file', { source: { is: 'url', url: 'https://a/b.pdf' } }),
      { type: 'document', source: { type: 'url', url: 'https://a/b.pdf' } },
      [],
    ],
    [media('file', { mime: 'application/zip', source: base64 }), undefined, ['file']],
    [media('file', { source: { is: 'stored', id: 'file-1' } }), undefined, ['stored-file']],
    [media('audio', { mime: 'audio/wav', source: base64 }), undefined, ['audio']],
    [media('video', { source: { is: 'url', url: 'https://a' } }), undefined, ['video']],
  ])('%j goes as %j', (part, block, losses) => {
    const made = encode({ turns: [user('See:', part)] });
    const [message] = made.body['messages'] as { content: unknown[] }[];
    const unshown = { type: 'text', text: expect.stringContaining('could not be passed on') as string };
    expect(message?.content[1]).toEqual(block ?? unshown);
    expect(made.losses).toEqual(losses);
  });

  it('stand in results too', () => {
    const image = media('image', { mime: 'image/png', source: base64 }) as Extract<Part, { kind: 'media' }>;
    const made = encode({
      turns: [
        user('Hi'),
        assistant(call('c')),
        user({ kind: 'result', id: 'c', content: [image, { ...image, mime: 'image/tiff' }] }),
      ],
    });
    expect(made.losses).toEqual(['result-media']);
    expect((made.body['messages'] as unknown[]).at(-1)).toMatchObject({
      content: [{ type: 'tool_result', content: [{ type: 'image' }, { type: 'text' }] }],
    });
  });

  it('that cannot be shown leave a message that says so', () => {
    const made = encode({ turns: [user(media('audio', { source: base64 }))] });
    expect(made.body['messages']).toMatchObject([{ role: 'user', content: [{ type: 'text' }] }]);
  });
});

describe('whatever is asked', () => {
  it('becomes a request with messages that alternate and are never empty', () => {
    const part = fc.oneof(
      fc.record({ kind: fc.constant('text' as const), text: fc.constantFrom('', ' ', 'a', 'b ') }),
      fc.record({ kind: fc.constant('reasoning' as const), text: fc.string() }),
      fc.record({ kind: fc.constant('refusal' as const), text: fc.string() }),
      fc.record({
        kind: fc.constant('call' as const),
        id: fc.constantFrom('a', 'b.c', 'd'),
        name: fc.constantFrom('f', 'g.h'),
        arguments: fc.constantFrom('', '{}', '{"a":1}', 'x'),
      }),
      fc.record({
        kind: fc.constant('result' as const),
        id: fc.constantFrom('a', 'b.c', 'd'),
        content: fc.constant([{ kind: 'text' as const, text: 'r' }]),
      }),
    );
    const turns = fc.array(
      fc.record({
        role: fc.constantFrom('system' as const, 'developer' as const, 'user' as const, 'assistant' as const),
        parts: fc.array(part, { maxLength: 4 }),
      }),
      { maxLength: 8 },
    );
    const model = fc.constantFrom('claude-opus-4-8', 'claude-sonnet-4-5', 'glm-4.6', 'claude-3-haiku');
    fc.assert(
      fc.property(turns, model, (said, name) => {
        const { body } = encode({ turns: said }, { model: name });
        const messages = body['messages'] as { role: string; content: { text?: string }[] }[];
        expect(messages[0]?.role).toBe('user');
        for (const [at, message] of messages.entries()) {
          expect(message.content.length).toBeGreaterThan(0);
          for (const block of message.content) expect(block.text).not.toBe('');
          if (at > 0) expect(message.role).not.toBe(messages[at - 1]?.role);
        }
      }),
      { numRuns: 500 },
    );
  });
});
