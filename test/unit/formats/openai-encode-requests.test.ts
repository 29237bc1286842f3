import { describe, expect, it } from 'vitest';

import type { Conversation, ReasoningWish, Tool } from '../../../src/core/conversation.ts';
import { host } from './chat-samples.ts';
import { assistant, CALL, result, send, text, user } from './chat-sent.ts';

describe('tools for a chat host', () => {
  const schema = '{"type":"object", "properties":{"n":{"minimum":1.0}}}';

  it('keep their schema as it was written, or have one that takes nothing', () => {
    expect(send({ tools: [{ name: 'f', description: 'd', schema, strict: true }] }).text).toContain(
      `"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":${schema},"strict":true}}]`,
    );
    expect(send({ tools: [{ name: 'f' }] }).sent['tools']).toEqual([
      { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } },
    ]);
  });

  it('take text as an argument, which all hosts understand', () => {
    const { sent, losses } = send({ tools: [{ name: 'patch', custom: true }] });
    expect(sent['tools']).toMatchObject([
      { type: 'function', function: { name: 'patch', parameters: { required: ['input'] } } },
    ]);
    expect(losses).toEqual(['custom-tool']);
  });

  it('are chosen from as asked', () => {
    const tools: Tool[] = [{ name: 'f' }, { name: 'g' }];
    const choose = (choice: Conversation['toolChoice'], target = host()): unknown =>
      send({ tools, ...(choice && { toolChoice: choice }) }, target).sent['tool_choice'];
    expect(choose({ mode: 'auto' })).toBe('auto');
    expect(choose({ mode: 'none' })).toBe('none');
    expect(choose({ mode: 'required' })).toBe('required');
    expect(choose({ mode: 'required' }, host('tool-choice-any'))).toBe('any');
    expect(choose({ mode: 'required', names: ['f'] })).toEqual({ type: 'function', function: { name: 'f' } });
    const some = send({
      tools: [...tools, { name: 'h' }],
      toolChoice: { mode: 'auto', names: ['f', 'h'] },
    }).sent;
    expect(some).toMatchObject({
      tools: [{ function: { name: 'f' } }, { function: { name: 'h' } }],
      tool_choice: 'auto',
    });
  });

  it('go with a choice and a limit only when there are any', () => {
    expect(send({ toolChoice: { mode: 'auto' }, parallelCalls: false }).text).not.toMatch(
      /tool_choice|parallel/,
    );
    expect(send({ tools: [{ name: 'f' }], parallelCalls: false }).sent['parallel_tool_calls']).toBe(false);
  });

  it('have names that are legal there', () => {
    const turns = [assistant({ ...CALL, name: 'a.b' }), user(result('c1'))];
    const { text: body } = send({
      tools: [{ name: 'a.b' }],
      turns,
      toolChoice: { mode: 'required', names: ['a.b'] },
    });
    expect(body).not.toContain('a.b');
    expect(body.match(/"name":"a_x2e_b"/g)).toHaveLength(3);
  });
});

describe('wishes to a chat host', () => {
  it('name the limit as the host knows it', () => {
    expect(send({ maxOutput: 9 }).sent).toMatchObject({ max_completion_tokens: 9 });
    expect(send({ maxOutput: 9 }, host('max-tokens-old')).sent).toMatchObject({ max_tokens: 9 });
    expect(send({ seed: 1 }, host('random-seed')).sent).toMatchObject({ random_seed: 1 });
  });

  it('are told as far as the format goes', () => {
    const { sent, losses } = send({
      temperature: 0,
      topP: 0.5,
      seed: 3,
      presencePenalty: 1,
      frequencyPenalty: 0,
      stop: ['a', 'b', 'c', 'd', 'e'],
      topK: 5,
      candidates: 2,
      logprobs: 0,
      logitBias: '{}',
      user: 'u',
      metadata: {},
      tier: 'flex',
      verbosity: 'low',
    });
    expect(sent).toMatchObject({
      temperature: 0,
      top_p: 0.5,
      seed: 3,
      presence_penalty: 1,
      frequency_penalty: 0,
    });
    expect(sent['stop']).toEqual(['a', 'b', 'c', 'd']);
    expect(losses).toEqual([
      'candidates',
      'logit-bias',
      'logprobs',
      'metadata',
      'stop',
      'tier',
      'top-k',
      'user',
      'verbosity',
    ]);
  });

  it('leave out what a model that thinks refuses', () => {
    const { sent, losses } = send({ temperature: 0, topP: 1, seed: 3 }, { ...host(), samples: false });
    expect(sent).toEqual({ model: 'the-model', messages: [], seed: 3, stream: false });
    expect(losses).toEqual(['temperature', 'top-p']);
  });

  it('say how hard to think in words that hosts know, or not at all', () => {
    const effort = (reasoning: ReasoningWish, reasons?: boolean): unknown => {
      const { sent, losses } = send({ reasoning }, { ...host(), reasons });
      return [sent['reasoning_effort'], losses];
    };
    expect(effort({ mode: 'on', effort: 'high' })).toEqual(['high', []]);
    expect(effort({ mode: 'on', effort: 'xhigh' })).toEqual(['high', ['effort']]);
    expect(effort({ mode: 'on', effort: 'minimal' })).toEqual(['low', ['effort']]);
    expect(effort({ mode: 'on', budget: 20_000 })).toEqual(['high', []]);
    expect(effort({ mode: 'on', budget: 1024 })).toEqual(['low', []]);
    expect(effort({ mode: 'auto' })).toEqual([undefined, []]);
    expect(effort({ mode: 'off' })).toEqual([undefined, ['effort']]);
    expect(effort({ mode: 'on', effort: 'high' }, false)).toEqual([undefined, ['effort']]);
    expect(effort({ mode: 'off' }, false)).toEqual([undefined, []]);
  });

  it('ask for JSON by its schema, with the name that is demanded', () => {
    const schema = '{"type":"object", "minimum":1.0}';
    const { text: body } = send({ output: { kind: 'schema', schema, strict: true, name: 'my answer' } });
    expect(body).toContain(
      `"response_format":{"type":"json_schema","json_schema":{"name":"my_answer","schema":${schema},"strict":true}}`,
    );
    expect(send({ output: { kind: 'schema', schema } }).text).toContain('"name":"answer"');
  });

  it('ask for JSON without a schema in the prompt too, where hosts look for it', () => {
    const json = send({ turns: [user(text('hi'))], output: { kind: 'json' } }).sent;
    expect(json).toMatchObject({
      messages: [{ role: 'system', content: 'Answer with a JSON object.' }, {}],
      response_format: { type: 'json_object' },
    });
    expect(send({ turns: [user(text('as json'))], output: { kind: 'json' } }).sent.messages).toHaveLength(1);
    const { sent, losses } = send(
      { output: { kind: 'schema', schema: '{"a":1}' } },
      host('json-object-only'),
    );
    expect(sent).toMatchObject({ response_format: { type: 'json_object' } });
    expect(sent.messages).toEqual([
      { role: 'system', content: expect.stringContaining('{"a":1}') as string },
    ]);
    expect(losses).toEqual(['schema']);
  });
});
