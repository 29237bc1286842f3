import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Envelope } from '../../../src/core/format.ts';
import type { Operation } from '../../../src/core/operation.ts';
import type { Quirk } from '../../../src/core/profile.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';
import { joined } from '../../../src/lib/splice.ts';

const format = CALLER_FORMATS['openai-chat'];

function read(body: string, operation: Operation = 'chat', type = 'application/json'): Envelope {
  const envelope = format.readEnvelope(operation, type, Buffer.from(body), '/');
  if (envelope.is === 'failed') throw new Error(envelope.fault.message);
  return envelope.value;
}

function complaint(body: string, operation: Operation = 'chat', type = 'application/json'): string {
  const envelope = format.readEnvelope(operation, type, Buffer.from(body), '/');
  return envelope.is === 'failed' ? `${envelope.fault.code}: ${envelope.fault.message}` : 'no complaint';
}

/** What a target with this model is sent. */
function render(
  body: string,
  model: string,
  quirks: readonly Quirk[] = [],
  operation: Operation = 'chat',
): string {
  return joined(format.renderRequest(read(body, operation), Buffer.from(body), { model, quirks })).toString();
}

describe('the envelope', () => {
  test.each([
    ['{"model":"gpt-4o"}', { model: 'gpt-4o', stream: false }],
    ['{"stream":true,"model":"gpt-4o"}', { model: 'gpt-4o', stream: true }],
    ['{"stream":"true","model":"x"}', { stream: false }],
    ['{"messages":[]}', { model: '', modelAt: undefined }],
    ['{"model":null}', { model: '' }],
    ['\uFEFF {"model":"x"}', { model: 'x' }],
    ['{"model":"a\\u00e9\\"\\\\"}', { model: 'aé"\\' }],
    ['{"model":"a","model":"b"}', { model: 'b' }],
    ['{"mod\\u0065l":"b"}', { model: 'b' }],
    ['{"messages":[{"model":"inner"}],"model":"outer"}', { model: 'outer' }],
    ['{"metadata":{"model":"inner","stream":true}}', { model: '', stream: false }],
    ['{"model":"x","reasoning_effort":"high"}', { effort: 'high' }],
    ['{"model":"x","reasoning":{"effort":"low"}}', { effort: 'low' }],
    ['{"model":"x","prompt_cache_key":"k","user":"u"}', { session: 'k' }],
    ['{"model":"x","user":"u"}', { session: 'u' }],
    ['{"model":"x","fallbacks":["a",{"model":"b"},7,{}],"models":["c"]}', { fallbacks: ['a', 'b', 'c'] }],
    ['{"model":"x","models":"junk","fallbacks":null}', { fallbacks: [] }],
  ])('of %s', (body, wanted) => {
    expect(read(body)).toMatchObject(wanted);
  });

  test.each([
    ['', /^bad_request: .*no body/],
    ['[]', /line 1, column 1/],
    ['{"a":1,\n  "b" 2}', /line 2, column 7/],
    ['{"model":["x"]}', /"model" must be a string/],
    ['{"model":"x"}}', /line 1, column 14/],
  ])('complains of %s', (body, words) => {
    expect(complaint(body)).toMatch(words);
  });

  test('of operations without a body it knows nothing', () => {
    expect(read('anything', 'other', 'text/html')).toMatchObject({
      model: '',
      always: [],
      askUsage: undefined,
    });
  });
});

describe('the request for a target', () => {
  test('differs from the caller’s in nothing but the model, whatever else is in it', () => {
    const extras = fc.dictionary(
      fc.string({ maxLength: 6 }).filter((key) => !/^(model|models|fallbacks)$/.test(key)),
      fc.jsonValue(),
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(
        extras,
        fc.string(),
        fc.string(),
        extras,
        fc.constantFrom(undefined, 1, '\t'),
        (before, from, to, after, indent) => {
          const body = JSON.stringify({ ...before, model: from, ...after, stream: false }, null, indent);
          const wanted = JSON.stringify({ ...before, model: to, ...after, stream: false }, null, indent);
          expect(render(body, to)).toBe(wanted);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['{"model":"a","model":"b"}', '{"model":"a","model":"NEW"}'],
    ['{"model" :  "a" , "n":1e400}', '{"model" :  "NEW" , "n":1e400}'],
    ['{"messages":[]}', '{"messages":[]}'],
    ['{"model":"NEW","x":12345678901234567890}', '{"model":"NEW","x":12345678901234567890}'],
  ])('of %s is %s', (body, wanted) => {
    expect(render(body, 'NEW')).toBe(wanted);
  });

  test.each([
    ['alone', '{"models":["x"]}', '{}'],
    ['both alone', '{"fallbacks":["x"] , "models":["y"]}', '{}'],
    ['first', '{"models":["x"], "a":1}', '{ "a":1}'],
    ['last', '{"a":1, "models":["x"]}', '{"a":1}'],
    ['in the middle', '{"a":1, "models":["x"], "b":2}', '{"a":1,  "b":2}'],
    ['both at the start', '{"models":["x"],"fallbacks":[],"a":1}', '{"a":1}'],
    ['both at the end', '{"a":1,"models":["x"],"fallbacks":[]}', '{"a":1}'],
    ['both in the middle', '{"a":1,"models":["x"],"fallbacks":[],"b":1}', '{"a":1,"b":1}'],
    ['at both ends', '{"models":["x"],"a":1,"fallbacks":[]}', '{"a":1}'],
    ['given twice', '{"models":["x"],"a":1,"models":["y"]}', '{"a":1}'],
    ['three in a row', '{"a":1,"models":["x"],"models":["y"],"fallbacks":[]}', '{"a":1}'],
    ['below the top, where they are somebody else’s', '{"a":{"models":["x"]}}', '{"a":{"models":["x"]}}'],
  ])('has no fallbacks of the caller’s: %s', (_, body, wanted) => {
    expect(render(body, '')).toBe(wanted);
  });

  test('is JSON with the same fields but fallbacks and models, wherever those stand', () => {
    const names = fc.array(fc.constantFrom('model', 'stream', 'models', 'fallbacks', 'a', 'b'), {
      maxLength: 7,
    });
    fc.assert(
      fc.property(names, fc.constantFrom('', ' ', '\n  '), (keys, space) => {
        const values: Record<string, string> = {
          model: '"m"',
          stream: 'true',
          models: '["x"]',
          fallbacks: '[{"model":"y"}]',
        };
        const body = `{${space}${keys.map((key) => `"${key}":${space}${values[key] ?? '1'}`).join(`${space},${space}`)}${space}}`;
        const rendered = JSON.parse(render(body, 'n')) as Record<string, unknown>;
        const {
          models: _models,
          fallbacks: _fallbacks,
          ...wanted
        } = JSON.parse(body) as Record<string, unknown>;
        if ('model' in wanted) wanted['model'] = 'n';
        if ('stream' in wanted) wanted['stream_options'] = { include_usage: true };
        expect(rendered).toEqual(wanted);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('usage on a stream', () => {
  test.each([
    ['{"model":"m","stream":true}', '{"model":"m","stream":true,"stream_options":{"include_usage":true}}'],
    ['{"stream":true,"model":"m"}', '{"stream":true,"stream_options":{"include_usage":true},"model":"m"}'],
    ['{"stream":true,"stream_options":null}', '{"stream":true,"stream_options":{"include_usage":true}}'],
    [
      '{"stream_options":{"a":1,"include_usage":false},"stream":true}',
      '{"stream_options":{"a":1,"include_usage":true},"stream":true}',
    ],
    ['{"stream":true,"models":["x"]}', '{"stream":true,"stream_options":{"include_usage":true}}'],
    [
      '{"stream":true,"stream_options":{"include_usage":true}}',
      '{"stream":true,"stream_options":{"include_usage":true}}',
    ],
    ['{"stream":false}', '{"stream":false}'],
  ])('%s becomes %s', (body, wanted) => {
    expect(render(body, 'm')).toBe(wanted);
  });

  test('is not asked of a host that refuses to be asked, nor where there is none', () => {
    expect(render('{"stream":true}', '', ['no-stream-options'])).toBe('{"stream":true}');
    expect(render('{"stream":true}', '', [], 'audio.speech')).toBe('{"stream":true}');
  });

  test('is the caller’s own wish or not', () => {
    expect(read('{"stream":true,"stream_options":{"include_usage":true}}').wantsUsage).toBe(true);
    expect(read('{"stream":true,"stream_options":{"include_usage":"yes"}}').wantsUsage).toBe(false);
  });
});

describe('a multipart form', () => {
  const TYPE = 'multipart/form-data; boundary="B o"';
  const form = (...parts: readonly string[]): string =>
    `${parts.map((part) => `--B o\r\n${part}\r\n`).join('')}--B o--\r\n`;
  const model = 'Content-Disposition: form-data; name="model"\r\n\r\nwhisper-1';
  const file =
    'content-disposition: form-data; name="file"; filename="name=model"\r\ncontent-type: audio/wav\r\n\r\n\r\n--B\r\n\0\xff';

  test('gives its model and whether it streams, and keeps its files', () => {
    const stream = 'content-disposition: form-data; name="stream"\r\n\r\ntrue';
    const body = form(file, model, stream);
    const envelope = read(body, 'audio.transcribe', TYPE);
    expect(envelope).toMatchObject({ model: 'whisper-1', stream: true });
    const rendered = format.renderRequest(envelope, Buffer.from(body), { model: 'x', quirks: [] });
    expect(joined(rendered).toString()).toBe(body.replace('whisper-1', 'x'));
  });

  test('may have no model', () => {
    expect(read(form(file), 'audio.transcribe', TYPE)).toMatchObject({ model: '', modelAt: undefined });
  });

  test.each([
    ['multipart/form-data', form(model), /no boundary/],
    [TYPE, form(model).slice(0, -8), /does not end/],
    [TYPE, '', /does not end/],
    [TYPE, '--B o\r\nbroken', /does not end/],
  ])('that is none (%s) is refused', (type, body, words) => {
    expect(complaint(body, 'audio.transcribe', type)).toMatch(words);
  });
});
