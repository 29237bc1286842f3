import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Part, Tool, Turn } from '../../../src/core/conversation.ts';
import type { TranslationTarget } from '../../../src/core/format.ts';
import type { Quirk } from '../../../src/core/profile.ts';
import { decoded, host } from './chat-samples.ts';
import { assistant, CALL, IMAGE, result, send, text, user } from './chat-sent.ts';
import { anyTurns } from './hub-samples.ts';

describe('a request to a chat host', () => {
  it('has no more in it than what was said', () => {
    expect(send({ turns: [user(text('hi'))] })).toEqual({
      sent: { model: 'the-model', messages: [{ role: 'user', content: 'hi' }], stream: false },
      text: '{"model":"the-model","messages":[{"role":"user","content":"hi"}],"stream":false}',
      losses: [],
    });
  });

  it('is the same bytes every time', () => {
    const given = { turns: [user(text('hi')), assistant(CALL)], tools: [{ name: 'add' }], temperature: 1 };
    expect(send(structuredClone(given)).text).toBe(send(given).text);
  });

  it('asks for usage on streams, where the host has no objection', () => {
    expect(send({ stream: true }).sent['stream_options']).toEqual({ include_usage: true });
    expect(send({ stream: true, wantsUsage: false }).sent['stream_options']).toEqual({ include_usage: true });
    expect(send({ stream: true }, host('no-stream-options')).sent['stream_options']).toBeUndefined();
  });

  it('begins with one message of instructions, by whatever name the host has for them', () => {
    const turns: Turn[] = [
      { role: 'developer', parts: [text('a')] },
      { role: 'system', parts: [text('b'), text('c')] },
      user(text('hi')),
    ];
    expect(send({ turns }).sent.messages[0]).toEqual({ role: 'developer', content: 'a\n\nb\n\nc' });
    expect(send({ turns }, host('no-developer-role')).sent.messages[0]).toMatchObject({ role: 'system' });
    const late: Turn[] = [user(text('hi')), { role: 'developer', parts: [text('now')] }];
    expect(send({ turns: late }).sent.messages[1]).toEqual({ role: 'developer', content: 'now' });
    expect(send({ turns: late }, host('no-developer-role')).sent.messages[1]).toMatchObject({
      role: 'system',
    });
  });

  it('has a message for every result, right after its call, and the pictures of results in one of the user', () => {
    const { sent, losses } = send({
      turns: [
        user(text('go')),
        assistant(text('so'), CALL, { ...CALL, id: 'c2' }),
        user(result('c2', { kind: 'text', text: 'two' }), text('and now?')),
        user(result('c1', { kind: 'text', text: 'see' }, IMAGE)),
      ],
    });
    expect(sent.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: 'so',
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'add', arguments: '{"n":1.0}' } },
          { id: 'c2', type: 'function', function: { name: 'add', arguments: '{"n":1.0}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'see' },
      { role: 'tool', tool_call_id: 'c2', content: 'two' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'From the result of add (c1):' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          { type: 'text', text: 'and now?' },
        ],
      },
    ]);
    expect(losses).toEqual([]);
  });

  it('says of a result that it is empty, and that it is an error', () => {
    const told = (part: Part): unknown => send({ turns: [assistant(CALL), user(part)] }).sent.messages[1];
    expect(told(result('c1'))).toMatchObject({ content: '(no output)' });
    const failed = (words: string): Part => ({
      kind: 'result',
      id: 'c1',
      isError: true,
      content: [{ kind: 'text', text: words }],
    });
    expect(told(failed('no such file'))).toMatchObject({ content: 'Error: no such file' });
    expect(told(failed('ENOENT: error 2'))).toMatchObject({ content: 'ENOENT: error 2' });
  });

  it('has a word of the model between tools and user for hosts that want one', () => {
    const turns = [assistant(CALL), user(result('c1'), text('go on')), assistant(CALL), user(result('c1'))];
    const roles = (target: TranslationTarget): unknown[] =>
      send({ turns }, target).sent.messages.map((message) => (message as { role: string }).role);
    expect(roles(host())).toEqual(['assistant', 'tool', 'user', 'assistant', 'tool']);
    expect(roles(host('assistant-after-tools'))).toEqual([
      'assistant',
      'tool',
      'assistant',
      'user',
      'assistant',
      'tool',
    ]);
  });

  it('spells ids as the host takes them, call and result alike', () => {
    const call: Part = { ...CALL, id: 'functions.add:0' };
    for (const target of [host(), host('ids-9')]) {
      const { sent } = send({ turns: [assistant(call), user(result('functions.add:0'))] }, target);
      const [said, told] = sent.messages as { tool_calls?: { id: string }[]; tool_call_id?: string }[];
      const id = said?.tool_calls?.[0]?.id;
      expect(id).toMatch(target.quirks.includes('ids-9') ? /^[a-zA-Z0-9]{9}$/ : /^[a-zA-Z0-9_-]{1,40}$/);
      expect(told?.tool_call_id).toBe(id);
    }
  });

  it('has arguments that are a JSON object, whatever the model had written', () => {
    const sentArguments = (given: string, custom?: true): unknown => {
      const call: Part = { kind: 'call', id: 'c1', name: 'f', arguments: given, ...(custom && { custom }) };
      const { sent, losses } = send({ turns: [assistant(call), user(result('c1'))] });
      const [said] = sent.messages as { tool_calls?: { function: { arguments: string } }[] }[];
      return [said?.tool_calls?.[0]?.function.arguments, losses];
    };
    expect(sentArguments('')).toEqual(['{}', []]);
    expect(sentArguments('{"a":1.0}')).toEqual(['{"a":1.0}', []]);
    expect(sentArguments('{"a":')).toEqual(['{}', ['invalid-arguments']]);
    expect(sentArguments('[1]')).toEqual(['{}', ['invalid-arguments']]);
    expect(sentArguments('*** Begin', true)).toEqual(['{"input":"*** Begin"}', []]);
  });

  it('joins what was cut for its citations, and keeps apart what was said at different times', () => {
    const cited: Part = { kind: 'text', text: 'b', citations: [{ url: 'https://x.example' }] };
    const { sent } = send({ turns: [assistant(text('a'), cited, text('c')), assistant(text('d'))] });
    expect(sent.messages).toEqual([{ role: 'assistant', content: 'abc\n\nd' }]);
  });

  it('tells a refusal as text, and that the answer was to go on from the last one', () => {
    const { sent, losses } = send({ turns: [assistant({ kind: 'refusal', text: 'no' })] });
    expect(sent.messages).toEqual([{ role: 'assistant', content: 'no' }]);
    expect(losses).toEqual(['prefill', 'refusal']);
  });

  it('marks what to cache only for hosts that take such marks', () => {
    const turns = [user({ kind: 'text', text: 'long', cache: { ttl: '1h' } }, text('short'))];
    const tools: Tool[] = [{ name: 'f', cache: {} }];
    const plain = send({ turns, tools });
    expect(plain.sent.messages).toEqual([{ role: 'user', content: 'long\n\nshort' }]);
    expect(plain.losses).toEqual(['cache']);
    const marked = send({ turns, tools }, host('cache-control'));
    expect(marked.sent.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'long', cache_control: { type: 'ephemeral', ttl: '1h' } },
          { type: 'text', text: 'short' },
        ],
      },
    ]);
    expect(marked.sent['tools']).toMatchObject([{ cache_control: { type: 'ephemeral' } }]);
    expect(marked.losses).toEqual([]);
  });
});

interface Message {
  readonly role: string;
  readonly content: unknown;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly { readonly id: string; readonly function: { readonly arguments: string } }[];
}

describe('whatever was said before', () => {
  const quirks = fc.subarray<Quirk>([
    'assistant-after-tools',
    'reasoning-content-back',
    'cache-control',
    'ids-9',
    'no-developer-role',
  ]);

  it('is a conversation that a chat host takes', () => {
    fc.assert(
      fc.property(anyTurns, quirks, (turns, oddities) => {
        const messages = send({ turns }, host(...oddities)).sent.messages as Message[];
        for (const [place, { role, content, tool_calls: calls = [] }] of messages.entries()) {
          const results = messages.slice(place + 1, place + 1 + calls.length);
          expect(results.map((result) => result.tool_call_id)).toEqual(calls.map(({ id }) => id));
          for (const call of calls) expect(JSON.parse(call.function.arguments)).toBeTypeOf('object');
          if (role !== 'assistant') expect(content).not.toBe(null);
          if (role === 'user' && oddities.includes('assistant-after-tools'))
            expect(messages[place - 1]?.role).not.toBe('tool');
        }
        const told = messages.filter(({ role }) => role === 'tool').length;
        expect(told).toBe(messages.flatMap(({ tool_calls: calls = [] }) => calls).length);
      }),
    );
  });

  it('reads the same when it is decoded and encoded again', () => {
    fc.assert(
      fc.property(anyTurns, quirks, (given, oddities) => {
        const turns = given.map(withoutState);
        const once = send({ turns }, host(...oddities)).text;
        expect(send({ turns: decoded(once).turns }, host(...oddities)).text).toBe(once);
      }),
    );
  });
});

/** State that no host gave is not told, which is another matter. */
function withoutState(turn: Turn): Turn {
  const bare = turn.parts.map((part) => {
    const { opaque: _, ...rest } = part;
    return rest;
  });
  return { ...turn, parts: bare };
}

describe('pictures, sounds and files to a chat host', () => {
  const told = (part: Part): unknown => {
    const { sent, losses } = send({ turns: [user(part)] });
    return [(sent.messages[0] as { content: unknown }).content, losses];
  };

  it('are told the way OpenAI has for them', () => {
    expect(
      told({
        kind: 'media',
        media: 'image',
        source: { is: 'url', url: 'https://x.example/a.png' },
        detail: 'low',
      }),
    ).toEqual([[{ type: 'image_url', image_url: { url: 'https://x.example/a.png', detail: 'low' } }], []]);
    expect(
      told({ kind: 'media', media: 'audio', mime: 'audio/mpeg', source: { is: 'base64', data: 'BB' } }),
    ).toEqual([[{ type: 'input_audio', input_audio: { data: 'BB', format: 'mp3' } }], []]);
    expect(
      told({ kind: 'media', media: 'file', mime: 'application/pdf', source: { is: 'base64', data: 'CC' } }),
    ).toEqual([
      [{ type: 'file', file: { filename: 'file.pdf', file_data: 'data:application/pdf;base64,CC' } }],
      [],
    ]);
    expect(
      told({ kind: 'media', media: 'file', name: 'a.txt', source: { is: 'text', text: 'words' } }),
    ).toEqual(['a.txt\nwords', []]);
    const data = Buffer.from('words').toString('base64');
    expect(
      told({ kind: 'media', media: 'file', mime: 'text/plain', source: { is: 'base64', data } }),
    ).toEqual(['words', []]);
  });

  it('are at least named when there is no way', () => {
    const cases: readonly (readonly [Part, string])[] = [
      [{ kind: 'media', media: 'video', source: { is: 'url', url: 'https://x.example/a.mp4' } }, 'video'],
      [{ kind: 'media', media: 'audio', mime: 'audio/ogg', source: { is: 'base64', data: 'B' } }, 'audio'],
      [{ kind: 'media', media: 'file', source: { is: 'url', url: 'https://x.example/a.pdf' } }, 'url'],
      [{ kind: 'media', media: 'image', source: { is: 'stored', id: 'x' } }, 'stored-file'],
    ];
    for (const [part, loss] of cases) {
      expect(told(part)).toEqual([expect.stringMatching(/could not be passed on/), [loss]]);
    }
    expect(send({ turns: [assistant(IMAGE)] }).losses).toEqual(['image', 'prefill']);
  });
});
