import { describe, expect, it, test } from 'vitest';

import type { Conversation } from '../../../src/core/conversation.ts';
import { ask, decode } from './anthropic-reading.ts';

describe('a request of an Anthropic caller', () => {
  it('has its instructions first, and its messages in their order', () => {
    expect(
      ask({
        system: [{ type: 'text', text: 'Be kind.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'system', content: 'Be brief.' },
          { role: 'assistant', content: [{ type: 'text', text: 'ok' }] },
        ],
      }),
    ).toMatchObject({
      turns: [
        { role: 'system', parts: [{ kind: 'text', text: 'Be kind.', cache: { ttl: '1h' } }] },
        { role: 'user', parts: [{ kind: 'text', text: 'Hi' }] },
        { role: 'system', parts: [{ kind: 'text', text: 'Be brief.' }] },
        { role: 'assistant', parts: [{ kind: 'text', text: 'ok' }] },
      ],
      maxOutput: 10,
      stream: true,
      wantsUsage: true,
      losses: [],
    });
  });

  it('has no defaults', () => {
    expect(Object.keys(ask({})).sort()).toEqual(
      ['losses', 'maxOutput', 'stream', 'tools', 'turns', 'wantsUsage'].sort(),
    );
  });

  it('loses the line for Anthropic’s accounts, which changes every time', () => {
    const system = [
      {
        type: 'text',
        text: 'x-anthropic-billing-header: cc_version=2.1.37.0d9; cc_entrypoint=cli; cch=fa690;',
      },
      { type: 'text', text: 'You are Claude Code.' },
    ];
    expect(ask({ system }).turns[0]?.parts).toEqual([{ kind: 'text', text: 'You are Claude Code.' }]);
  });

  it('tells the fields the hub has no word for', () => {
    const losses = ask({
      context_management: { edits: [] },
      container: null,
      output_config: { task_budget: {}, effort: 'low' },
      mcp_servers: [],
      'bad\nname': 1,
    }).losses;
    expect([...losses].sort()).toEqual([
      'field:?',
      'field:context_management',
      'field:mcp_servers',
      'field:output_config.task_budget',
    ]);
  });

  it('puts a mark on the whole request on its last block', () => {
    const messages = [
      { role: 'user', content: 'Hi' },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'a' },
          { type: 'thinking', thinking: 'b', signature: 'c' },
        ],
      },
    ];
    expect(
      ask({ messages, cache_control: { type: 'ephemeral', ttl: '5m' } }).turns.at(-1)?.parts,
    ).toMatchObject([{ kind: 'text', cache: { ttl: '5m' } }, { kind: 'reasoning' }]);
  });

  test.each([
    ['', 'the body is not a JSON object'],
    ['[]', 'the body is not a JSON object'],
    ['{"messages":"Hi"}', '"messages" must be a list'],
    ['{"messages":[{"role":"robot","content":"Hi"}]}', 'messages.0: unknown role'],
    ['{"messages":[7]}', 'messages.0: unknown role'],
  ])('that is %s is refused', (body, message) => {
    expect(() => decode(body)).toThrow(message);
  });

  test.each<[Record<string, unknown>, Partial<Conversation>]>([
    [
      { temperature: 0.5, top_p: 0.9, top_k: 3 },
      { temperature: 0.5, topP: 0.9, topK: 3 },
    ],
    [{ stop_sequences: ['END', 7] }, { stop: ['END'] }],
    [
      { metadata: { user_id: 'u' }, service_tier: 'auto' },
      { user: 'u', tier: 'auto' },
    ],
    [{ thinking: { type: 'enabled', budget_tokens: 2000 } }, { reasoning: { mode: 'on', budget: 2000 } }],
    [
      { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'xhigh' } },
      { reasoning: { mode: 'auto', effort: 'xhigh', show: true } },
    ],
    [{ thinking: { type: 'adaptive', display: 'omitted' } }, { reasoning: { mode: 'auto', show: false } }],
    [{ thinking: { type: 'disabled' }, output_config: { effort: 'high' } }, { reasoning: { mode: 'off' } }],
    [{ thinking: { type: 'between_tools' } }, { reasoning: { mode: 'auto', effort: 'low' } }],
    [{ output_config: { effort: 'low' } }, { reasoning: { mode: 'auto', effort: 'low' } }],
    [
      { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
      { output: { kind: 'schema', schema: '{"type":"object"}' } },
    ],
  ])('%j means %j', (asked, meant) => {
    expect(ask(asked)).toMatchObject(meant);
  });
});

describe('tools', () => {
  it('keep their schemas to the byte', () => {
    const { tools, losses } = decode(
      '{"messages":[],"tools":[{"name":"f","type":"custom","description":"d","strict":true,' +
        '"input_schema": {"type":"object","minimum":1.0,"2":1,"1":2},"cache_control":{"type":"ephemeral"}}]}',
    );
    expect(tools).toEqual([
      {
        name: 'f',
        description: 'd',
        strict: true,
        schema: '{"type":"object","minimum":1.0,"2":1,"1":2}',
        cache: {},
      },
    ]);
    expect(losses).toEqual([]);
  });

  it('of Anthropic’s own are lost, with the wish to call them', () => {
    const own = { type: 'web_search_20250305', name: 'web_search' };
    const made = ask({ tools: [own, { name: 'f' }], tool_choice: { type: 'tool', name: 'web_search' } });
    expect(made.tools).toEqual([{ name: 'f' }]);
    expect(made.toolChoice).toBeUndefined();
    expect([...made.losses].sort()).toEqual(['server-tool', 'tool-choice']);
    expect(ask({ tools: [own], tool_choice: { type: 'any' } }).losses).toContain('tool-choice');
    expect(ask({ tools: [{ name: 'f', defer_loading: true }] }).losses).toEqual(['field:defer_loading']);
    expect(ask({ tools: [{ name: 'f', defer_loading: false }] }).losses).toEqual([]);
  });

  test.each<[unknown, Partial<Conversation>]>([
    [{ type: 'auto' }, { toolChoice: { mode: 'auto' } }],
    [{ type: 'any' }, { toolChoice: { mode: 'required' } }],
    [{ type: 'none' }, { toolChoice: { mode: 'none' } }],
    [{ type: 'tool', name: 'f' }, { toolChoice: { mode: 'required', names: ['f'] } }],
    [
      { type: 'auto', disable_parallel_tool_use: true },
      { toolChoice: { mode: 'auto' }, parallelCalls: false },
    ],
    [{ type: 'other' }, {}],
  ])('chosen by %j are chosen %j', (choice, meant) => {
    const { toolChoice, parallelCalls } = ask({ tools: [{ name: 'f' }], tool_choice: choice });
    expect(JSON.parse(JSON.stringify({ toolChoice, parallelCalls }))).toEqual(meant);
  });
});
