import { describe, expect, test } from 'vitest';

import type { Conversation } from '../../../src/core/conversation.ts';
import { FORMATS } from '../../../src/formats/index.ts';
import { conversation, encode as encodeFor } from './provider-format.ts';

const format = FORMATS['bedrock-converse'];

const CLAUDE = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const NOVA = 'amazon.nova-lite-v1:0';

function encode(fields: Partial<Conversation>, model = CLAUDE) {
  return encodeFor(format, conversation(fields), { model });
}

describe('what a request to Bedrock settles', () => {
  test.each([
    [CLAUDE, { mode: 'on', budget: 2000 }, { thinking: { type: 'enabled', budget_tokens: 2000 } }, []],
    [
      'anthropic.claude-opus-4-6-v1',
      { mode: 'on', effort: 'high' },
      { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
      [],
    ],
    ['openai.gpt-oss-120b-1:0', { mode: 'on', effort: 'xhigh' }, { reasoning_effort: 'high' }, ['effort']],
    ['openai.gpt-oss-120b-1:0', { mode: 'off' }, undefined, ['effort']],
    ['qwen.qwen3-32b-v1:0', { mode: 'on', effort: 'high' }, { reasoning_config: 'high' }, []],
    [
      'us.amazon.nova-2-lite-v1:0',
      { mode: 'on', effort: 'low' },
      { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } },
      [],
    ],
    ['us.amazon.nova-2-lite-v1:0', { mode: 'off' }, undefined, []],
    ['meta.llama4-scout', { mode: 'on', effort: 'low' }, undefined, ['effort']],
  ] as const)('asks %s to think by %j', (model, reasoning, fields, losses) => {
    const sent = encode({ reasoning }, model);
    expect(sent.body.additionalModelRequestFields).toEqual(fields);
    expect(sent.losses).toEqual(losses);
  });

  test('leaves room for a thought that has a budget, and no say in sampling beside it', () => {
    const { body, losses } = encode({
      reasoning: { mode: 'on', budget: 2000 },
      temperature: 0.5,
      topK: 3,
      topP: 0.5,
    });
    expect(body.inferenceConfig).toEqual({ maxTokens: 32_000 });
    expect(losses).toEqual(['temperature', 'top-k', 'top-p']);
  });

  test('samples within what the service takes', () => {
    expect(encode({ temperature: 1.5, topP: 0.5, topK: 4 }, NOVA)).toMatchObject({
      body: {
        inferenceConfig: { temperature: 1, topP: 0.5 },
        additionalModelRequestFields: { inferenceConfig: { topK: 4 } },
      },
      losses: ['temperature'],
    });
    expect(encode({ topK: 4 }).body.additionalModelRequestFields).toEqual({ top_k: 4 });
    expect(encode({ topK: 4 }, 'meta.llama4-scout').losses).toEqual(['top-k']);
  });

  test('asks for JSON of a schema where the model has that, else by words', () => {
    const schema = '{"type":"object","properties":{"b":{"type":"string"}},"required":["b"]}';
    const output = { kind: 'schema', name: 'City!', schema } as const;
    const { body, losses } = encode({ output });
    const { name, schema: told } = body.outputConfig.textFormat.structure.jsonSchema;
    expect(name).toBe('City_');
    expect(JSON.parse(told)).toEqual({ ...JSON.parse(schema), additionalProperties: false });
    expect(losses).toEqual([]);
    const words = encode({ output }, NOVA);
    expect(words.body.outputConfig).toBeUndefined();
    expect(words.body.system[0].text).toContain(schema);
    expect(words.losses).toEqual(['json-output']);
  });

  test('reports every wish that the service has no word for', () => {
    const { losses, body } = encode({
      tools: [{ name: 'raw', custom: true, strict: true }],
      candidates: 2,
      logprobs: 1,
      logitBias: '{}',
      seed: 1,
      presencePenalty: 1,
      user: 'u',
      metadata: { a: 'b' },
      tier: 'scale',
      verbosity: 'low',
      parallelCalls: false,
      stop: [' ', 'X'],
    });
    expect(losses).toEqual([
      'candidates',
      'custom-tool',
      'logit-bias',
      'logprobs',
      'metadata',
      'parallel-calls',
      'penalties',
      'seed',
      'stop',
      'tier',
      'user',
      'verbosity',
    ]);
    expect(body.inferenceConfig.stopSequences).toEqual(['X']);
    expect(encode({ tier: 'priority' }).body.serviceTier).toEqual({ type: 'priority' });
  });
});
