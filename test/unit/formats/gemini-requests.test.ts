import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Conversation } from '../../../src/core/conversation.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';

const { toCaller, toProvider } = CALLER_FORMATS.gemini;
if (!toCaller || !toProvider) throw new Error('gemini has no codec');
const caller = toCaller;
const provider = toProvider;

const ASKED = { model: 'gemini-2.5-pro', stream: false, recall: () => undefined };
const TARGET = { provider: 'google', model: 'gemini-2.5-pro', quirks: [], maxOutput: undefined };

function decode(body: object | string): Conversation {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const read = caller.decodeRequest(Buffer.from(text), ASKED);
  if (read.is === 'failed') throw new Error(read.fault.message);
  return read.value;
}

function hello(more: object = {}): object {
  return { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }], ...more };
}

describe('a request of a Gemini caller', () => {
  test('has its instructions, turns and tools in the hub’s words', () => {
    const read = decode({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Weather in Paris and Rome?' }] },
        {
          role: 'model',
          parts: [
            { text: 'Let me see. ' },
            { functionCall: { id: 'a', name: 'weather', args: { city: 'Paris' } } },
            { functionCall: { id: 'b', name: 'weather', args: { city: 'Rome' } } },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { id: 'b', name: 'weather', response: { output: 'rain' } } },
            { functionResponse: { id: 'a', name: 'weather', response: { error: 'no such city' } } },
          ],
        },
      ],
      tools: [
        {
          functionDeclarations: [
            { name: 'weather', description: 'W', parametersJsonSchema: { type: 'object' } },
          ],
        },
      ],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['weather'] } },
    });
    expect(read).toEqual({
      turns: [
        { role: 'system', parts: [{ kind: 'text', text: 'Be brief.' }] },
        { role: 'user', parts: [{ kind: 'text', text: 'Weather in Paris and Rome?' }] },
        {
          role: 'assistant',
          parts: [
            { kind: 'text', text: 'Let me see. ' },
            { kind: 'call', id: 'a', name: 'weather', arguments: '{"city":"Paris"}' },
            { kind: 'call', id: 'b', name: 'weather', arguments: '{"city":"Rome"}' },
          ],
        },
        {
          role: 'user',
          parts: [
            { kind: 'result', id: 'b', name: 'weather', content: [{ kind: 'text', text: 'rain' }] },
            {
              kind: 'result',
              id: 'a',
              name: 'weather',
              content: [{ kind: 'text', text: 'no such city' }],
              isError: true,
            },
          ],
        },
      ],
      tools: [{ name: 'weather', description: 'W', schema: '{"type":"object"}' }],
      toolChoice: { mode: 'required', names: ['weather'] },
      stream: false,
      wantsUsage: true,
      losses: [],
    });
  });

  test('may spell its fields like_this', () => {
    const read = decode(
      '{"system_instruction":{"parts":{"text":"S"}},"contents":{"parts":[{"inline_data":{"mime_type":"image/png","data":"-_8="}}]},"generation_config":{"max_output_tokens":5,"thinking_config":{"thinking_budget":0}},"tools":{"function_declarations":[{"name":"f","parameters_json_schema":{"a":1.0}}]}}',
    );
    expect(read).toMatchObject({
      turns: [
        { role: 'system' },
        { role: 'user', parts: [{ kind: 'media', media: 'image', source: { is: 'base64', data: '+/8=' } }] },
      ],
      maxOutput: 5,
      reasoning: { mode: 'off' },
      tools: [{ name: 'f', schema: '{"a":1.0}' }],
      losses: [],
    });
  });

  test('keeps arguments as they were written', () => {
    const args = '{"n":1.0,"big":12345678901234567890,"u":"\\u00e9"}';
    const read = decode(
      `{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":${args}}}]},{"role":"user","parts":[{"text":"x"}]}]}`,
    );
    expect(read.turns[0]?.parts[0]).toMatchObject({ arguments: args });
  });

  test('finds the call of a result without an id by its name and order', () => {
    const call = (n: number) => ({ functionCall: { name: 'f', args: { n } } });
    const result = (output: string) => ({ functionResponse: { name: 'f', response: { output } } });
    const read = decode({
      contents: [
        { role: 'model', parts: [call(1), call(2)] },
        { role: 'function', parts: [result('one'), result('two')] },
        { role: 'model', parts: [call(3)] },
        { role: 'user', parts: [result('three')] },
      ],
    });
    const ids = read.turns.flatMap(({ parts }) => parts).map((part) => ('id' in part ? part.id : ''));
    expect(ids).toEqual(['call_0', 'call_1', 'call_0', 'call_1', 'call_2', 'call_2']);
  });

  test.each<[string, object, string, boolean]>([
    ['its output', { output: 'x' }, 'x', false],
    ['an output that is an object', { output: { a: 1 } }, '{"a":1}', false],
    ['the whole of it', { temperature: 20 }, '{"temperature":20}', false],
    [
      'the whole of it with an output beside others',
      { output: 'x', more: 1 },
      '{"output":"x","more":1}',
      false,
    ],
    ['its error', { error: { code: 1 } }, '{"code":1}', true],
  ])('has as the result of a tool %s', (_, response, text, isError) => {
    const read = decode({
      contents: [
        { role: 'model', parts: [{ functionCall: { name: 'f' } }] },
        { role: 'user', parts: [{ functionResponse: { name: 'f', response } }] },
      ],
    });
    const part = read.turns[1]?.parts[0];
    expect(part).toMatchObject({ kind: 'result', content: [{ kind: 'text', text }] });
    expect(part && 'isError' in part).toBe(isError);
  });

  test('is one turn of the model though each chunk of its stream was kept as one', () => {
    const read = decode({
      contents: [
        { role: 'user', parts: [{ text: 'Hi' }] },
        { role: 'model', parts: [{ text: 'Hel' }] },
        { role: 'model', parts: [{ text: 'lo' }] },
        { role: 'model', parts: [{ text: '' }] },
        { role: 'user', parts: [{ text: 'Bye' }] },
      ],
    });
    expect(read.turns.map(({ parts }) => parts)).toEqual([
      [{ kind: 'text', text: 'Hi' }],
      [{ kind: 'text', text: 'Hello' }],
      [{ kind: 'text', text: 'Bye' }],
    ]);
  });

  test('keeps signatures where they stand, and takes placeholders for none', () => {
    const read = decode({
      contents: [
        {
          role: 'model',
          parts: [
            { text: 'Hm', thought: true },
            { text: 'So', thoughtSignature: 'AAA=' },
            { text: '', thoughtSignature: 'BBB=' },
            { functionCall: { name: 'f' }, thoughtSignature: 'CCC=' },
            { functionCall: { name: 'g' }, thoughtSignature: 'skip_thought_signature_validator' },
          ],
        },
      ],
    });
    const state = (data: string) => ({ opaque: [{ format: 'gemini', kind: 'signature', data }] });
    expect(read.turns[0]?.parts).toEqual([
      { kind: 'reasoning', text: 'Hm' },
      { kind: 'text', text: 'So', ...state('AAA=') },
      { kind: 'text', text: '', ...state('BBB=') },
      { kind: 'call', id: 'call_0', name: 'f', arguments: '{}', ...state('CCC=') },
      { kind: 'call', id: 'call_1', name: 'g', arguments: '{}' },
    ]);
  });

  test.each<[object, Partial<Conversation>]>([
    [
      { maxOutputTokens: 9, temperature: 0.5, topP: 0.9, topK: 3, seed: 7 },
      { maxOutput: 9, temperature: 0.5, topP: 0.9, topK: 3, seed: 7 },
    ],
    [
      { presencePenalty: 1, frequencyPenalty: -1, candidateCount: 2 },
      { presencePenalty: 1, frequencyPenalty: -1, candidates: 2 },
    ],
    [{ stopSequences: ['a', 'b'] }, { stop: ['a', 'b'] }],
    [{ responseLogprobs: true, logprobs: 3 }, { logprobs: 3 }],
    [{ responseLogprobs: true }, { logprobs: 0 }],
    [
      { thinkingConfig: { thinkingBudget: 100, includeThoughts: true } },
      { reasoning: { mode: 'on', budget: 100, show: true } },
    ],
    [{ thinkingConfig: { thinkingBudget: -1 } }, { reasoning: { mode: 'auto' } }],
    [{ thinkingConfig: { thinkingLevel: 'LOW' } }, { reasoning: { mode: 'on', effort: 'low' } }],
    [{ responseMimeType: 'application/json' }, { output: { kind: 'json' } }],
    [
      { responseMimeType: 'application/json', responseJsonSchema: { type: 'object' } },
      { output: { kind: 'schema', schema: '{"type":"object"}' } },
    ],
    [
      {
        responseMimeType: 'application/json',
        responseSchema: { type: 'STRING', nullable: true, format: 'enum', enum: ['a'] },
      },
      { output: { kind: 'schema', schema: '{"type":["string","null"],"enum":["a",null]}' } },
    ],
    [{ responseModalities: ['TEXT'], responseMimeType: 'text/plain' }, {}],
  ])('says with %j what the hub calls so', (generationConfig, wanted) => {
    const read = decode(hello({ generationConfig }));
    expect(read).toEqual({ ...decode(hello()), ...wanted });
  });

  test.each<[object, string[]]>([
    [{ safetySettings: [{}] }, ['field:safetySettings']],
    [{ cachedContent: 'cachedContents/a' }, ['stored-file']],
    [{ tools: [{ googleSearch: {} }, { code_execution: {} }] }, ['server-tool']],
    [{ toolConfig: { includeServerSideToolInvocations: true } }, ['field:includeServerSideToolInvocations']],
    [
      { generationConfig: { mediaResolution: 'LOW', speechConfig: {} } },
      ['field:mediaResolution', 'field:speechConfig'],
    ],
    [{ generationConfig: { responseModalities: ['TEXT', 'IMAGE'] } }, ['field:responseModalities']],
    [{ generationConfig: { responseMimeType: 'text/x.enum' } }, ['field:responseMimeType']],
    [{ contents: [{ parts: [{ text: 'x' }, { executableCode: { code: '1' } }] }] }, ['server-tool']],
  ])('reports what is lost of %j', (more, wanted) => {
    expect(decode(hello(more)).losses).toEqual(wanted);
  });

  test.each<[string, RegExp]>([
    ['{', /not a JSON object/],
    ['[]', /not a JSON object/],
    ['{}', /must not be empty/],
    ['{"contents":[{"role":"system","parts":[{"text":"x"}]}]}', /user or model/],
    ['{"contents":[{"role":"__proto__","parts":[]}]}', /user or model/],
  ])('is refused when it is %s', (body, words) => {
    expect(() => decode(body)).toThrow(words);
  });

  test('never makes the decoder throw', () => {
    const key = fc.constantFrom(
      'contents',
      'parts',
      'text',
      'role',
      'functionCall',
      'functionResponse',
      'response',
      'name',
      'thoughtSignature',
      'thought',
      'tools',
      'functionDeclarations',
      'generationConfig',
      'toolConfig',
      '__proto__',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        fc.constantFrom('user', 'model', 'Z3cx', 'Z3cxW10=', true, null, 1),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(
        fc.oneof(
          tree,
          fc.array(tree).map((contents) => ({ contents })),
        ),
        (value) => {
          const read = caller.decodeRequest(Buffer.from(JSON.stringify(value)), ASKED);
          if (read.is === 'ok') provider.encodeRequest(read.value, TARGET);
        },
      ),
      { numRuns: 500 },
    );
  });
});
