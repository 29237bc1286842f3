import { describe, expect, test } from 'vitest';

import type { Part } from '../../../src/core/conversation.ts';
import { encode, turns } from './gemini-asking.ts';

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
    // A call is only taken after something that the user said.
    expect(body.contents[0]).toEqual({ role: 'user', parts: [{ text: '' }] });
    expect(body.contents[1].parts[0].functionCall.args).toEqual({});
    expect(body.contents[2].parts[0].functionResponse.response).toEqual({ error: 'boom' });
  });

  test('has {} for arguments that are no object, and says so', () => {
    const call = { kind: 'call', id: 'a', name: 'f', arguments: '{"a":' } as const;
    const { body, losses } = encode(
      turns(['assistant', call], ['user', { kind: 'result', id: 'a', content: [] }]),
    );
    expect(body.contents[1].parts[0].functionCall.args).toEqual({});
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
    const [inside] = encode(asked, { model: 'gemini-3-pro' }).body.contents[2].parts;
    expect(inside.functionResponse.parts).toEqual([{ inlineData }]);
    const older = encode(asked);
    expect(older.body.contents[2].parts.slice(2)).toEqual([
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
});
