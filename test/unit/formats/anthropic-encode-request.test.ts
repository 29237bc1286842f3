import { describe, expect, it, test } from 'vitest';

import type { Conversation, Part } from '../../../src/core/conversation.ts';
import type { TranslationTarget } from '../../../src/core/format.ts';
import { field } from '../../../src/lib/expect.ts';
import {
  assistant,
  call,
  encode,
  type Made,
  result,
  thought,
  TOOL,
  turn,
  user,
} from './anthropic-requests.ts';

describe('a request for Anthropic', () => {
  it('has a limit, the instructions apart and the messages', () => {
    expect(encode({ turns: [turn('system', ['Be kind.']), user('Hi')] })).toMatchObject({
      path: '/messages',
      losses: [],
      body: {
        model: 'claude-opus-4-8',
        max_tokens: 32_000,
        system: [{ type: 'text', text: 'Be kind.' }],
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
      },
    });
  });

  it('is the same every time', () => {
    const asked = { turns: [user('Hi'), assistant(call('a.b')), user(result('a.b'))], tools: [TOOL] };
    expect(encode(asked).text).toBe(encode(asked).text);
  });

  test.each<[Partial<Conversation>, Partial<TranslationTarget>, number]>([
    [{}, { model: 'claude-3-haiku-20240307' }, 4096],
    [{}, { model: 'glm-4.6' }, 4096],
    [{}, { maxOutput: 64_000 }, 64_000],
    [{ maxOutput: 100 }, {}, 100],
    [{ maxOutput: 100_000 }, { maxOutput: 64_000 }, 64_000],
  ])('%j for %j may answer with %s tokens', (asked, target, limit) => {
    expect(encode(asked, target).body['max_tokens']).toBe(limit);
  });

  it('for Vertex AI has its model in the path', () => {
    const made = encode(
      { stream: true },
      { quirks: ['anthropic-vertex'], model: 'claude-sonnet-4@20250514' },
    );
    expect(made.path).toBe('/models/claude-sonnet-4@20250514:streamRawPredict');
    expect(made.body).toMatchObject({ anthropic_version: 'vertex-2023-10-16', stream: true });
    expect(made.body).not.toHaveProperty('model');
    expect(encode({}, { quirks: ['anthropic-vertex'] }).path).toBe('/models/claude-opus-4-8:rawPredict');
  });

  it('tells what it cannot say', () => {
    const { losses, body } = encode({
      candidates: 2,
      presencePenalty: 1,
      logitBias: '{}',
      logprobs: 2,
      seed: 1,
      verbosity: 'low',
      metadata: { a: 'b' },
      user: 'u',
      output: { kind: 'json' },
      tier: 'flex',
      stop: ['\n', 'END'],
    });
    expect(losses).toEqual(
      'candidates json-output logit-bias logprobs metadata penalties seed stop tier user verbosity'.split(
        ' ',
      ),
    );
    expect(body['stop_sequences']).toEqual(['END']);
  });

  test.each([
    ['auto', 'auto'],
    ['standard_only', 'standard_only'],
    ['default', 'standard_only'],
    ['priority', undefined],
  ])('in the tier %s asks for %s', (tier, asked) => {
    expect(encode({ tier }).body['service_tier']).toBe(asked);
  });
});

describe('sampling', () => {
  test.each<[string, Partial<Conversation>, Record<string, number>, string[]]>([
    ['claude-3-5-sonnet', { temperature: 0.5, topK: 3 }, { temperature: 0.5, top_k: 3 }, []],
    ['claude-3-5-sonnet', { temperature: 1.5 }, { temperature: 1 }, ['temperature']],
    ['claude-sonnet-4-5', { temperature: 0.5, topP: 0.9 }, { temperature: 0.5 }, ['top-p']],
    ['claude-sonnet-4-5', { topP: 0.9 }, { top_p: 0.9 }, []],
    ['claude-opus-4-7', { temperature: 0, topP: 0.9, topK: 3 }, {}, ['temperature', 'top-k', 'top-p']],
    ['claude-opus-4-7', { temperature: 1 }, {}, []],
    ['glm-4.6', { temperature: 0.5, topP: 0.9 }, { temperature: 0.5, top_p: 0.9 }, []],
    ['claude-sonnet-4-5', { temperature: 0.5, reasoning: { mode: 'on', budget: 2000 } }, {}, ['temperature']],
    ['glm-4.6', { temperature: 0.5, reasoning: { mode: 'on', budget: 2000 } }, { temperature: 0.5 }, []],
  ])('of %s, of %j, is %j', (model, asked, sent, losses) => {
    const made = encode(asked, { model });
    const { temperature, top_p: topP, top_k: topK } = made.body;
    expect(JSON.parse(JSON.stringify({ temperature, top_p: topP, top_k: topK }))).toEqual(sent);
    expect(made.losses).toEqual(losses);
  });

  it('is left out for a model that is known to take none', () => {
    expect(encode({ temperature: 0.2 }, { model: 'glm-4.6', samples: false }).losses).toEqual([
      'temperature',
    ]);
  });
});

describe('thinking', () => {
  test.each<[string, Conversation['reasoning'], unknown, string | undefined, string[]]>([
    ['claude-opus-4-8', { mode: 'auto', effort: 'high' }, { type: 'adaptive' }, 'high', []],
    ['claude-opus-4-8', { mode: 'on', budget: 8000 }, { type: 'adaptive' }, 'medium', []],
    [
      'claude-opus-4-8',
      { mode: 'auto', show: true },
      { type: 'adaptive', display: 'summarized' },
      undefined,
      [],
    ],
    [
      'claude-opus-4-8',
      { mode: 'auto', show: false },
      { type: 'adaptive', display: 'omitted' },
      undefined,
      [],
    ],
    ['claude-opus-4-8', { mode: 'off' }, undefined, undefined, []],
    ['claude-opus-4-6', { mode: 'auto', effort: 'xhigh' }, { type: 'adaptive' }, 'max', []],
    ['claude-sonnet-5', { mode: 'off' }, { type: 'disabled' }, undefined, []],
    ['claude-sonnet-5', { mode: 'auto', effort: 'none' }, { type: 'disabled' }, undefined, []],
    ['claude-fable-5', { mode: 'off' }, undefined, 'low', ['effort']],
    [
      'claude-sonnet-4-5',
      { mode: 'on', budget: 4000 },
      { type: 'enabled', budget_tokens: 4000 },
      undefined,
      [],
    ],
    [
      'claude-sonnet-4-5',
      { mode: 'auto', effort: 'minimal' },
      { type: 'enabled', budget_tokens: 1024 },
      undefined,
      [],
    ],
    ['claude-sonnet-4-5', { mode: 'auto' }, { type: 'enabled', budget_tokens: 8192 }, undefined, []],
    [
      'claude-sonnet-4-5',
      { mode: 'on', budget: 50_000 },
      { type: 'enabled', budget_tokens: 25_600 },
      undefined,
      ['effort'],
    ],
    [
      'claude-opus-4-5',
      { mode: 'auto', effort: 'high' },
      { type: 'enabled', budget_tokens: 24_576 },
      'high',
      [],
    ],
    ['claude-3-5-haiku', { mode: 'on', budget: 4000 }, undefined, undefined, ['effort']],
    ['glm-4.6', { mode: 'off' }, { type: 'disabled' }, undefined, []],
    ['glm-4.6', { mode: 'on', budget: 2000 }, { type: 'enabled', budget_tokens: 2000 }, undefined, []],
    ['glm-4.6', undefined, undefined, undefined, []],
  ])('of %s wished %j is %j, %s', (model, reasoning, thinking, effort, losses) => {
    const made = encode(reasoning ? { reasoning } : {}, { model });
    expect(made.body['thinking']).toEqual(thinking);
    expect(field(made.body['output_config'], 'effort')).toBe(effort);
    expect(made.losses).toEqual(losses);
  });

  it('is not asked of a model that cannot', () => {
    const made = encode({ reasoning: { mode: 'on' } }, { model: 'some-model', reasons: false });
    expect([made.body['thinking'], made.losses]).toEqual([undefined, ['effort']]);
  });

  const budget = { reasoning: { mode: 'on', budget: 2000 }, tools: [TOOL] } as const;

  it('with a budget gives way to a forced tool, as it likes it does not', () => {
    const forced = { ...budget, toolChoice: { mode: 'required' } } as const;
    expect(encode(forced, { model: 'claude-sonnet-4-5' })).toMatchObject({
      losses: ['effort'],
      body: { tool_choice: { type: 'any' } },
    });
    expect(encode(forced, { model: 'claude-sonnet-4-5' }).body).not.toHaveProperty('thinking');
    const forbidden = { ...budget, toolChoice: { mode: 'none' } } as const;
    expect(encode(forbidden, { model: 'claude-sonnet-4-5' }).body).toHaveProperty('thinking');
    expect(encode(forced).body).toMatchObject({
      thinking: { type: 'adaptive' },
      tool_choice: { type: 'any' },
    });
  });

  it('with a budget gives way when a round of calls began without it', () => {
    const model = { model: 'claude-sonnet-4-5' };
    const midway = (...first: readonly Part[]): Made =>
      encode({ ...budget, turns: [user('Hi'), assistant(...first, call('c1')), user(result('c1'))] }, model);
    expect(midway().losses).toEqual(['effort']);
    expect(midway(thought('EqQB')).body).toHaveProperty('thinking');
    const done = [user('Hi'), assistant(call('c1')), user(result('c1')), assistant('done'), user('more')];
    expect(encode({ ...budget, turns: done }, model).body).toHaveProperty('thinking');
    expect(
      encode({ ...budget, turns: [user('Hi'), assistant(call('c1')), user(result('c1'))] }).body,
    ).toHaveProperty('thinking');
  });

  it('with a budget gives way to a prefilled answer and to a small limit', () => {
    const model = { model: 'claude-sonnet-4-5' };
    expect(encode({ ...budget, turns: [user('Hi'), assistant('{')] }, model).losses).toEqual(['effort']);
    expect(encode({ ...budget, maxOutput: 1024 }, model).losses).toEqual(['effort']);
    expect(encode({ ...budget, maxOutput: 1500 }, model).body['thinking']).toEqual({
      type: 'enabled',
      budget_tokens: 1200,
    });
  });
});
