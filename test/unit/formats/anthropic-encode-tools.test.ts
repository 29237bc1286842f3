import { describe, expect, it, test } from 'vitest';

import type { Conversation } from '../../../src/core/conversation.ts';
import { field } from '../../../src/lib/expect.ts';
import { assistant, call, encode, type Made, result, TOOL, user } from './anthropic-requests.ts';

describe('tools', () => {
  const schema = (made: Made): unknown => field((made.body['tools'] as unknown[])[0], 'input_schema');

  it('keep their schemas to the byte', () => {
    const given = '{"type":"object","properties":{"b":{"minimum":1.0},"2":{},"1":{}},"required":["b"]}';
    expect(encode({ tools: [{ name: 'f', schema: given }] }).text).toContain(`"input_schema":${given}`);
  });

  test.each<[string | undefined, unknown, boolean]>([
    [undefined, { type: 'object', properties: {} }, false],
    ['null', { type: 'object', properties: {} }, false],
    ['{}', { type: 'object', properties: {} }, false],
    ['{"properties":{"a":{}}}', { type: 'object', properties: { a: {} } }, false],
    ['{"type":["object","null"],"properties":{"a":{}}}', { type: 'object', properties: { a: {} } }, false],
    ['{"type":"string"}', { type: 'object', properties: {} }, true],
    ['true', { type: 'object', properties: {} }, true],
    ['not json', { type: 'object', properties: {} }, true],
    [
      '{"type":"object","oneOf":[{"properties":{"a":{"const":1}}},{"$ref":"#/$defs/B"}],"$defs":{"B":{"properties":{"b":{}}}}}',
      { type: 'object', properties: { a: { const: 1 }, b: {} }, $defs: { B: { properties: { b: {} } } } },
      true,
    ],
  ])('with the schema %s have %j', (given, sent, isLossy) => {
    const made = encode({ tools: [{ name: 'f', ...(given !== undefined && { schema: given }) }] });
    expect(schema(made)).toEqual(sent);
    expect(made.losses).toEqual(isLossy ? ['schema'] : []);
  });

  it('are spelled as names may be', () => {
    const tools = [{ ...TOOL, name: 'files.read' }];
    expect(encode({ tools, toolChoice: { mode: 'required', names: ['files.read'] } }).body).toMatchObject({
      tools: [{ name: 'files_x2e_read' }],
      tool_choice: { type: 'tool', name: 'files_x2e_read' },
    });
  });

  it('that take text take it as an argument', () => {
    const made = encode({
      tools: [{ name: 'patch', custom: true }],
      turns: [
        user('Hi'),
        assistant({ kind: 'call', id: 'c', name: 'patch', arguments: '*** Begin', custom: true }),
        user(result('c')),
      ],
    });
    expect(made.losses).toEqual(['custom-tool']);
    expect(schema(made)).toMatchObject({ required: ['input'] });
    expect(made.text).toContain('"input":{"input":"*** Begin"}');
  });

  it('are enforced where all of their schema can be', () => {
    const strict = (given: string, model = 'claude-opus-4-8'): Made =>
      encode({ tools: [{ name: 'f', schema: given, strict: true }] }, { model });
    const closed =
      '{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}';
    expect(strict(closed).body).toMatchObject({ tools: [{ strict: true }] });
    expect(strict(closed).losses).toEqual([]);
    for (const made of [
      strict(closed, 'claude-sonnet-4-0'),
      strict(closed.replace('"string"', '"string","minLength":3')),
    ]) {
      expect(made.losses).toEqual(['schema']);
      expect(field((made.body['tools'] as unknown[])[0], 'strict')).toBeUndefined();
    }
    const many = encode({
      tools: Array.from({ length: 25 }, (_, at) => ({ name: `f${at}`, schema: closed, strict: true })),
    });
    expect(
      (many.body['tools'] as Record<string, unknown>[]).filter((tool) => tool['strict'] === true),
    ).toHaveLength(20);
  });

  test.each<[Partial<Conversation>, unknown]>([
    [{}, undefined],
    [{ toolChoice: { mode: 'auto' } }, undefined],
    [{ parallelCalls: false }, { type: 'auto', disable_parallel_tool_use: true }],
    [{ parallelCalls: true, toolChoice: { mode: 'required' } }, { type: 'any' }],
    [{ toolChoice: { mode: 'none' }, parallelCalls: false }, { type: 'none' }],
    [
      { toolChoice: { mode: 'required' }, parallelCalls: false },
      { type: 'any', disable_parallel_tool_use: true },
    ],
    [{ toolChoice: { mode: 'required', names: ['g'] } }, { type: 'tool', name: 'g' }],
  ])('chosen %j are chosen %j', (asked, choice) => {
    const made = encode({ tools: [TOOL, { name: 'g' }], ...asked });
    expect(made.body['tool_choice']).toEqual(choice);
    expect(made.body['tools']).toHaveLength(2);
  });

  it('of which some may be called are told of alone', () => {
    const tools = [TOOL, { name: 'g' }, { name: 'h' }];
    const made = encode({ tools, toolChoice: { mode: 'required', names: ['h', 'f'] } });
    expect(made.body).toMatchObject({ tools: [{ name: 'f' }, { name: 'h' }], tool_choice: { type: 'any' } });
    const unknown = encode({ tools, toolChoice: { mode: 'auto', names: ['zz'] } });
    expect([unknown.losses, (unknown.body['tools'] as unknown[]).length]).toEqual([['tool-choice'], 3]);
  });

  it('cannot be forced on a model that always thinks', () => {
    const made = encode({ tools: [TOOL], toolChoice: { mode: 'required' } }, { model: 'claude-opus-5-5' });
    expect([made.body['tool_choice'], made.losses]).toEqual([undefined, ['tool-choice']]);
    const single = encode(
      { tools: [TOOL], toolChoice: { mode: 'required' }, parallelCalls: false },
      { model: 'claude-fable-5-1' },
    );
    expect(single.body['tool_choice']).toEqual({ type: 'auto', disable_parallel_tool_use: true });
  });

  it('that the history knows are named when the caller has none left', () => {
    const made = encode({ turns: [user('Hi'), assistant(call('c1')), user(result('c1'))] });
    expect(made.body).toMatchObject({
      tools: [{ name: 'f', input_schema: { type: 'object' } }],
      tool_choice: { type: 'none' },
    });
    expect(encode({}).body).not.toHaveProperty('tools');
  });
});

describe('the shape of an answer', () => {
  const closed =
    '{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}';

  it('is enforced by newer models', () => {
    const made = encode({ output: { kind: 'schema', schema: closed } });
    expect(made.body['output_config']).toEqual({
      format: { type: 'json_schema', schema: JSON.parse(closed) as unknown },
    });
    expect(made.losses).toEqual([]);
  });

  it('is asked for by a tool where it cannot be enforced', () => {
    for (const [model, given] of [
      ['claude-sonnet-4-0', closed],
      ['claude-opus-4-8', '{"type":"object","additionalProperties":{"type":"string"}}'],
      ['claude-opus-4-8', '{"type":"object","properties":{"next":{"$ref":"#"}}}'],
      [
        'claude-opus-4-8',
        '{"$ref":"#/$defs/T","$defs":{"T":{"type":"object","properties":{"t":{"$ref":"#/$defs/T"}}}}}',
      ],
    ] as const) {
      const made = encode({ tools: [TOOL], output: { kind: 'schema', schema: given } }, { model });
      expect(made.body).toMatchObject({
        tools: [{ name: 'f' }, { name: 'gw_answer_as_json' }],
        tool_choice: { type: 'any', disable_parallel_tool_use: true },
      });
    }
  });

  it('is told of in words where it is bounded', () => {
    const bounded = closed.replace('"string"', '"string","pattern":"^a"');
    const made = encode({ output: { kind: 'schema', schema: bounded } });
    expect(made.losses).toEqual(['schema']);
    expect(made.text).toContain('pattern');
  });
});
