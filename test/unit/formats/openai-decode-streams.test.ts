import { describe, expect, it } from 'vitest';

import type { AnswerEvent } from '../../../src/core/answer.ts';
import { foldAnswer } from '../../../src/formats/hub/fold.ts';
import { decodeStream } from '../../../src/formats/openai-chat/decode-stream.ts';
import { call, chunk, decodeChunks, host, partsOf } from './chat-samples.ts';

describe('a stream of chat chunks', () => {
  it('tells who answers, what is said and why it stopped', () => {
    const events = decodeChunks([
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'Hel' }),
      chunk({ content: 'lo' }),
      chunk({}, 'stop'),
      { ...(chunk({}) as object), choices: [], usage: { prompt_tokens: 9, completion_tokens: 2 } },
      '[DONE]',
    ]);
    expect(events).toEqual([
      { is: 'start', id: 'chatcmpl-1', model: 'gpt-5', created: 1_755_723_498 },
      { is: 'open', part: { kind: 'text' } },
      { is: 'delta', text: 'Hel' },
      { is: 'delta', text: 'lo' },
      { is: 'usage', usage: { input: 9, output: 2 } },
      { is: 'close' },
      { is: 'finish', reason: 'stop', raw: 'stop' },
      { is: 'end' },
    ]);
  });

  it('is whole with a finish reason and without [DONE], or the other way round', () => {
    expect(decodeChunks([chunk({ content: 'a' }), chunk({}, 'stop')]).at(-1)).toEqual({ is: 'end' });
    expect(decodeChunks([chunk({ content: 'a' }), '[DONE]']).at(-1)).toEqual({ is: 'end' });
  });

  it('of nothing but an end mark is no answer', () => {
    for (const frames of [['[DONE]'], [chunk({ role: 'assistant', content: '' }), '[DONE]']]) {
      expect(decodeChunks(frames).at(-1)).toMatchObject({
        is: 'error',
        fault: { code: 'upstream_garbled', message: 'the answer ended without any content' },
      });
    }
  });

  it('is broken without either', () => {
    for (const chunks of [
      [],
      [chunk({ role: 'assistant' })],
      [chunk({ content: 'a' })],
      [chunk({ content: 'a' }, '')],
    ]) {
      const events = decodeChunks(chunks);
      expect(events.at(-1)).toMatchObject({ is: 'error', fault: { code: 'upstream_garbled' } });
      expect(events.filter(({ is }) => is === 'finish' || is === 'end')).toEqual([]);
    }
  });

  it('needs no role, and takes nothing from the chunk with which Azure begins', () => {
    const filter = { id: '', model: '', object: '', created: 0, choices: [], prompt_filter_results: [] };
    const events = decodeChunks([filter, chunk({ content: 'a' }), chunk({}, 'stop'), '[DONE]']);
    expect(events[0]).toMatchObject({ is: 'start', id: 'chatcmpl-1' });
    expect(partsOf(events)).toEqual([{ kind: 'text', text: 'a' }]);
  });

  it('ends in the fault it tells of', () => {
    const error = { message: 'slow down', code: 429 };
    const cases: readonly (readonly [unknown, string])[] = [
      [{ error }, 'upstream_rate_limited'],
      [
        { ...(chunk({}) as object), error: { message: 'failed', code: 'tool_use_failed' } },
        'upstream_rejected',
      ],
      [{ object: 'error', message: 'boom', code: 500 }, 'upstream_overloaded'],
      [{ choices: [{ index: 0, delta: {}, error: { message: 'gone', code: 502 } }] }, 'upstream_overloaded'],
    ];
    for (const [told, code] of cases) {
      const events = decodeChunks([chunk({ content: 'a' }), told, chunk({ content: 'b' }), '[DONE]']);
      expect(events.at(-1)).toMatchObject({ is: 'error', fault: { code } });
    }
    expect(decodeStream(host()).push('{"message":"no"}', 'error')).toMatchObject([{ is: 'error' }]);
    expect(decodeChunks([chunk({ content: 'a' }), chunk({}, 'error'), '[DONE]']).at(-1)).toMatchObject({
      is: 'error',
      fault: { code: 'upstream_overloaded' },
    });
  });

  it('passes over what is no chunk, and counts it', () => {
    const events = decodeChunks([chunk({ content: 'a' }), '{"choices":', '[]', '', chunk({}, 'stop')]);
    expect(events.filter(({ is }) => is === 'malformed')).toHaveLength(2);
    expect(partsOf(events)).toEqual([{ kind: 'text', text: 'a' }]);
  });

  it('shows that its provider lives', () => {
    expect(decodeStream(host()).push('{"type":"keepalive"}', undefined)).toEqual([{ is: 'ping' }]);
  });

  it('holds back nothing that could be relayed', () => {
    const decoder = decodeStream(host());
    const push = (delta: unknown): readonly AnswerEvent[] =>
      decoder.push(JSON.stringify(chunk(delta)), undefined);
    push({ role: 'assistant' });
    expect(push({ content: 'a' }).at(-1)).toEqual({ is: 'delta', text: 'a' });
    expect(push({ content: 'b' })).toEqual([{ is: 'delta', text: 'b' }]);
    push({ tool_calls: [call(0, { id: 'c', name: 'f', arguments: '' })] });
    expect(push({ tool_calls: [call(0, { arguments: '{"x"' })] })).toEqual([{ is: 'delta', text: '{"x"' }]);
    push({ tool_calls: [call(0, { arguments: ':1}' })] });
    expect(push({ content: 'and' }).at(-1)).toEqual({ is: 'delta', text: 'and' });
  });

  it('has its usage wherever hosts put it, and the last one counts', () => {
    const usage = { prompt_tokens: 5, completion_tokens: 3 };
    const say = chunk({ content: 'a' }) as Record<string, unknown>;
    const stop = chunk({}, 'stop') as Record<string, unknown>;
    const early = { ...say, usage: { prompt_tokens: 5, completion_tokens: 1 } };
    const cases = [
      [say, stop, { ...stop, choices: [], usage }],
      [say, { ...stop, usage }],
      [say, stop, { ...stop, usage }],
      [early, { ...say, usage }, { ...stop, usage }],
      [say, { ...stop, x_groq: { usage } }],
      [say, { ...stop, choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage }] }],
    ];
    for (const chunks of cases)
      expect(foldAnswer(decodeChunks([...chunks, '[DONE]'])).usage).toEqual({ input: 5, output: 3 });
    expect(foldAnswer(decodeChunks([{ ...say, usage: null }, stop])).usage).toBeUndefined();
  });
});
