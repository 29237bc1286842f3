import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';

import type { AnswerEvent } from '../../../src/core/answer.ts';
import type { AnswerEcho } from '../../../src/core/format.ts';
import { openaiResponses } from '../../../src/formats/openai-responses/index.ts';
import { joined } from '../../../src/lib/splice.ts';
import { CLOSE, delta, echo, END, open, SIGNATURE, START } from './responses-answers.ts';
import { decode, outcome, TARGET, toCaller, user } from './responses-codec.ts';

const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  status: 'completed',
  role: 'assistant',
  phase: 'final_answer',
  content: [{ type: 'output_text', text: 'said', annotations: [], logprobs: [] }],
};
const CALL = {
  id: 'fc_1',
  type: 'function_call',
  status: 'completed',
  call_id: 'c1',
  name: 'f',
  arguments: '{"n":1.0}',
};
const THOUGHT = {
  id: 'rs_1',
  type: 'reasoning',
  summary: [{ type: 'summary_text', text: 'hm' }],
  encrypted_content: 'E',
};
const SEARCH = {
  id: 'ws_1',
  type: 'web_search_call',
  status: 'completed',
  action: { type: 'search', query: 'q' },
};
const PATCH = { id: 'apc_1', type: 'apply_patch_call', status: 'completed', call_id: 'c2', operation: {} };
const OUTPUT = [THOUGHT, SEARCH, MESSAGE, CALL, PATCH];
const KNOWN = new Map(OUTPUT.map((item) => [item.id, JSON.stringify(item)]));

const recall = (id: string): string | undefined => KNOWN.get(id);
const reference = (id: string): object => ({ type: 'item_reference', id });

/** What the judge of a stream hands on to be kept. */
function keptOf(...events: readonly object[]): [string, unknown][] {
  const kept: [string, unknown][] = [];
  const judge = openaiResponses.judgeStream(
    'chat',
    (id, item) => void kept.push([id, JSON.parse(item) as unknown]),
  );
  for (const event of events) judge.judge(JSON.stringify(event), undefined);
  return kept;
}

function recalled(request: object, known = recall): unknown {
  const body = Buffer.from(JSON.stringify(request));
  return JSON.parse(joined(toCaller.recallItems?.([body], known) ?? []).toString());
}

describe('of an answer that passes by', () => {
  const done = OUTPUT.map((item) => ({ type: 'response.output_item.done', item }));

  it('keeps the items as they were, and of tools that ran at the provider only that they did', () => {
    expect(keptOf(...done)).toEqual([
      ['rs_1', THOUGHT],
      ['ws_1', { id: 'ws_1', type: 'web_search_call' }],
      ['msg_1', MESSAGE],
      ['fc_1', CALL],
      ['apc_1', PATCH],
    ]);
  });

  it('keeps the same of a whole answer', () => {
    const kept: string[] = [];
    const body = Buffer.from(JSON.stringify({ id: 'resp_1', output: OUTPUT, store: true }));
    openaiResponses.judgeAnswer('chat', body, (id) => void kept.push(id));
    expect(kept).toEqual(OUTPUT.map(({ id }) => id));
  });

  it('keeps nothing when the provider does not store it, for then nobody can name it', () => {
    const created = { type: 'response.created', response: { id: 'resp_1', store: false } };
    expect(keptOf(created, ...done)).toEqual([]);
    const body = Buffer.from(JSON.stringify({ id: 'resp_1', output: OUTPUT, store: false }));
    openaiResponses.judgeAnswer('chat', body, () => expect.unreachable('an item was kept'));
  });

  it('keeps no summary of the conversation that only its provider can read', () => {
    const item = { type: 'compaction', id: 'cmp_1', encrypted_content: 'E' };
    expect(keptOf({ type: 'response.output_item.done', item })).toEqual([]);
  });

  test.each([
    undefined,
    null,
    5,
    [],
    {},
    { id: 'x' },
    { id: 5, type: 'message' },
    { id: '', type: 'message' },
  ])('keeps nothing of %j, which is no item', (item) => {
    expect(keptOf({ type: 'response.output_item.done', item })).toEqual([]);
  });
});

describe('an item named by its id, for a provider of another format', () => {
  it('is what it said', () => {
    const input = [user, ...OUTPUT.map(({ id }) => reference(id))];
    const { turns, losses } = decode({ input }, recall);
    expect(turns[1]).toMatchObject({
      role: 'assistant',
      parts: [
        { kind: 'reasoning', text: 'hm', summary: true },
        { kind: 'text', text: 'said' },
        { kind: 'call', id: 'c1', name: 'f', arguments: '{"n":1.0}' },
      ],
    });
    expect(losses).toEqual(['server-tool']);
  });

  it('may leave its type out', () => {
    expect(decode({ input: [user, { id: 'msg_1' }] }, recall).turns[1]).toMatchObject({
      parts: [{ kind: 'text', text: 'said' }],
    });
  });

  it.each(['msg_9', 'ref_1'])('is a clear error when it is %s, which nobody remembers', (id) => {
    const known = (name: string): string | undefined =>
      name === 'ref_1' ? JSON.stringify(reference('ref_1')) : undefined;
    const decoded = outcome({ input: [user, reference(id)] }, known);
    expect(decoded).toMatchObject({ is: 'failed', fault: { code: 'untranslatable' } });
  });
});

describe('an item named by its id, for another provider of this format', () => {
  it('is told in full without its id; thoughts and tools of the other one are left out', () => {
    const input = [user, ...OUTPUT.map(({ id }) => reference(id)), { type: 'function_call_output' }];
    expect(recalled({ model: 'm', input, last: 1 })).toEqual({
      model: 'm',
      input: [
        user,
        {
          type: 'message',
          role: 'assistant',
          phase: 'final_answer',
          content: [{ type: 'output_text', text: 'said' }],
        },
        { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{"n":1.0}' },
        { type: 'apply_patch_call', call_id: 'c2', operation: {} },
        { type: 'function_call_output' },
      ],
      last: 1,
    });
  });

  it('stays a reference, byte for byte, when nobody but the provider knows it', () => {
    const body = Buffer.from('{ "input" : [ {"type":"item_reference","id":"x"} , {} ] }');
    expect(toCaller.recallItems?.([body], recall)).toEqual([body]);
  });

  it('is not mistaken for a text that speaks of references', () => {
    const said = { role: 'user', content: '{"type":"item_reference","id":"msg_1"}' };
    expect(recalled({ input: [said, { type: 'x', of: reference('msg_1') }] })).toEqual({
      input: [said, { type: 'x', of: reference('msg_1') }],
    });
  });

  it('takes any bytes', () => {
    const pieces = fc.constantFrom(
      '{"input":[',
      '{"type":"item_reference","id":"msg_1"}',
      ',',
      ']',
      '}',
      '"',
      '\\',
      '{',
      '[',
      ' ',
      'é',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (text) => {
        toCaller.recallItems?.([Buffer.from(text.join(''))], recall);
      }),
    );
  });
});

describe('of an answer that gw makes', () => {
  const events: readonly AnswerEvent[] = [
    START,
    open({ kind: 'reasoning' }),
    delta('hm'),
    { is: 'opaque', state: SIGNATURE },
    CLOSE,
    open({ kind: 'text' }),
    delta('so'),
    CLOSE,
    open({ kind: 'call', id: 'toolu_abc', name: 'f' }),
    delta('{}'),
    CLOSE,
  ];

  function keeping(request: object): {
    readonly echo: AnswerEcho;
    readonly items: Map<string, string>;
    readonly answers: Map<string, string>;
  } {
    const items = new Map<string, string>();
    const answers = new Map<string, string>();
    const keeper: AnswerEcho['keeper'] = {
      item: (id, text) => void items.set(id, text),
      answer: (id, said) => void answers.set(id, said),
    };
    return { echo: { ...echo(request), keeper }, items, answers };
  }

  it('keeps every item, so that its id alone brings back all that the item would have', () => {
    const made = keeping({ model: 'm', input: 'x' });
    const written = JSON.parse(toCaller.encodeAnswer([...events, ...END], made.echo).toString()) as {
      output: { id: string }[];
    };
    const named = [user, ...written.output.map(({ id }) => reference(id))];
    const known = (id: string): string | undefined => made.items.get(id);
    expect(decode({ input: named }, known)).toEqual(decode({ input: [user, ...written.output] }));
    const passed = Buffer.from(JSON.stringify(recalled({ input: named }, known)));
    expect(JSON.parse(toCaller.restoreState(passed, TARGET).toString())).toEqual({
      input: [
        user,
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'so' }] },
        { type: 'function_call', call_id: 'toolu_abc', name: 'f', arguments: '{}' },
      ],
    });
  });

  it('keeps the conversation with it, for a next turn that names nothing but the answer', () => {
    const made = keeping({ model: 'm', input: 'x' });
    toCaller.encodeAnswer([...events, ...END], made.echo);
    const said = made.answers.get('resp_ex1') ?? '';
    const next = { model: 'm', previous_response_id: 'resp_ex1', input: 'and?' };
    const body = toCaller.resume?.(Buffer.from(JSON.stringify(next)), said) ?? Buffer.alloc(0);
    expect(decode(JSON.parse(body.toString()) as object).turns).toEqual([
      { role: 'user', parts: [{ kind: 'text', text: 'x' }] },
      {
        role: 'assistant',
        parts: [
          { kind: 'reasoning', text: 'hm', opaque: [SIGNATURE] },
          { kind: 'text', text: 'so' },
          { kind: 'call', id: 'toolu_abc', name: 'f', arguments: '{}' },
        ],
      },
      { role: 'user', parts: [{ kind: 'text', text: 'and?' }] },
    ]);
  });

  it('keeps no conversation whose answer broke off, and nothing for a caller who wants nothing stored', () => {
    const broken = keeping({ model: 'm', input: 'x' });
    const encoder = toCaller.encodeStream(broken.echo);
    for (const event of events) encoder.push(event);
    expect([broken.items.size, broken.answers.size]).toEqual([3, 0]);
    const unstored = keeping({ model: 'm', input: 'x', store: false });
    toCaller.encodeAnswer([...events, ...END], unstored.echo);
    expect([unstored.items.size, unstored.answers.size]).toEqual([0, 0]);
  });
});

describe('a request that goes on from a conversation', () => {
  test.each([
    ['{"model":"m","previous_response_id":"r","input":[{"b":2}]}', '{"model":"m","input":[{"a":1},{"b":2}]}'],
    ['{"input":"x","previous_response_id":"r"}', '{"input":[{"a":1},{"role":"user","content":"x"}]}'],
    ['{"previous_response_id":"r","input":[ ]}', '{"input":[{"a":1}]}'],
    ['{"previous_response_id":"r","model":"m"}', '{"input":[{"a":1}],"model":"m"}'],
    ['{"previous_response_id":"r","input":null}', '{"input":[{"a":1}]}'],
    ['{"model":"m"}', '{"model":"m"}'],
  ])('%s has it in its input', (body, expected) => {
    expect(toCaller.resume?.(Buffer.from(body), '{"a":1}').toString()).toBe(expected);
  });
});
