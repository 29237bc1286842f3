import { describe, expect, test } from 'vitest';

import type { Conversation, Turn } from '../../../src/core/conversation.ts';
import { conversation, encode, turns } from './gemini-asking.ts';

describe('what a Gemini provider is asked for', () => {
  test('declares tools with their schema as it was written', () => {
    const schema = '{ "type":"object", "properties":{"b":{"const":1.0},"a":{}} }';
    const { text, losses } = encode({
      tools: [
        { name: 'f', description: 'F', schema },
        { name: 'g', schema: '{"type":"object","properties":{}}' },
        { name: 'h' },
      ],
    });
    expect(text).toContain(
      `"tools":[{"functionDeclarations":[{"name":"f","description":"F","parametersJsonSchema":${schema}},{"name":"g"},{"name":"h"}]}]`,
    );
    expect(losses).toEqual([]);
  });

  test('declares tools in OpenAPI where the host knows nothing else', () => {
    const tools = [
      { name: 'f', schema: '{"type":"object","properties":{"a":{"type":"string","format":"uuid"}}}' },
    ];
    const { body, losses } = encode({ tools }, { quirks: ['openapi-schemas'] });
    expect(body.tools[0].functionDeclarations[0].parameters).toEqual({
      type: 'OBJECT',
      properties: { a: { type: 'STRING', description: 'format: uuid.' } },
    });
    expect(losses).toEqual(['schema']);
  });

  test('tells a tool that takes text as one that takes an object', () => {
    const { body, losses } = encode({
      tools: [{ name: 'patch', custom: true }],
      ...turns(
        ['assistant', { kind: 'call', id: 'a', name: 'patch', arguments: 'not "JSON"', custom: true }],
        ['user', { kind: 'result', id: 'a', content: [] }],
      ),
    });
    expect(body.contents[1].parts[0].functionCall.args).toEqual({ input: 'not "JSON"' });
    expect(body.tools[0].functionDeclarations[0].parametersJsonSchema.required).toEqual(['input']);
    expect(losses).toEqual(['custom-tool']);
  });

  test.each<[Partial<Conversation>, object | undefined]>([
    [{}, undefined],
    [{ toolChoice: { mode: 'auto' } }, { mode: 'AUTO' }],
    [{ toolChoice: { mode: 'none' } }, { mode: 'NONE' }],
    [{ toolChoice: { mode: 'required' } }, { mode: 'ANY' }],
    [{ toolChoice: { mode: 'required', names: ['f'] } }, { mode: 'ANY', allowedFunctionNames: ['f'] }],
    [{ toolChoice: { mode: 'auto', names: ['f'] } }, { mode: 'VALIDATED', allowedFunctionNames: ['f'] }],
    [{ tools: [{ name: 'f', strict: true }] }, { mode: 'VALIDATED' }],
  ])('says of tools %j', (more, functionCallingConfig) => {
    const { toolConfig } = encode({ tools: [{ name: 'f' }], ...more }).body;
    expect(toolConfig?.functionCallingConfig).toEqual(functionCallingConfig);
  });

  test.each<[string, Partial<Conversation>, object | undefined, string[]]>([
    ['gemini-2.5-pro', {}, undefined, []],
    [
      'gemini-2.5-pro',
      { maxOutput: 9, temperature: 0, topK: 1, stop: ['x'], seed: 1 },
      { maxOutputTokens: 9, temperature: 0, topK: 1, stopSequences: ['x'], seed: 1 },
      [],
    ],
    ['gemini-2.5-pro', { temperature: 3 }, { temperature: 2 }, ['temperature']],
    [
      'gemini-2.5-pro',
      { stop: ['1', '2', '3', '4', '5', '6'] },
      { stopSequences: ['1', '2', '3', '4', '5'] },
      ['stop'],
    ],
    ['gemini-2.5-pro', { seed: 2 ** 40 }, undefined, ['seed']],
    ['gemini-2.5-pro', { presencePenalty: 1 }, undefined, ['penalties']],
    ['gemini-3-pro', { presencePenalty: 1 }, { presencePenalty: 1 }, []],
    [
      'gemini-2.5-pro',
      { candidates: 3, logprobs: 1, logitBias: '{}', user: 'u', verbosity: 'low', metadata: {} },
      undefined,
      ['candidates', 'logit-bias', 'logprobs', 'metadata', 'user', 'verbosity'],
    ],
    ['gemini-2.5-pro', { output: { kind: 'json' } }, { responseMimeType: 'application/json' }, []],
    [
      'gemini-2.5-pro',
      { output: { kind: 'schema', schema: '{"const":1}' } },
      { responseMimeType: 'application/json', responseJsonSchema: { enum: [1] } },
      [],
    ],
    ['gemini-2.5-pro', { output: { kind: 'json' }, tools: [{ name: 'f' }] }, undefined, ['json-output']],
    [
      'gemini-3-pro',
      { output: { kind: 'json' }, tools: [{ name: 'f' }] },
      { responseMimeType: 'application/json' },
      [],
    ],
    ['gemini-2.5-flash', { reasoning: { mode: 'off' } }, { thinkingConfig: { thinkingBudget: 0 } }, []],
    ['gemini-2.5-pro', { reasoning: { mode: 'off' } }, { thinkingConfig: { thinkingBudget: 128 } }, []],
    [
      'gemini-2.5-pro',
      { reasoning: { mode: 'on', effort: 'medium', show: true } },
      { thinkingConfig: { includeThoughts: true, thinkingBudget: 8192 } },
      [],
    ],
    [
      'gemini-2.5-flash',
      { reasoning: { mode: 'on', budget: 99999 } },
      { thinkingConfig: { thinkingBudget: 24576 } },
      [],
    ],
    ['gemini-2.5-flash', { reasoning: { mode: 'on' } }, { thinkingConfig: { thinkingBudget: -1 } }, []],
    ['gemini-2.5-flash', { reasoning: { mode: 'auto' } }, undefined, []],
    [
      'gemini-2.5-flash',
      { reasoning: { mode: 'auto', show: true } },
      { thinkingConfig: { includeThoughts: true } },
      [],
    ],
    [
      'gemini-3-flash-preview',
      { reasoning: { mode: 'off' } },
      { thinkingConfig: { thinkingLevel: 'MINIMAL' } },
      [],
    ],
    [
      'gemini-3.1-pro-preview',
      { reasoning: { mode: 'on', effort: 'minimal' } },
      { thinkingConfig: { thinkingLevel: 'LOW' } },
      [],
    ],
    [
      'gemini-3-pro-preview',
      { reasoning: { mode: 'on', effort: 'max' } },
      { thinkingConfig: { thinkingLevel: 'HIGH' } },
      [],
    ],
    ['gemini-3-pro-preview', { reasoning: { mode: 'auto' } }, undefined, []],
    ['gemini-2.0-flash', { reasoning: { mode: 'on', effort: 'high' } }, undefined, ['effort']],
    ['gemini-2.0-flash', { reasoning: { mode: 'off' } }, undefined, []],
  ])('of %s has the settings %j', (model, more, wanted, losses) => {
    const { body, losses: lost } = encode(more, { model });
    expect(body.generationConfig).toEqual(wanted);
    expect(lost).toEqual(losses);
  });

  test.each<[string, readonly ['vertex-dialect'] | readonly [], string | undefined, string[]]>([
    ['flex', [], 'flex', []],
    ['auto', [], undefined, []],
    ['scale', [], undefined, ['tier']],
    ['flex', ['vertex-dialect'], undefined, ['tier']],
  ])('has the tier %s', (tier, quirks, wanted, losses) => {
    const encoded = encode({ tier }, { quirks });
    expect(encoded.body.serviceTier).toBe(wanted);
    expect(encoded.losses).toEqual(losses);
  });

  test('has instructions told by the user where there is no other place', () => {
    const system: Turn = { role: 'system', parts: [{ kind: 'text', text: 'Be brief.' }] };
    expect(encode({ turns: [system] }).body).toEqual({
      contents: [{ role: 'user', parts: [{ text: '' }] }],
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
    });
    const asked = { turns: [system, ...conversation().turns] };
    expect(encode(asked, { model: 'gemma-3-27b-it' }).body.contents[0]).toEqual({
      role: 'user',
      parts: [{ text: 'Be brief.' }],
    });
  });

  test('is the same for the same conversation', () => {
    const asked = { tools: [{ name: 'f', schema: '{"a":1}' }], temperature: 1 };
    expect(encode(asked).text).toBe(encode(asked).text);
  });
});
