import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Envelope } from '../../../src/core/format.ts';
import type { Operation } from '../../../src/core/operation.ts';
import type { Quirk } from '../../../src/core/profile.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';
import { joined } from '../../../src/lib/splice.ts';

const format = CALLER_FORMATS.gemini;

function read(path: string, body = '{}', operation: Operation = 'chat'): Envelope {
  const envelope = format.readEnvelope(operation, 'application/json', Buffer.from(body), path);
  if (envelope.is === 'failed') throw new Error(envelope.fault.message);
  return envelope.value;
}

function path(asked: string, model: string, quirks: readonly Quirk[] = []): string {
  return format.renderPath(asked, read(asked), { model, quirks });
}

function body(asked: string, text: string, model: string, operation: Operation): string {
  const envelope = read(asked, text, operation);
  return joined(format.renderRequest(envelope, Buffer.from(text), { model, quirks: [] })).toString();
}

describe('the envelope of a Gemini request', () => {
  test.each([
    ['/models/gemini-2.5-pro:generateContent', { model: 'gemini-2.5-pro', stream: false }],
    ['/models/gemini-2.5-pro:streamGenerateContent?alt=sse', { model: 'gemini-2.5-pro', stream: true }],
    ['/models/gemini-2.5-pro:streamGenerateContent', { stream: true }],
    ['/models/openai/gpt-4o:generateContent', { model: 'openai/gpt-4o' }],
    ['/models/openai%2Fgpt-4o%3Abeta:generateContent?key=x', { model: 'openai/gpt-4o:beta' }],
    ['/models/llama3:8b:generateContent', { model: 'llama3:8b' }],
    ['/models/models/gemini-2.5-pro:generateContent', { model: 'gemini-2.5-pro' }],
    ['/tunedModels/mine:generateContent', { model: 'tunedModels/mine' }],
    ['/publishers/google/models/gemini-2.5-pro:generateContent', { model: 'gemini-2.5-pro' }],
    [
      '/projects/p/locations/l/publishers/google/models/g:streamGenerateContent',
      { model: 'g', stream: true },
    ],
    ['/models/100%:generateContent', { model: '100%' }],
    ['/models/gemini-2.5-pro', { model: '', stream: false }],
  ])('comes from the path %s', (asked, wanted) => {
    expect(read(asked)).toMatchObject(wanted);
  });

  test.each([
    ['{"generationConfig":{"thinkingConfig":{"thinkingLevel":"HIGH"}}}', { effort: 'high' }],
    ['{"generation_config":{"thinking_config":{"thinking_budget":0}}}', { effort: 'none' }],
    ['{"generationConfig":{"thinkingConfig":{"thinkingBudget":24576}}}', { effort: 'high' }],
    ['{"generationConfig":{"thinkingConfig":{"thinkingBudget":-1}}}', { effort: undefined }],
    ['{"generationConfig":7}', { effort: undefined }],
    ['{"cachedContent":"cachedContents/abc"}', { session: 'cachedContents/abc' }],
  ])('has of the body %s what routing needs', (text, wanted) => {
    expect(read('/models/m:generateContent', text)).toMatchObject(wanted);
  });

  test.each([
    ['', /no body/],
    ['[]', /not a JSON object/],
    ['{"contents":[', /line 1/],
  ])('complains of the body %s', (text, words) => {
    const envelope = format.readEnvelope(
      'chat',
      'application/json',
      Buffer.from(text),
      '/models/m:generateContent',
    );
    expect(envelope).toMatchObject({ is: 'failed', fault: { code: 'bad_request' } });
    expect(envelope.is === 'failed' ? envelope.fault.message : '').toMatch(words);
  });

  test('never throws, whatever the path', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (junk) => {
        read(`/models/${junk}:generateContent`);
        read(junk);
      }),
    );
  });
});

describe('the path for a target', () => {
  test.each([
    ['/models/a:generateContent', 'gemini-2.5-flash', '/models/gemini-2.5-flash:generateContent'],
    ['/models/a:streamGenerateContent', 'b', '/models/b:streamGenerateContent?alt=sse'],
    ['/models/a:streamGenerateContent?alt=sse', 'b', '/models/b:streamGenerateContent?alt=sse'],
    ['/models/a:streamGenerateContent?alt=json', 'b', '/models/b:streamGenerateContent?alt=sse'],
    ['/models/a:streamGenerateContent?key=secret', 'b', '/models/b:streamGenerateContent?alt=sse'],
    ['/models/a:generateContent?key=secret&fields=x', 'b', '/models/b:generateContent?fields=x'],
    [
      '/models/a:streamGenerateContent?%24alt=json%3Benum-encoding=int',
      'b',
      '/models/b:streamGenerateContent?%24alt=sse%3Benum-encoding%3Dint',
    ],
    ['/models/a:countTokens', 'google/b c', '/models/google/b%20c:countTokens'],
    ['/models/a:generateContent', 'models/b', '/models/b:generateContent'],
    ['/models/a:generateContent', 'tunedModels/b', '/tunedModels/b:generateContent'],
    ['/models/a:generateContent', '../../b', '/models/b:generateContent'],
    ['/publishers/google/models/a:generateContent', 'b', '/models/b:generateContent'],
  ])('of %s with the model %s is %s', (asked, model, wanted) => {
    expect(path(asked, model)).toBe(wanted);
  });

  test('of Vertex AI names the publisher', () => {
    expect(path('/models/a:generateContent', 'b', ['vertex-dialect'])).toBe(
      '/publishers/google/models/b:generateContent',
    );
  });

  test('names the same model again when it is read', () => {
    fc.assert(
      fc.property(fc.webSegment().map(decodeURIComponent), (name) => {
        fc.pre(!/^\.*$/.test(name));
        expect(read(path('/models/a:generateContent', name)).model).toBe(name);
      }),
    );
  });
});

describe('the body for a target', () => {
  test('is the caller’s own, byte for byte', () => {
    const text = '{ "contents" : [ {"parts":[{"text":"models/a"}]} ], "model":"models/a" }';
    expect(body('/models/a:generateContent', text, 'b', 'chat')).toBe(text);
  });

  test.each<[Operation, string, string]>([
    ['embeddings', '{"model":"models/a","content":{}}', '{"model":"models/b","content":{}}'],
    [
      'embeddings',
      '{"requests":[{"model": "models/a"},{"content":{"parts":[{"text":"\\u0041"}]},"model":"models/a"},{}]}',
      '{"requests":[{"model": "models/b"},{"content":{"parts":[{"text":"\\u0041"}]},"model":"models/b"},{}]}',
    ],
    [
      'count-tokens',
      '{"generateContentRequest":{"model":"models/a","contents":[]}}',
      '{"generateContentRequest":{"model":"models/b","contents":[]}}',
    ],
    ['count-tokens', '{"contents":[]}', '{"contents":[]}'],
    ['embeddings', '{"requests":7}', '{"requests":7}'],
  ])('of %s %s repeats the target’s model', (operation, text, wanted) => {
    expect(body('/models/a:x', text, 'b', operation)).toBe(wanted);
    expect(body('/models/a:x', text, 'a', operation)).toBe(text);
  });
});

describe('a caller that streams without alt=sse', () => {
  test.each([
    ['/models/a:streamGenerateContent', true],
    ['/models/a:streamGenerateContent?key=x', true],
    ['/models/a:streamGenerateContent?%24alt=json;enum-encoding=int', true],
    ['/models/a:streamGenerateContent?alt=sse', false],
    ['/models/a:streamGenerateContent?key=x&alt=sse', false],
    ['/models/a:streamGenerateContent?$alt=sse;enum-encoding=int', false],
    ['/models/a:generateContent', false],
  ])('is one that asks for %s: %s', (asked, wanted) => {
    expect(format.reframe?.(asked) !== undefined).toBe(wanted);
  });

  test.each([[0], [1], [3]])('gets one JSON array of %i elements', (count) => {
    const framing = format.reframe?.('/models/a:streamGenerateContent');
    if (!framing) throw new Error('no framing');
    let text = '';
    for (let i = 0; i < count; i++) text += framing.event(JSON.stringify({ i })) + framing.keepAlive;
    text += framing.close();
    expect(JSON.parse(text)).toEqual(Array.from({ length: count }, (_, i) => ({ i })));
  });
});
