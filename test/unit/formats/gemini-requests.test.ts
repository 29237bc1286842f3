import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Conversation, Part, Turn } from '../../../src/core/conversation.ts';
import type { TranslationTarget } from '../../../src/core/format.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';

const { toCaller, toProvider } = CALLER_FORMATS.gemini;
if (!toCaller || !toProvider) throw new Error('gemini has no codec');
const caller = toCaller;
const provider = toProvider;

const ASKED = { model: 'gemini-2.5-pro', stream: false, recall: () => undefined };

function decode(body: object | string): Conversation {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const read = caller.decodeRequest(Buffer.from(text), ASKED);
  if (read.is === 'failed') throw new Error(read.fault.message);
  return read.value;
}

function hello(more: object = {}): object {
  return { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }], ...more };
}

const TARGET: TranslationTarget = {
  provider: 'google',
  model: 'gemini-2.5-pro',
  quirks: [],
  maxOutput: undefined,
};

function conversation(more: Partial<Conversation> = {}): Conversation {
  return {
    turns: [{ role: 'user', parts: [{ kind: 'text', text: 'Hi' }] }],
    tools: [],
    stream: false,
    wantsUsage: true,
    losses: [],
    ...more,
  };
}

function encode(more: Partial<Conversation>, target: Partial<TranslationTarget> = {}) {
  const { path, body, losses } = provider.encodeRequest(conversation(more), { ...TARGET, ...target });
  return { path, losses, text: body.toString(), body: JSON.parse(body.toString()) };
}

function turns(...parts: readonly (readonly [Turn['role'], ...Part[]])[]): { turns: Turn[] } {
  return { turns: parts.map(([role, ...rest]) => ({ role, parts: rest })) };
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
    const { turns: _, tools, stream, wantsUsage, losses, ...settings } = decode(hello({ generationConfig }));
    expect(settings).toEqual(wanted);
    expect(losses).toEqual([]);
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

describe('a request for a Gemini provider', () => {
  test('has the model in its path', () => {
    expect(encode({}).path).toBe('/models/gemini-2.5-pro:generateContent');
    expect(encode({ stream: true }).path).toBe('/models/gemini-2.5-pro:streamGenerateContent?alt=sse');
    expect(encode({}, { quirks: ['vertex-dialect'] }).path).toBe(
      '/publishers/google/models/gemini-2.5-pro:generateContent',
    );
  });

  test('says turns, calls and results in Google’s words', () => {
    const asked = turns(
      ['system', { kind: 'text', text: 'Be brief.' }],
      ['user', { kind: 'text', text: 'Go' }],
      ['assistant', { kind: 'call', id: 'call:1', name: 'f', arguments: '{"n":1.0}' }],
      [
        'user',
        { kind: 'result', id: 'call:1', content: [{ kind: 'text', text: '{"a":1}' }] },
        { kind: 'text', text: 'And?' },
      ],
      ['assistant', { kind: 'text', text: 'Well.' }],
      ['user', { kind: 'text', text: 'Bye' }],
    );
    const { text, losses } = encode(asked);
    expect(text).toBe(
      '{"contents":[{"role":"user","parts":[{"text":"Go"}]},{"role":"model","parts":[{"functionCall":{"id":"call_1_01cf9bd2","name":"f","args":{"n":1.0}}}]},{"role":"user","parts":[{"functionResponse":{"id":"call_1_01cf9bd2","name":"f","response":{"output":"{\\"a\\":1}"}}},{"text":"And?"}]},{"role":"model","parts":[{"text":"Well."}]},{"role":"user","parts":[{"text":"Bye"}]}],"systemInstruction":{"parts":[{"text":"Be brief."}]}}'.replaceAll(
        'call_1_01cf9bd2',
        encode(asked).body.contents[1].parts[0].functionCall.id,
      ),
    );
    expect(losses).toEqual([]);
  });

  test('marks the failure of a tool', () => {
    const { body } = encode(
      turns(
        ['assistant', { kind: 'call', id: 'a', name: 'f', arguments: '' }],
        ['user', { kind: 'result', id: 'a', content: [{ kind: 'text', text: 'boom' }], isError: true }],
      ),
    );
    expect(body.contents[0].parts[0].functionCall.args).toEqual({});
    expect(body.contents[1].parts[0].functionResponse.response).toEqual({ error: 'boom' });
  });

  test('has {} for arguments that are no object, and says so', () => {
    const call = { kind: 'call', id: 'a', name: 'f', arguments: '{"a":' } as const;
    const { body, losses } = encode(
      turns(['assistant', call], ['user', { kind: 'result', id: 'a', content: [] }]),
    );
    expect(body.contents[0].parts[0].functionCall.args).toEqual({});
    expect(losses).toEqual(['invalid-arguments']);
  });

  test('gives signatures back to their owner alone', () => {
    const state = (provider: string) => ({
      opaque: [{ format: 'gemini', provider, kind: 'signature', data: 'SIG=' } as const],
    });
    const said = (provider: string) =>
      turns(
        ['user', { kind: 'text', text: 'Hi' }],
        [
          'assistant',
          { kind: 'reasoning', text: 'Hm', ...state(provider) },
          { kind: 'text', text: '', ...state(provider) },
          { kind: 'call', id: 'a', name: 'f', arguments: '{}', ...state(provider) },
        ],
        ['user', { kind: 'result', id: 'a', content: [] }],
      );
    expect(encode(said('google')).body.contents[1].parts).toEqual([
      { text: 'Hm', thought: true, thoughtSignature: 'SIG=' },
      { text: '', thoughtSignature: 'SIG=' },
      { functionCall: { id: 'a', name: 'f', args: {} }, thoughtSignature: 'SIG=' },
    ]);
    const other = encode(said('another'));
    expect(other.body.contents[1].parts).toEqual([{ functionCall: { id: 'a', name: 'f', args: {} } }]);
    expect(other.losses).toEqual(['reasoning']);
  });

  test.each([
    ['gemini-3-pro-preview', true],
    ['gemini-3.6-flash', true],
    ['gemini-flash-latest', true],
    ['google/gemini-4-argon', true],
    ['gemini-2.5-pro', false],
    ['gemini-2.0-flash', false],
    ['gemma-3-27b-it', false],
  ])('stands in for missing signatures of the first call of each step for %s: %s', (model, wanted) => {
    const call = (id: string): Part => ({ kind: 'call', id, name: 'f', arguments: '{}' });
    const result = (id: string): Part => ({ kind: 'result', id, content: [] });
    const { body } = encode(
      turns(
        ['user', { kind: 'text', text: 'Go' }],
        ['assistant', call('a'), call('b')],
        ['user', result('a'), result('b')],
        ['assistant', call('c')],
        ['user', result('c')],
      ),
      { model },
    );
    const marks = body.contents.flatMap(
      ({ parts }: { parts: { functionCall?: object; thoughtSignature?: string }[] }) =>
        parts.filter(({ functionCall }) => functionCall).map(({ thoughtSignature }) => thoughtSignature),
    );
    const mark = wanted ? 'skip_thought_signature_validator' : undefined;
    expect(marks).toEqual([mark, undefined, mark]);
  });

  test('carries pictures inside a result where the model takes them, else after all results', () => {
    const picture: Part = {
      kind: 'media',
      media: 'image',
      mime: 'image/png',
      source: { is: 'base64', data: 'AA==' },
    };
    const asked = turns(
      [
        'assistant',
        { kind: 'call', id: 'a', name: 'f', arguments: '{}' },
        { kind: 'call', id: 'b', name: 'g', arguments: '{}' },
      ],
      ['user', { kind: 'result', id: 'a', content: [picture] }, { kind: 'result', id: 'b', content: [] }],
    );
    const inlineData = { mimeType: 'image/png', data: 'AA==' };
    const [inside] = encode(asked, { model: 'gemini-3-pro' }).body.contents[1].parts;
    expect(inside.functionResponse.parts).toEqual([{ inlineData }]);
    const older = encode(asked);
    expect(older.body.contents[1].parts.slice(2)).toEqual([
      { text: 'From the result of f:' },
      { inlineData },
    ]);
    expect(older.losses).toEqual(['result-media']);
  });

  test.each<[Part, object | undefined, string[]]>([
    [
      { kind: 'media', media: 'image', source: { is: 'base64', data: 'iVBORw0KGgoAAA' } },
      { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgoAAA' } },
      [],
    ],
    [
      { kind: 'media', media: 'file', source: { is: 'text', text: 'Hé' } },
      { inlineData: { mimeType: 'text/plain', data: 'SMOp' } },
      [],
    ],
    [
      { kind: 'media', media: 'image', source: { is: 'url', url: 'https://x.example/a.webp?b=1' } },
      { fileData: { mimeType: 'image/webp', fileUri: 'https://x.example/a.webp?b=1' } },
      [],
    ],
    [
      { kind: 'media', media: 'file', source: { is: 'stored', id: 'gs://b/a.pdf' }, mime: 'application/pdf' },
      { fileData: { mimeType: 'application/pdf', fileUri: 'gs://b/a.pdf' } },
      [],
    ],
    [{ kind: 'media', media: 'file', source: { is: 'stored', id: 'file-abc' } }, undefined, ['stored-file']],
  ])('says media %j', (part, wanted, losses) => {
    const encoded = encode(turns(['user', part, { kind: 'text', text: 'See' }]));
    expect(encoded.body.contents[0].parts).toEqual([...(wanted ? [wanted] : []), { text: 'See' }]);
    expect(encoded.losses).toEqual(losses);
  });

  test('cannot have a picture by its address at models that do not fetch', () => {
    const part: Part = {
      kind: 'media',
      media: 'image',
      source: { is: 'url', url: 'https://x.example/a.png' },
    };
    const asked = turns(['user', part, { kind: 'text', text: 'See' }]);
    expect(encode(asked, { model: 'gemini-2.0-flash' }).losses).toEqual(['url']);
  });

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
    expect(body.contents[0].parts[0].functionCall.args).toEqual({ input: 'not "JSON"' });
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
    ['gemini-2.5-flash', { reasoning: { mode: 'auto' } }, { thinkingConfig: { thinkingBudget: -1 } }, []],
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
      contents: [{ role: 'user', parts: [{ text: 'Be brief.' }] }],
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
