import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';

import type { Envelope } from '../../../src/core/format.ts';
import type { Operation } from '../../../src/core/operation.ts';
import type { Quirk } from '../../../src/core/profile.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';
import { joined } from '../../../src/lib/splice.ts';

const format = CALLER_FORMATS['anthropic-messages'];

function envelope(body: string, operation: Operation = 'chat'): Envelope {
  const read = format.readEnvelope(operation, 'application/json', Buffer.from(body), '/messages');
  if (read.is !== 'ok') throw new Error(read.fault.message);
  return read.value;
}

const of = (fields: Record<string, unknown>): Envelope => envelope(JSON.stringify({ model: 'm', ...fields }));

function rendered(body: string, model: string, ...quirks: readonly Quirk[]): string {
  return joined(format.renderRequest(envelope(body), Buffer.from(body), { model, quirks })).toString();
}

describe('the envelope of a request', () => {
  it('tells model and stream', () => {
    expect(of({ stream: true })).toMatchObject({ model: 'm', stream: true, wantsUsage: true });
    expect(envelope('{"messages":[]}')).toMatchObject({ model: '', stream: false, modelAt: undefined });
  });

  test.each<[Record<string, unknown>, string | undefined]>([
    [{}, undefined],
    [{ thinking: { type: 'disabled' }, output_config: { effort: 'high' } }, 'none'],
    [{ output_config: { effort: 'xhigh' } }, 'xhigh'],
    [{ thinking: { type: 'adaptive' }, output_config: { effort: 'low' } }, 'low'],
    [{ thinking: { type: 'adaptive' } }, 'high'],
    [{ thinking: { type: 'enabled', budget_tokens: 1024 } }, 'low'],
    [{ thinking: { type: 'enabled', budget_tokens: 31_999 } }, 'high'],
    [{ thinking: 'much' }, undefined],
  ])('%j is asked to think %s', (fields, effort) => {
    expect(of(fields).effort).toBe(effort);
  });

  test.each<[string, string | undefined]>([
    ['{"device_id":"d","account_uuid":"","session_id":"503f36a0-a314"}', '503f36a0-a314'],
    ['user_ab12_account_0c7e-1_session_9f8e-7d6c', '9f8e-7d6c'],
    ['user_ab12_account__session_9f8e-7d6c', '9f8e-7d6c'],
    ['{"device_id":"d"}', '{"device_id":"d"}'],
    ['{broken', '{broken'],
    ['customer-17', 'customer-17'],
    ['', undefined],
  ])('of the user %s belongs to the session %s', (userId, session) => {
    expect(of({ metadata: { user_id: userId } }).session).toBe(session);
  });

  it('takes a list of names for gw’s own fallbacks, and passes Anthropic’s on', () => {
    const own = '{"model":"m","fallbacks":["a","b/c"],"max_tokens":1}';
    expect(envelope(own).fallbacks).toEqual(['a', 'b/c']);
    expect(rendered(own, 'm')).toBe('{"model":"m","max_tokens":1}');
    for (const theirs of ['"default"', '[{"model":"claude-opus-4-8"}]', '[]']) {
      const body = `{"model":"m","fallbacks":${theirs}}`;
      expect(envelope(body).fallbacks).toEqual([]);
      if (theirs !== '[]') expect(rendered(body, 'm')).toBe(body);
    }
  });

  it('is refused when the body is no object or the model no name', () => {
    const refusal = (body: string): string => {
      const read = format.readEnvelope('chat', 'application/json', Buffer.from(body), '/messages');
      return read.is === 'ok' ? 'ok' : `${read.fault.code}: ${read.fault.message}`;
    };
    expect(refusal('')).toBe('bad_request: the request has no body; a JSON object was expected');
    expect(refusal('[1]')).toMatch(/^bad_request: the body is not a JSON object: .* line 1, column 1$/);
    expect(refusal('{"model":1}')).toBe('bad_request: "model" must be a string');
  });

  it('is empty where the body is not looked into', () => {
    expect(envelope('not json', 'other').model).toBe('');
  });
});

describe('a request for a provider of the same format', () => {
  it('is the caller’s own but for the model', () => {
    const body =
      '{ "max_tokens": 1.0,\n "model" : "claude-x", "thinking":{"type":"adaptive"}, "zz":[1e2,"\\u0041"] }';
    expect(rendered(body, 'claude-y')).toBe(body.replace('claude-x', 'claude-y'));
    const same = Buffer.from(body);
    expect(format.renderRequest(envelope(body), same, { model: 'claude-x', quirks: [] })).toEqual([same]);
  });

  it('keeps its path and query', () => {
    const target = { model: 'm', quirks: [] };
    expect(format.renderPath('/messages?beta=true', of({}), target)).toBe('/messages?beta=true');
  });
});

describe('a request for Vertex AI', () => {
  const version = '"anthropic_version":"vertex-2023-10-16"';

  it('has the model in its path and the version in its body', () => {
    expect(rendered('{"model":"m","max_tokens":1,"messages":[]}', 'claude', 'anthropic-vertex')).toBe(
      `{${version},"max_tokens":1,"messages":[]}`,
    );
    expect(rendered('{"max_tokens":1,"model":"m"}', 'claude', 'anthropic-vertex')).toBe(
      `{"max_tokens":1,${version}}`,
    );
    const target = { model: 'claude-3-7-sonnet@20250219', quirks: ['anthropic-vertex'] as const };
    expect(format.renderPath('/messages?beta=true', of({}), target)).toBe(
      '/models/claude-3-7-sonnet@20250219:rawPredict',
    );
    expect(format.renderPath('/messages', of({ stream: true }), target)).toBe(
      '/models/claude-3-7-sonnet@20250219:streamRawPredict',
    );
    expect(format.renderPath('/files', of({}), target)).toBe('/files');
  });

  it('cannot leave its folder', () => {
    const target = { model: '../../secrets', quirks: ['anthropic-vertex'] as const };
    expect(format.renderPath('/messages', of({}), target)).toBe('/models/..%2F..%2Fsecrets:rawPredict');
  });

  it('replaces another version, wherever it stands', () => {
    for (const body of [
      '{"anthropic_version":"2023-06-01","model":"m","max_tokens":1}',
      '{"model":"m","max_tokens":1,"anthropic_version":"x"}',
      '{"max_tokens":1,"anthropic_version":"x","fallbacks":["a"],"model":"m"}',
      '{"max_tokens":1,"model":"m","fallbacks":["a"]}',
      '{"max_tokens":1}',
      '{ }',
    ]) {
      const made = JSON.parse(rendered(body, 'claude', 'anthropic-vertex')) as Record<string, unknown>;
      expect(made['anthropic_version']).toBe('vertex-2023-10-16');
      expect(made).not.toHaveProperty('model');
      expect(made).not.toHaveProperty('fallbacks');
    }
  });

  it('that asks for a number of tokens names its model in the body', () => {
    expect(rendered('{"model":"m","messages":[]}', 'claude', 'anthropic-vertex')).toBe(
      `{${version},"model":"claude","messages":[]}`,
    );
    const target = { model: 'claude', quirks: ['anthropic-vertex'] as const };
    expect(format.renderPath('/messages/count_tokens?beta=true', of({}), target)).toBe(
      '/models/count-tokens:rawPredict',
    );
  });

  it('stays JSON, whatever else is in it', () => {
    const fields = fc.dictionary(
      fc.constantFrom('max_tokens', 'anthropic_version', 'x', 'fallbacks'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fields, fc.string(), (rest, model) => {
        const body = JSON.stringify({ ...rest, model: 'm' });
        expect(() => {
          JSON.parse(rendered(body, model, 'anthropic-vertex'));
        }).not.toThrow();
      }),
    );
  });
});
