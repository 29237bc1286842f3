import { describe, expect, it } from 'vitest';

import type { FinishReason } from '../../../src/core/answer.ts';
import type { Conversation, Part } from '../../../src/core/conversation.ts';
import { fault } from '../../../src/core/fault.ts';
import { partEvents } from '../../../src/formats/hub/fold.ts';
import { callerId } from '../../../src/formats/hub/ids.ts';
import { encodeStream } from '../../../src/formats/openai-chat/encode-stream.ts';
import { echo, EMPTY } from './chat-samples.ts';
import { CALL, choice, chunks, deltas, events, stream, TEXT, whole } from './chat-written.ts';

describe('a stream for a chat client', () => {
  it('is what OpenAI would have sent', () => {
    const text = stream(events([TEXT, CALL], 'calls'));
    const all = chunks(text);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(all[0]?.choices[0]).toEqual({
      index: 0,
      delta: { role: 'assistant', content: '', refusal: null },
      logprobs: null,
      finish_reason: null,
    });
    for (const one of all)
      expect(one).toMatchObject({
        id: 'msg_1',
        object: 'chat.completion.chunk',
        created: 5,
        model: 'claude',
      });
    expect(deltas(text).slice(1)).toEqual([
      { content: 'Hello' },
      {
        tool_calls: [
          { index: 0, id: 'call_abc', type: 'function', function: { name: 'add', arguments: '' } },
        ],
      },
      { tool_calls: [{ index: 0, function: { arguments: '{"a":1}' } }] },
      {},
    ]);
    expect(all.at(-2)?.choices[0]?.finish_reason).toBe('tool_calls');
    expect(all.at(-1)).toMatchObject({
      choices: [],
      usage: {
        prompt_tokens: 10,
        completion_tokens: 4,
        total_tokens: 14,
        prompt_tokens_details: { cached_tokens: 6 },
        completion_tokens_details: { reasoning_tokens: 2 },
      },
    });
  });

  it('tells its usage only to those who asked, and only what is known', () => {
    expect(stream(events([TEXT]), { ...EMPTY, wantsUsage: false })).not.toContain('usage');
    const unknown = events([TEXT]).filter(({ is }) => is !== 'usage');
    expect(stream(unknown)).not.toContain('usage');
  });

  it('has a role and a finish reason even where the provider said neither', () => {
    const text = stream([...partEvents(TEXT), { is: 'end' }]);
    expect(deltas(text)[0]).toMatchObject({ role: 'assistant' });
    expect(chunks(text)[0]).toMatchObject({ id: 'chatcmpl-exchange', created: 7, model: 'served' });
    expect(chunks(text).at(-1)?.choices[0]?.finish_reason).toBe('stop');
  });

  it('says one thing at a time, as it comes', () => {
    const encoder = encodeStream(echo());
    encoder.push({ is: 'start' });
    encoder.push({ is: 'open', part: { kind: 'reasoning' } });
    expect(encoder.push({ is: 'delta', text: 'hm' })).toContain('"delta":{"reasoning_content":"hm"}');
    expect(encoder.push({ is: 'ping' })).toBe(': keep-alive\n\n');
    expect(encoder.push({ is: 'malformed' })).toBe('');
    expect(encoder.push({ is: 'error', fault: fault('stream_broken') })).toBe('');
  });

  it('gives every call an id of its own and arguments that can be parsed', () => {
    const bare: Part = { kind: 'call', id: '', name: 'now', arguments: '' };
    const told = deltas(stream(events([bare, bare], 'calls'))).flatMap((delta) => delta.tool_calls ?? []);
    expect(told.filter(({ id }) => id).map(({ id }) => id)).toEqual([
      callerId('', 'exchange', 0),
      callerId('', 'exchange', 1),
    ]);
    expect(told.filter(({ id }) => !id).map((piece) => [piece.index, piece.function?.arguments])).toEqual([
      [0, '{}'],
      [1, '{}'],
    ]);
  });
});

describe('an answer for a chat client, whole', () => {
  it('is what OpenAI would have sent', () => {
    expect(whole(events([TEXT, CALL], 'calls'))).toEqual({
      id: 'msg_1',
      object: 'chat.completion',
      created: 5,
      model: 'claude',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'Hello',
            refusal: null,
            tool_calls: [
              { id: 'call_abc', type: 'function', function: { name: 'add', arguments: '{"a":1}' } },
            ],
          },
          logprobs: null,
          finish_reason: 'tool_calls',
        },
      ],
      usage: {
        prompt_tokens: 10,
        completion_tokens: 4,
        total_tokens: 14,
        prompt_tokens_details: { cached_tokens: 6 },
        completion_tokens_details: { reasoning_tokens: 2 },
      },
    });
  });

  it('has no content where there are only calls or a refusal, and an empty one where there is nothing', () => {
    expect(choice(events([CALL])).message.content).toBeNull();
    expect(choice(events([{ kind: 'refusal', text: 'no' }])).message).toMatchObject({
      content: null,
      refusal: 'no',
    });
    expect(choice(events([])).message.content).toBe('');
  });

  it('ends with the words chat clients know', () => {
    const end = (reason: FinishReason, parts: readonly Part[] = [TEXT]): string | null | undefined =>
      choice([...parts.flatMap(partEvents), { is: 'finish', reason }, { is: 'end' }]).finish_reason;
    expect(
      (['stop', 'length', 'filter', 'pause', 'context', 'other'] as const).map((reason) => end(reason)),
    ).toEqual(['stop', 'length', 'content_filter', 'stop', 'length', 'stop']);
    expect(end('refusal')).toBe('content_filter');
    expect(end('refusal', [{ kind: 'refusal', text: 'no' }])).toBe('stop');
  });
});

describe('citations for a chat client', () => {
  it('count from the beginning of the message, and cover their part where no place is known', () => {
    const parts: Part[] = [
      { kind: 'text', text: 'abc' },
      { kind: 'text', text: 'defg', citations: [{ url: 'https://a.example', title: 'A', start: 1, end: 2 }] },
      { kind: 'text', text: 'hi', citations: [{ url: 'https://b.example' }] },
    ];
    const wanted = [
      {
        type: 'url_citation',
        url_citation: { url: 'https://a.example', title: 'A', start_index: 4, end_index: 5 },
      },
      {
        type: 'url_citation',
        url_citation: { url: 'https://b.example', title: 'https://b.example', start_index: 7, end_index: 9 },
      },
    ];
    expect(choice(events(parts)).message.annotations).toEqual(wanted);
    expect(deltas(stream(events(parts))).flatMap((delta) => delta.annotations ?? [])).toEqual(wanted);
  });
});

describe('callers with tools of another kind', () => {
  const patch = { name: 'patch', custom: true } as const;
  const conversation: Conversation = { ...EMPTY, tools: [patch] };
  const called: Part = { kind: 'call', id: 'call_abc', name: 'patch', arguments: '{"input":"*** Begin\\n"}' };

  it('get the text that a target put into the arguments of the function it was told of', () => {
    const custom = { name: 'patch', input: '*** Begin\n' };
    const message = choice(events([called]), conversation).message;
    expect(message.tool_calls).toEqual([{ id: 'call_abc', type: 'custom', custom }]);
    const told = deltas(stream(events([called]), conversation)).flatMap((delta) => delta.tool_calls ?? []);
    expect(told).toEqual([
      { index: 0, id: 'call_abc', type: 'custom', custom: { name: 'patch', input: '' } },
      { index: 0, custom: { input: '*** Begin\n' } },
    ]);
  });

  it('get the text as it is from a target that knows such tools', () => {
    const native: Part = {
      kind: 'call',
      id: 'call_abc',
      name: 'patch',
      arguments: '{"input":1}',
      custom: true,
    };
    expect(choice(events([native]), conversation).message.tool_calls?.[0]?.custom?.input).toBe('{"input":1}');
    expect(deltas(stream(events([native]), conversation))[2]).toEqual({
      tool_calls: [{ index: 0, custom: { input: '{"input":1}' } }],
    });
  });

  it('of before 2023 get one call, in the way they know', () => {
    const asked = { functions: [{ name: 'add' }], model: 'm' };
    const message = choice(events([CALL, CALL], 'calls'), EMPTY, asked);
    expect(message).toMatchObject({
      message: { function_call: { name: 'add', arguments: '{"a":1}' } },
      finish_reason: 'function_call',
    });
    expect(message.message.tool_calls).toBeUndefined();
    const text = stream(events([CALL, CALL], 'calls'), EMPTY, asked);
    expect(deltas(text).slice(1)).toEqual([
      { function_call: { name: 'add', arguments: '' } },
      { function_call: { arguments: '{"a":1}' } },
      {},
    ]);
    expect(text).toContain('"finish_reason":"function_call"');
  });
});
