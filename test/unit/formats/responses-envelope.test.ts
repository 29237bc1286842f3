import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Envelope } from '../../../src/core/format.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';
import { joined } from '../../../src/lib/splice.ts';

const format = CALLER_FORMATS['openai-responses'];

function read(body: unknown): Envelope {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const envelope = format.readEnvelope('chat', 'application/json', Buffer.from(text), '/responses');
  if (envelope.is === 'failed') throw new Error(envelope.fault.message);
  return envelope.value;
}

function render(body: string, model: string): string {
  return joined(format.renderRequest(read(body), Buffer.from(body), { model, quirks: [] })).toString();
}

describe('the envelope of a request', () => {
  it('tells model, stream, effort and session', () => {
    expect(
      read({
        model: 'gpt-5',
        stream: true,
        reasoning: { effort: 'high', summary: 'auto' },
        prompt_cache_key: 'thread-1',
        input: 'hi',
      }),
    ).toMatchObject({ model: 'gpt-5', stream: true, effort: 'high', session: 'thread-1', wantsUsage: true });
  });

  it.each(['conv_1', { id: 'conv_1' }])('takes the conversation %j for the session', (conversation) => {
    expect(read({ model: 'm', input: 'x', conversation }).session).toBe('conv_1');
  });

  it('tells which earlier answer it goes on from', () => {
    expect(read({ model: 'm', input: 'x', previous_response_id: 'resp_1' }).pinned).toBe('resp_1');
    expect(read({ model: 'm', input: 'x', previous_response_id: null }).pinned).toBeUndefined();
  });

  it.each([
    ['/responses/resp_1', 'resp_1'],
    ['/responses/resp_1/cancel', 'resp_1'],
    ['/responses/resp_1/input_items?limit=2', 'resp_1'],
    ['/conversations', undefined],
  ])('reads from the path %s which answer is meant', (path, id) => {
    const envelope = format.readEnvelope('other', '', Buffer.alloc(0), path);
    expect(envelope.is === 'ok' && envelope.value.pinned).toBe(id);
  });

  it('asks for no usage, which comes anyway', () => {
    expect(read({ model: 'm', input: 'x', stream: true }).askUsage).toBeUndefined();
  });

  it.each([
    ['', /no body/],
    ['[]', /not a JSON object/],
    ['{"model":1}', /must be a string/],
  ])('refuses %j', (text, why) => {
    expect(() => read(text)).toThrow(why);
  });
});

describe('the request for a target', () => {
  it('differs in nothing but the model', () => {
    const body = '{ "input":"\\u0041 1.0",\n "model" : "a", "temperature":1.0 , "x":{"model":"a"}}';
    expect(render(body, 'b')).toBe(body.replace('"model" : "a"', '"model" : "b"'));
    expect(render(body, 'a')).toBe(body);
  });

  it('goes without the fallbacks the caller brought', () => {
    const body = '{"model":"a","models":["b",{"model":"c"}],"input":"x","fallbacks":["d"]}';
    expect(read(body).fallbacks).toEqual(['d', 'b', 'c']);
    expect(JSON.parse(render(body, 'a'))).toEqual({ model: 'a', input: 'x' });
  });

  it('is the caller’s own in every other field, whatever it is', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (fields, model) => {
        const { models: _, fallbacks: __, ...rest } = fields;
        const body = JSON.stringify({ ...rest, model: 'a' });
        expect(JSON.parse(render(body, model))).toEqual({ ...JSON.parse(body), model });
      }),
    );
  });
});
