import { describe, expect, it, test } from 'vitest';

import type { AnswerEvent } from '../../../src/core/answer.ts';
import { fault } from '../../../src/core/fault.ts';
import { unseal } from '../../../src/formats/hub/carry.ts';
import { stringField } from '../../../src/lib/expect.ts';
import { CLOSE, delta, END, open, SIGNATURE, START, stream, whole } from './responses-answers.ts';

describe('a stream', () => {
  it('tells a text step by step, and the whole response at its end', () => {
    const events = stream([START, open({ kind: 'text' }), delta('Hel'), delta('lo'), CLOSE, ...END]);
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events.map((event) => event['sequence_number'])).toEqual(events.map((_, index) => index));
    expect(events[4]).toMatchObject({ output_index: 0, content_index: 0, delta: 'Hel', logprobs: [] });
    expect(events.at(-1)).toMatchObject({
      response: {
        id: 'resp_ex1',
        model: 'claude',
        created_at: 5,
        status: 'completed',
        output: [
          {
            type: 'message',
            status: 'completed',
            role: 'assistant',
            content: [{ type: 'output_text', text: 'Hello', annotations: [], logprobs: [] }],
          },
        ],
      },
    });
  });

  it('keeps texts and refusals that follow each other in one message', () => {
    const events = [
      START,
      open({ kind: 'text' }),
      delta('a'),
      CLOSE,
      open({ kind: 'refusal' }),
      delta('b'),
      CLOSE,
    ];
    expect(whole([...events, ...END])).toMatchObject({
      output: [{ content: [{ text: 'a' }, { type: 'refusal', refusal: 'b' }] }],
    });
  });

  it('shows thoughts as a summary, and carries their state', () => {
    const events = stream([
      START,
      open({ kind: 'reasoning' }),
      delta('hm'),
      { is: 'opaque', state: SIGNATURE },
      CLOSE,
      open({ kind: 'text' }),
      delta('so'),
      CLOSE,
      ...END,
    ]);
    expect(events.map(({ type }) => type).slice(2, 8)).toEqual([
      'response.output_item.added',
      'response.reasoning_summary_part.added',
      'response.reasoning_summary_text.delta',
      'response.reasoning_summary_text.done',
      'response.reasoning_summary_part.done',
      'response.output_item.done',
    ]);
    expect(events[7]).toMatchObject({ item: { summary: [{ type: 'summary_text', text: 'hm' }] } });
    const slot = stringField(events[7]?.['item'], 'encrypted_content') ?? '';
    expect(unseal(slot)).toEqual([{ on: 'reasoning', states: [SIGNATURE] }]);
  });

  it('calls a tool by the name and in the namespace the caller gave it', () => {
    const request = {
      input: 'x',
      tools: [{ type: 'namespace', name: 'git', tools: [{ type: 'function', name: 'log', parameters: {} }] }],
    };
    const called = open({ kind: 'call', id: 'toolu_abc', name: 'git__log' });
    expect(whole([START, called, delta('{"n":1.0}'), CLOSE, ...END], request)).toMatchObject({
      output: [
        {
          type: 'function_call',
          call_id: 'toolu_abc',
          name: 'log',
          namespace: 'git',
          arguments: '{"n":1.0}',
        },
      ],
    });
    const without = whole([START, open({ kind: 'call', id: 'functions.f:0', name: 'f' }), CLOSE, ...END]);
    expect(without).toMatchObject({
      output: [{ call_id: expect.stringMatching(/^call_\w{24}$/), name: 'f', arguments: '{}' }],
    });
  });

  it('names no namespace for tools in the default one, as OpenAI does not', () => {
    const tools = [{ type: 'namespace', name: 'functions', tools: [{ type: 'custom', name: 'exec' }] }];
    const user = { role: 'user', content: 'x' };
    const request = { input: [{ type: 'additional_tools', role: 'developer', tools }, user] };
    const answer = whole(
      [START, open({ kind: 'call', id: 'c', name: 'exec' }), delta('{"input":"1"}'), CLOSE, ...END],
      request,
    );
    expect(answer).toMatchObject({ output: [{ type: 'custom_tool_call', name: 'exec', input: '1' }] });
    expect(JSON.stringify(answer)).not.toContain('namespace');
  });

  it('gives a tool that takes text its text, although the model gave JSON', () => {
    const request = { input: 'x', tools: [{ type: 'custom', name: 'apply_patch' }] };
    const called = open({ kind: 'call', id: 'c', name: 'apply_patch' });
    const events = stream([START, called, delta('{"input":"*** '), delta('Begin"}'), CLOSE, ...END], request);
    expect(events.map(({ type }) => type).slice(2, 6)).toEqual([
      'response.output_item.added',
      'response.custom_tool_call_input.delta',
      'response.custom_tool_call_input.done',
      'response.output_item.done',
    ]);
    expect(events[5]).toMatchObject({
      item: { type: 'custom_tool_call', name: 'apply_patch', input: '*** Begin' },
    });
    const plain = open({ kind: 'call', id: 'c', name: 'apply_patch', custom: true });
    expect(stream([START, plain, delta('*** Be'), delta('gin'), CLOSE, ...END], request)).toMatchObject([
      {},
      {},
      { item: { input: '' } },
      { delta: '*** Be' },
      { delta: 'gin' },
      { input: '*** Begin' },
      {},
      {},
    ]);
  });

  it('carries state of a text after it and state of a call before it', () => {
    const { output } = whole([
      START,
      open({ kind: 'text' }),
      delta('a'),
      { is: 'opaque', state: SIGNATURE },
      CLOSE,
      open({ kind: 'call', id: 'c', name: 'f', opaque: [SIGNATURE] }),
      CLOSE,
      ...END,
    ]) as { output: { type: string; encrypted_content: string }[] };
    expect(output.map(({ type }) => type)).toEqual(['message', 'reasoning', 'reasoning', 'function_call']);
    expect(unseal(output[1]?.encrypted_content ?? '')).toEqual([{ on: 'text', states: [SIGNATURE] }]);
    expect(unseal(output[2]?.encrypted_content ?? '')).toEqual([{ on: 'call', states: [SIGNATURE] }]);
  });

  test.each([
    ['length', 'incomplete', 'max_output_tokens'],
    ['context', 'incomplete', 'max_output_tokens'],
    ['filter', 'incomplete', 'content_filter'],
    ['refusal', 'completed', undefined],
    ['pause', 'completed', undefined],
    ['other', 'completed', undefined],
  ] as const)('that finished because of %s is %s', (reason, status, why) => {
    const said = [
      START,
      open({ kind: 'text' }),
      delta('a'),
      CLOSE,
      { is: 'finish', reason },
      { is: 'end' },
    ] as const;
    expect(stream(said).at(-1)).toMatchObject({
      type: `response.${status}`,
      response: {
        status,
        incomplete_details: why === undefined ? null : { reason: why },
        output: [{ status }],
      },
    });
  });

  it('tells usage in full once it is known, whenever that was', () => {
    const usage: AnswerEvent = { is: 'usage', usage: { input: 10, cacheRead: 4 } };
    const more: AnswerEvent = { is: 'usage', usage: { output: 5, reasoning: 2 } };
    expect(whole([START, usage, open({ kind: 'text' }), CLOSE, more, ...END])['usage']).toEqual({
      input_tokens: 10,
      input_tokens_details: { cached_tokens: 4, cache_write_tokens: 0 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 2 },
      total_tokens: 15,
    });
    expect(whole([START, open({ kind: 'text' }), CLOSE, ...END])['usage']).toBeNull();
  });

  it('gives a citation the title and range that the format demands', () => {
    const cite = (citation: object): AnswerEvent => ({ is: 'citation', citation: { url: 'u', ...citation } });
    const said = [
      START,
      open({ kind: 'text' }),
      delta('abc'),
      cite({ title: 't', start: 1, end: 2 }),
      cite({}),
    ];
    expect(whole([...said, CLOSE, ...END])).toMatchObject({
      output: [
        {
          content: [
            {
              annotations: [
                { type: 'url_citation', url: 'u', title: 't', start_index: 1, end_index: 2 },
                { type: 'url_citation', url: 'u', title: 'u', start_index: 0, end_index: 3 },
              ],
            },
          ],
        },
      ],
    });
  });

  it('repeats what was asked, and the defaults of what was not', () => {
    const tool = { type: 'function', name: 'f', parameters: { type: 'object' } };
    expect(
      whole([START, ...END], { input: 'x', tools: [tool], temperature: 0.2, metadata: { a: 'b' } }),
    ).toMatchObject({
      tools: [{ ...tool, description: null, strict: false }],
      tool_choice: 'auto',
      temperature: 0.2,
      top_p: 1,
      metadata: { a: 'b' },
      parallel_tool_calls: true,
      text: { format: { type: 'text' } },
      reasoning: { effort: null, summary: null },
      truncation: 'disabled',
      store: false,
      error: null,
      instructions: null,
      previous_response_id: null,
    });
  });

  it('gives the same ids every time, and one to each item', () => {
    const events = [START, open({ kind: 'reasoning' }), CLOSE, open({ kind: 'text' }), CLOSE, ...END];
    const ids = (whole(events)['output'] as { id: string }[]).map(({ id }) => id);
    expect(ids).toEqual((whole(events)['output'] as { id: string }[]).map(({ id }) => id));
    expect(new Set(ids).size).toBe(2);
    expect(ids[0]).toMatch(/^rs_\w{48}$/);
    expect(ids[1]).toMatch(/^msg_\w{48}$/);
  });

  it('says nothing of what means nothing, and keeps alive with an event', () => {
    const nothing = stream([START, { is: 'malformed' }, { is: 'error', fault: fault('internal') }]);
    expect(stream([START, { is: 'ping' }])).toEqual([
      ...nothing,
      { type: 'keepalive', sequence_number: nothing.length },
    ]);
    // Clients refuse a stream that begins with it.
    expect(stream([{ is: 'ping' }])).toEqual([]);
  });
});
