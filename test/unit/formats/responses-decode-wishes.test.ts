import { describe, expect, it, test } from 'vitest';

import { decode, outcome, user } from './responses-codec.ts';

describe('the tools of a request', () => {
  const schema = '{"type":"object","properties":{"b":{"maximum":1.0},"a":{}}}';

  it('are functions and tools that take text, with their schemas as they were written', () => {
    const tools = `[{"type":"function","name":"f","description":"d","parameters":${schema},"strict":true},
      {"type":"custom","name":"apply_patch","format":{"type":"grammar","syntax":"lark","definition":"start: x"}}]`;
    const decoded = outcome(`{"input":"x","tools":${tools}}`);
    expect(decoded.is === 'ok' && decoded.value.tools).toEqual([
      { name: 'f', description: 'd', schema, strict: true },
      { name: 'apply_patch', custom: true, grammar: { syntax: 'lark', definition: 'start: x' } },
    ]);
  });

  it('are found in namespaces and in items, the calls of them too', () => {
    const f = { type: 'function', name: 'f', parameters: {} };
    const conversation = decode({
      input: [
        user,
        { type: 'additional_tools', role: 'developer', tools: [{ ...f, name: 'late' }] },
        { type: 'function_call', call_id: 'c', name: 'f', namespace: 'mcp__git', arguments: '{}' },
      ],
      tools: [
        { type: 'namespace', name: 'mcp__git', tools: [f] },
        { type: 'namespace', name: 'functions', tools: [{ ...f, name: 'shell' }] },
        f,
      ],
    });
    expect(conversation.tools.map(({ name }) => name)).toEqual(['mcp__git__f', 'shell', 'f', 'late']);
    expect(conversation.turns[1]?.parts[0]).toMatchObject({ kind: 'call', name: 'mcp__git__f' });
  });

  it('that the provider runs itself are lost, and said to be', () => {
    const conversation = decode({ input: 'x', tools: [{ type: 'web_search' }, { type: 'local_shell' }] });
    expect(conversation.tools).toEqual([]);
    expect(conversation.losses).toEqual(['server-tool']);
  });

  test.each<[unknown, unknown]>([
    ['auto', { mode: 'auto' }],
    ['none', { mode: 'none' }],
    ['required', { mode: 'required' }],
    [
      { type: 'function', name: 'f' },
      { mode: 'required', names: ['f'] },
    ],
    [
      { type: 'custom', name: 'f' },
      { mode: 'required', names: ['f'] },
    ],
    [
      { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'f' }] },
      { mode: 'auto', names: ['f'] },
    ],
    [undefined, undefined],
    ['toString', undefined],
    [{ type: 'web_search' }, undefined],
  ])('may be chosen by %j', (tool_choice, choice) => {
    expect(decode({ input: 'x', tool_choice }).toolChoice).toEqual(choice);
  });
});

describe('the wishes of a request', () => {
  it('are read field by field', () => {
    expect(
      decode({
        input: 'x',
        max_output_tokens: 5,
        temperature: 0.5,
        top_p: 0.9,
        parallel_tool_calls: false,
        reasoning: { effort: 'high', summary: 'auto' },
        text: {
          format: { type: 'json_schema', name: 'n', strict: true, schema: { a: 1 } },
          verbosity: 'low',
        },
        metadata: { k: 'v', n: 1 },
        service_tier: 'flex',
        safety_identifier: 'u',
        prompt_cache_key: 'k',
      }),
    ).toMatchObject({
      maxOutput: 5,
      temperature: 0.5,
      topP: 0.9,
      parallelCalls: false,
      reasoning: { mode: 'on', effort: 'high', show: true },
      output: { kind: 'schema', name: 'n', strict: true, schema: '{"a":1}' },
      verbosity: 'low',
      metadata: { k: 'v' },
      tier: 'flex',
      user: 'u',
      cacheKey: 'k',
      losses: [],
    });
  });

  test.each<[object, object | undefined]>([
    [{ effort: 'none' }, { mode: 'off', effort: 'none' }],
    [{ summary: 'auto' }, { mode: 'auto', show: true }],
    [{ effort: null, summary: null }, undefined],
    [{}, undefined],
  ])('think as %j asks', (reasoning, wish) => {
    expect(decode({ input: 'x', reasoning }).reasoning).toEqual(wish);
  });

  test.each<[object, string[]]>([
    [{ store: true }, ['field:store']],
    [{ store: false, background: false, truncation: 'disabled', stop: null }, []],
    [{ truncation: 'auto' }, ['field:truncation']],
    [{ max_tool_calls: 3, moderation: {} }, ['field:max_tool_calls', 'field:moderation']],
    [{ top_logprobs: 2 }, ['logprobs']],
    [{ include: ['message.output_text.logprobs'] }, ['logprobs']],
    [{ include: ['reasoning.encrypted_content'], stream_options: {}, client_metadata: {} }, []],
    [{ prompt_cache_retention: '24h' }, ['cache']],
    [{ reasoning: { effort: 'enormous' } }, ['effort']],
    [{ text: { format: { type: 'regex' } } }, ['field:text.format']],
  ])('that nobody else can grant are lost: %j', (more, losses) => {
    expect(decode({ input: 'x', ...more }).losses).toEqual(losses);
  });

  test.each<[object, string]>([
    [{ type: 'web_search_call', id: 'ws_1' }, 'server-tool'],
    [{ type: 'mcp_list_tools', id: 'm' }, 'server-tool'],
    [{ type: 'reasoning', id: 'rs_1', summary: [] }, 'reasoning'],
    [{ type: 'hologram' }, 'field:input.hologram'],
    [{ role: 'tool', content: 'x' }, 'field:input.role'],
    [{ role: 'user', content: [{ type: 'input_smell' }] }, 'field:input.input_smell'],
  ])('items nobody else knows are lost: %j', (item, loss) => {
    expect(decode({ input: [user, item] }).losses).toEqual([loss]);
  });
});
