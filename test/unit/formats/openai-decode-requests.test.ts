import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeRequest } from '../../../src/formats/openai-chat/decode-request.ts';
import { decoded } from './chat-samples.ts';

function fields(request: object): object {
  const { turns: _, tools: __, ...rest } = decoded({ messages: [], ...request });
  return rest;
}

const USER = { role: 'user', content: 'hi' };

describe('the tools of a chat request', () => {
  it('keep their schema as it was written', () => {
    const body = `{"messages":[],"tools":[{"type":"function","function":{"name":"f","description":"d","strict":true,
      "parameters":{"type":"object", "properties":{"b":{"minimum":1.0},"a":{}}}}}]}`;
    expect(decoded(body).tools).toEqual([
      {
        name: 'f',
        description: 'd',
        schema: '{"type":"object", "properties":{"b":{"minimum":1.0},"a":{}}}',
        strict: true,
      },
    ]);
  });

  it('may take text, be written without a type, or be of the time before', () => {
    const grammar = { syntax: 'lark', definition: 'start: "x"' };
    const custom = { type: 'custom', custom: { name: 'patch', format: { type: 'grammar', grammar } } };
    expect(decoded({ messages: [], tools: [custom, { function: { name: 'f' } }] }).tools).toEqual([
      { name: 'patch', custom: true, grammar },
      { name: 'f' },
    ]);
    const old = decoded({ messages: [], functions: [{ name: 'f' }], function_call: { name: 'f' } });
    expect(old).toMatchObject({
      tools: [{ name: 'f' }],
      toolChoice: { mode: 'required', names: ['f'] },
      parallelCalls: false,
    });
  });

  it("are lost when they run at the caller's own provider", () => {
    const conversation = decoded({
      messages: [],
      tools: [{ type: 'openrouter:web_search' }, { type: 'function' }],
    });
    expect(conversation.tools).toEqual([]);
    expect(conversation.losses).toEqual(['server-tool']);
  });

  it('are chosen from in every way there is', () => {
    const choices: readonly (readonly [unknown, unknown])[] = [
      ['auto', { mode: 'auto' }],
      ['none', { mode: 'none' }],
      ['required', { mode: 'required' }],
      ['any', { mode: 'required' }],
      [
        { type: 'function', function: { name: 'f' } },
        { mode: 'required', names: ['f'] },
      ],
      [{ function: { name: 'f' } }, { mode: 'required', names: ['f'] }],
      [
        { type: 'custom', custom: { name: 'p' } },
        { mode: 'required', names: ['p'] },
      ],
      [
        {
          type: 'allowed_tools',
          allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'f' } }] },
        },
        { mode: 'auto', names: ['f'] },
      ],
    ];
    for (const [choice, wanted] of choices)
      expect(decoded({ messages: [], tool_choice: choice }).toolChoice).toEqual(wanted);
    expect(decoded({ messages: [], tool_choice: 'sometimes' }).losses).toEqual(['tool-choice']);
  });
});

describe('the wishes of a chat request', () => {
  it('are kept when they are said, and absent when they are not', () => {
    expect(fields({ model: 'm', temperature: null, stop: null })).toEqual({
      stream: false,
      wantsUsage: true,
      losses: [],
    });
    expect(
      fields({
        max_completion_tokens: 5,
        max_tokens: 9,
        temperature: 0,
        top_p: 0.5,
        top_k: 3,
        seed: 1,
        presence_penalty: 0.1,
        frequency_penalty: 0.2,
        logit_bias: { '1': 5 },
        n: 2,
        stop: 'x',
        logprobs: true,
        top_logprobs: 2,
        verbosity: 'low',
        user: 'u',
        service_tier: 'flex',
        prompt_cache_key: 'k',
        metadata: { a: 'b', c: 3 },
        parallel_tool_calls: false,
      }),
    ).toEqual({
      maxOutput: 5,
      temperature: 0,
      topP: 0.5,
      topK: 3,
      seed: 1,
      stop: ['x'],
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      logitBias: '{"1":5}',
      candidates: 2,
      logprobs: 2,
      verbosity: 'low',
      user: 'u',
      tier: 'flex',
      cacheKey: 'k',
      metadata: { a: 'b' },
      parallelCalls: false,
      stream: false,
      wantsUsage: true,
      losses: [],
    });
  });

  it('say how hard to think in several words', () => {
    const wishes: readonly (readonly [object, unknown])[] = [
      [{ reasoning_effort: 'high' }, { mode: 'on', effort: 'high' }],
      [{ reasoning_effort: 'none' }, { mode: 'off' }],
      [{ reasoning: { effort: 'low', exclude: true } }, { mode: 'on', effort: 'low', show: false }],
      [{ reasoning: { max_tokens: 2000 } }, { mode: 'on', budget: 2000 }],
      [{ reasoning: { enabled: true } }, { mode: 'on' }],
      [{ thinking: { type: 'disabled' } }, { mode: 'off' }],
      [
        { enable_thinking: true, thinking_budget: 50 },
        { mode: 'on', budget: 50 },
      ],
      [{}, undefined],
    ];
    for (const [wish, wanted] of wishes) expect(decoded({ messages: [], ...wish }).reasoning).toEqual(wanted);
    expect(decoded({ messages: [], reasoning_effort: 'default' }).losses).toEqual(['effort']);
  });

  it('say what shape the answer is to have', () => {
    const schema = { name: 'n', description: 'd', strict: true, schema: { type: 'object' } };
    const shapes: readonly (readonly [unknown, unknown])[] = [
      [{ type: 'json_object' }, { kind: 'json' }],
      [{ type: 'text' }, undefined],
      [
        { type: 'json_schema', json_schema: schema },
        { kind: 'schema', ...schema, schema: '{"type":"object"}' },
      ],
    ];
    for (const [format, wanted] of shapes)
      expect(decoded({ messages: [], response_format: format }).output).toEqual(wanted);
  });

  it('are named when there is no word for them', () => {
    const { losses } = decoded({
      messages: [{ ...USER, name: 'Ann' }],
      modalities: ['text', 'audio'],
      web_search_options: {},
      prediction: {},
      store: false,
      'bad\r\nheader': 1,
      prompt_cache_retention: '24h',
      usage: { include: true },
    });
    expect([...losses].sort()).toEqual([
      'cache',
      'field:?',
      'field:modalities',
      'field:name',
      'field:prediction',
      'server-tool',
    ]);
  });

  it('ask for usage at the end of a stream, or do not', () => {
    const asked = { model: 'm', stream: true, recall: () => undefined };
    const wants = (options: unknown): unknown => {
      const body = Buffer.from(JSON.stringify({ messages: [], stream: true, stream_options: options }));
      const outcome = decodeRequest(body, asked);
      return outcome.is === 'ok' && outcome.value.wantsUsage;
    };
    expect([wants({ include_usage: true }), wants({ include_usage: false }), wants(undefined)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('a body that is no chat request', () => {
  it('is refused with the place that is wrong', () => {
    const refused: readonly (readonly [string, string])[] = [
      ['', 'JSON object'],
      ['[]', 'JSON object'],
      ['{}', '"messages" is missing'],
      ['{"messages":{}}', '"messages" is missing'],
      [
        '{"messages":[{"role":"user","content":"a"},{"role":"model"}]}',
        'messages[1] has a role that is not known: "model"',
      ],
      ['{"messages":[{}]}', 'messages[0] has no role'],
      ['{"messages":["x"]}', 'messages[0] is no object'],
    ];
    for (const [body, words] of refused) {
      const outcome = decodeRequest(Buffer.from(body), {
        model: 'm',
        stream: false,
        recall: () => undefined,
      });
      expect(outcome).toMatchObject({ is: 'failed', fault: { code: 'bad_request' } });
      if (outcome.is === 'failed') expect(outcome.fault.message).toContain(words);
    }
  });

  it('never breaks its reader', () => {
    const odd = fc.jsonValue({ maxDepth: 2 });
    const keys = (...names: string[]): fc.Arbitrary<unknown> =>
      fc.dictionary(fc.constantFrom('__proto__', ...names), odd);
    const anyMessage = fc.oneof(
      odd,
      fc
        .tuple(
          fc.constantFrom('user', 'assistant', 'tool', 'function', 'system'),
          keys('content', 'tool_calls', 'name'),
          fc.array(keys('type', 'text', 'image_url', 'file', 'id', 'function', 'data')),
        )
        .map(([role, message, list]) => ({
          ...(message as object),
          role,
          content: list,
          tool_calls: list,
          reasoning_details: list,
        })),
    );
    fc.assert(
      fc.property(
        fc.array(anyMessage),
        keys('tools', 'tool_choice', 'reasoning', 'response_format', 'stop', 'metadata'),
        (messages, rest) => {
          const body = Buffer.from(JSON.stringify({ ...(rest as object), messages }));
          const outcome = decodeRequest(body, { model: 'm', stream: false, recall: () => undefined });
          expect(['ok', 'failed']).toContain(outcome.is);
        },
      ),
    );
  });
});
