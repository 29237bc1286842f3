import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { headLine, keepable, readCassette } from '../../../src/cassette/index.ts';
import type { TakenExchange } from '../../../src/core/cassette.ts';

const BASE64 = (text: string): string => Buffer.from(text).toString('base64');

function taken(change: Partial<TakenExchange> = {}): TakenExchange {
  return {
    format: 'openai-chat',
    operation: 'chat',
    method: 'POST',
    url: '/v1/chat/completions',
    contentType: 'application/json',
    request: BASE64('{"model":"m"}'),
    status: 200,
    headers: [['content-type', 'application/json']],
    chunks: [[5, BASE64('{"ok":true}')]],
    ending: 'whole',
    endMs: 6,
    ...change,
  };
}

/** The line that would be written. */
function line(change: Partial<TakenExchange>): string {
  const kept = keepable(taken(change));
  return kept.is === 'ok' ? JSON.stringify(kept.value) : '';
}

const alnum = (length: number): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.constantFrom(...Array.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789')),
    minLength: length,
    maxLength: length,
  });
const upper = fc.string({
  unit: fc.constantFrom(...Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789')),
  minLength: 16,
  maxLength: 16,
});

/** What belongs to somebody, by its shape: the whole text, and the part of it that must be nowhere. */
const canaries: fc.Arbitrary<readonly [text: string, core: string]> = fc.oneof(
  alnum(32).map((core) => [`sk-${core}`, core] as const),
  alnum(32).map((core) => [`sk-ant-api03-${core}`, core] as const),
  alnum(32).map((core) => [`gsk_${core}`, core] as const),
  alnum(35).map((core) => [`AIza${core}`, core] as const),
  alnum(36).map((core) => [`ghp_${core}`, core] as const),
  alnum(24).map((core) => [`xoxb-${core}`, core] as const),
  upper.map((core) => [`AKIA${core}`, core] as const),
  alnum(24).map((core) => [`org-${core}`, core] as const),
  alnum(24).map((core) => [`Authorization: Bearer ${core}`, core] as const),
  alnum(24).map((core) => [`https://jo:${core}@example.com/`, core] as const),
  alnum(24).map((core) => [`${core}@example.com`, core] as const),
  alnum(40).map((core) => [`eyJ${core}.${core}.${core}`, core] as const),
);

/** Places of an exchange that a text can get to. */
const places: fc.Arbitrary<(text: string) => Partial<TakenExchange>> = fc.constantFrom(
  (text: string) => ({ request: BASE64(JSON.stringify({ messages: [{ content: `a ${text} b` }] })) }),
  (text: string) => ({ request: BASE64(JSON.stringify({ input: JSON.stringify({ note: text }) })) }),
  (text: string) => ({ request: BASE64(`--b\r\nname="prompt"\r\n\r\n${text}\r\n--b--`) }),
  (text: string) => ({ url: `/v1/chat/completions?note=${text}` }),
  (text: string) => ({ route: text }),
  (text: string): Partial<TakenExchange> => ({
    headers: [
      ['set-cookie', text],
      ['x-account', text],
      ['x-gw-model', text],
    ],
  }),
  (text: string): Partial<TakenExchange> => ({
    chunks: [[1, BASE64(JSON.stringify({ content: `is ${text}` }))]],
  }),
  // Cut into pieces on its way, and spelled over the events of a stream.
  (text: string): Partial<TakenExchange> => ({
    chunks: [
      [1, BASE64(`{"content":" ${text.slice(0, 9)}`)],
      [2, BASE64(`${text.slice(9)} "}`)],
    ],
  }),
  (text: string): Partial<TakenExchange> => ({
    chunks: [` ${text.slice(0, 8)}`, text.slice(8, 13), `${text.slice(13)} `].map((content, index) => [
      index,
      BASE64(`data: ${JSON.stringify({ delta: { content } })}\n\n`),
    ]),
  }),
);

describe('what is written into a cassette', () => {
  it('has no key, account or mail address in it, in whatever place it stood [promise:cassette-no-secret]', () => {
    fc.assert(
      fc.property(canaries, places, ([text, core], put) => {
        const kept = line(put(text));
        expect(kept).not.toContain(core);
        // Not even in parts.
        if (/delta/.test(kept)) expect(kept).not.toContain(core.slice(-8));
      }),
      { numRuns: 400 },
    );
  });

  it('takes out fields that say who asks, also where JSON is a text in JSON, and leaves valid JSON', () => {
    const inner = JSON.stringify({ device_id: 'abcdef', account_uuid: 'q"uo\\ted', session: 'kept' });
    const body = {
      metadata: { user_id: inner },
      user: 'jo "the" e',
      account_id: 123456789,
      api_key: 'shortone',
      text: inner,
    };
    const kept = keepable(taken({ request: BASE64(JSON.stringify(body)) }));
    if (kept.is === 'failed' || typeof kept.value.request.body !== 'string') throw new Error('not kept');
    const read: unknown = JSON.parse(kept.value.request.body);
    expect(read).toMatchObject({
      metadata: { user_id: '[account]' },
      user: '[account]',
      account_id: 0,
      api_key: '[secret]',
    });
    for (const word of ['jo ', 'uo', '123456789', 'shortone', 'abcdef'])
      expect(kept.value.request.body).not.toContain(word);
    expect(kept.value.request.body).toContain('kept');
  });

  it('leaves ordinary text as it is', () => {
    const text =
      'The task-based risk-assessment of user-interfaces, at 10:30: “org-mode”, a@b, key: value, sk-ies; 日本語 ☕';
    const kept = keepable(taken({ request: BASE64(text), chunks: [[1, BASE64(text)]] }));
    expect(kept).toMatchObject({ value: { request: { body: text }, answer: { chunks: [[1, text]] } } });
  });

  it('leaves bytes that are no text as they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const audio = Buffer.from([0xff, 0xfb, ...bytes]).toString('base64');
        const kept = keepable(taken({ chunks: [[1, audio]] }));
        expect(kept).toMatchObject({ value: { answer: { chunks: [[1, { base64: audio }]] } } });
      }),
    );
  });

  it('keeps of request ids their hashes, in headers and where errors repeat them', () => {
    const id = 'req_011CQexample0000';
    const kept = line({
      headers: [
        ['request-id', id],
        ['x-other', 'gone'],
      ],
      chunks: [[1, BASE64(`{"request_id":"${id}"}`)]],
    });
    expect(kept).not.toContain(id);
    expect(kept.match(/req_[0-9a-f]{12}/g)).toHaveLength(2);
    expect(kept).not.toContain('gone');
  });

  it('says how an exchange failed, and after which byte', () => {
    const chunks: TakenExchange['chunks'] = [
      [1, BASE64('12345')],
      [2, BASE64('678')],
    ];
    expect(line({ chunks, ending: 'closed' })).toContain('"fault":{"is":"closed","byte":8}');
    expect(line({ chunks, status: 503 })).toContain('"fault":{"is":"status","byte":8}');
    expect(line({ chunks: [], status: 0, ending: 'gone' })).toContain('"fault":{"is":"gone","byte":0}');
    expect(line({ chunks })).not.toContain('fault');
  });

  it('can be read again', () => {
    const text = `${headLine(new Date(0))}\n${line({})}\n\n${line({ ending: 'reset' })}\n`;
    const { head, exchanges } = readCassette(text);
    expect(head.recorded).toBe('1970-01-01');
    expect(exchanges.map(({ answer }) => answer.ending)).toEqual(['whole', 'reset']);
  });
});

describe('a file that is no cassette', () => {
  const head = headLine(new Date(0));
  const good = line({});
  it.each([
    ['nothing', '', 1, 'empty'],
    ['something else', '{"a":1}', 1, 'no cassette'],
    ['a later version', '{"gw-cassette":2}', 1, 'version 2'],
    ['ignored fields that are none', '{"gw-cassette":1,"ignored":[1]}', 1, 'ignored'],
    ['a torn line', `${head}\n${good}\n${good.slice(0, 40)}`, 3, 'JSON object'],
    ['another format', `${head}\n${good.replace('openai-chat', 'telex')}`, 2, 'format'],
    ['no address', `${head}\n\n${good.replace('"url"', '"uri"')}`, 3, 'url'],
    ['an ending nobody knows', `${head}\n${good.replace('whole', 'half')}`, 2, 'answer.ending'],
    ['time that runs backwards', `${head}\n${good.replace('[[5,', '[[-5,')}`, 2, 'answer.chunks[0]'],
    [
      'a header that cannot be sent',
      `${head}\n${good.replace('application/json"}', 'a\\nb"}')}`,
      2,
      'answer.headers',
    ],
    [
      'a status that is none',
      `${head}\n${good.replace('"status":200', '"status":"200"')}`,
      2,
      'answer.status',
    ],
    ['a status out of bounds', `${head}\n${good.replace('"status":200', '"status":7')}`, 2, 'answer.status'],
  ])('is told with its place: %s', (_, text, at, word) => {
    expect(() => readCassette(text)).toThrow(
      expect.objectContaining({ line: at, message: expect.stringContaining(word) }),
    );
  });
});
