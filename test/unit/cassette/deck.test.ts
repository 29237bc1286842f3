import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Deck } from '../../../src/cassette/deck.ts';
import type { Cassette, CassetteExchange } from '../../../src/cassette/index.ts';
import { type AskedRequest, normalise } from '../../../src/cassette/normalise.ts';
import { isObject } from '../../../src/lib/expect.ts';

function asked(body: unknown, change: Partial<AskedRequest> = {}): AskedRequest {
  return {
    format: 'openai-chat',
    method: 'POST',
    url: '/v1/chat/completions',
    contentType: 'application/json',
    body: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)),
    ...change,
  };
}

const keyOf = (body: unknown, change?: Partial<AskedRequest>): string =>
  normalise(asked(body, change), ['user', 'a.b']).key;

/** The same value with the fields of every object the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, item]) => [name, turned(item)]),
  );
}

function cassette(...bodies: readonly unknown[]): Cassette {
  const exchanges = bodies.map((body, index): CassetteExchange => ({
    format: 'openai-chat',
    operation: 'chat',
    method: 'POST',
    url: '/v1/chat/completions',
    request: { contentType: 'application/json', body: JSON.stringify(body) },
    answer: { status: 200, headers: {}, chunks: [[0, `answer ${index}`]], ending: 'whole', endMs: 0 },
  }));
  return { head: { recorded: '2026-01-01', ignored: ['user'] }, exchanges };
}

/** The words of the answer to each request in turn. */
function answers(deck: Deck, ...bodies: readonly unknown[]): unknown[] {
  return bodies.map((body) => {
    const found = deck.find(asked(body));
    return found.is === 'hit' ? found.exchange.answer.chunks[0]?.[1] : found.is;
  });
}

describe('requests that are the same', () => {
  it('may have their fields in any order', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (body) => {
        expect(keyOf(turned(body))).toBe(keyOf(body));
      }),
    );
  });

  it('may differ in ignored fields, unique ids, ids of calls, dates and times', () => {
    const texts = [
      ['id 0189e4a2-1111-4222-8333-444455556666', 'id ffffe4a2-1111-4222-8333-444455556666'],
      ['msg_01a202d0-a8e8-7850-b9b5-15cd87e01d46', 'msg_01a202e9-d806-7192-bb04-e507476d0b21'],
      ['at_01a202d0-a8e8-7850-b9b5-15cd87e01d46', 'at_01a202e9-d806-7192-bb04-e507476d0b21'],
      ['call_abcdefgh1234', 'call_zzzzzzzz9999'],
      ['ctc_abcdefgh1234', 'ctc_zzzzzzzz9999'],
      ['in /tmp/gw-gemini-V6090U/.gemini/tmp', 'in /tmp/gw-gemini-7KXxQq/.gemini/tmp'],
      ['Today is 2026-05-04.', 'Today is 2027-12-31T10:11:12.123Z.'],
      ["Today's date is Monday, May 4, 2026", "Today's date is Friday, December 31, 2027"],
      ['at 10:30', 'at 9:05 PM'],
    ];
    for (const [one, other] of texts)
      expect(keyOf({ m: [{ content: one }] })).toBe(keyOf({ m: [{ content: other }] }));
    expect(keyOf({ user: 'a', a: { b: 1, c: 2 } })).toBe(keyOf({ user: 'b', a: { b: 9, c: 2 } }));
    expect(keyOf({}, { url: '/v1/x?b=2&a=1&key=k' })).toBe(keyOf({}, { url: '/v1//x?a=1&b=2' }));
  });

  it('may be forms with another boundary', () => {
    const form = (boundary: string): readonly [Buffer, Partial<AskedRequest>] => [
      Buffer.from(`--${boundary}\r\nx\r\n--${boundary}--`),
      { contentType: `multipart/form-data; boundary=${boundary}` },
    ];
    expect(keyOf(...form('abc'))).toBe(keyOf(...form('xyz')));
    expect(keyOf(...form('abc'))).not.toBe(keyOf(Buffer.from('--abc\r\ny\r\n--abc--'), form('abc')[1]));
  });

  it('have the same values everywhere else', () => {
    const body = { model: 'm', messages: [{ role: 'user', content: 'Hi' }], tools: [], x: {} };
    const others: readonly unknown[] = [
      { ...body, model: 'n' },
      { ...body, messages: [] },
      { ...body, stream: true },
      { ...body, tools: {} },
      { ...body, messages: [{ role: 'user', content: 'Hi', user: 'counts here' }] },
      { ...body, x: null },
    ];
    const keys = [body, ...others].map((one) => keyOf(one));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keyOf(body, { format: 'gemini' })).not.toBe(keyOf(body));
    expect(keyOf(body, { url: '/v1/responses' })).not.toBe(keyOf(body));
    expect(keyOf(['Hi'])).not.toBe(keyOf(['Ho']));
  });
});

describe('a deck of recorded answers', () => {
  it('gives those of the same request in order, and then the last again unless it is strict', () => {
    const [one, two] = [{ q: 1 }, { q: 2 }];
    const recorded = cassette(one, two, one);
    expect(answers(new Deck(recorded, false), one, one, one, two, two)).toEqual([
      'answer 0',
      'answer 2',
      'answer 2',
      'answer 1',
      'answer 1',
    ]);
    expect(answers(new Deck(recorded, true), one, two, one, one, two)).toEqual([
      'answer 0',
      'answer 1',
      'answer 2',
      'used-up',
      'used-up',
    ]);
  });

  it('takes any text where a credential was hidden, and no other text elsewhere', () => {
    const recorded = cassette({ model: 'm', q: 'key [secret], please' });
    const deck = new Deck(recorded, false);
    expect(answers(deck, { model: 'm', q: 'key of-mine-123, please' })).toEqual(['answer 0']);
    expect(
      answers(
        deck,
        { model: 'n', q: 'key of-mine, please' },
        { model: 'm', q: 'key of-mine' },
        { model: 'm', q: 'my key x, please' },
        { q: 'key x, please' },
      ),
    ).toEqual(['miss', 'miss', 'miss', 'miss']);
  });

  it('tells of what it does not have the nearest, and where that differs', () => {
    const deck = new Deck(cassette({ a: 1, b: 2, c: 3 }, { a: 1, b: 2, c: 4, d: 5 }, { z: 1 }), false);
    expect(deck.find(asked({ a: 1, b: 2, c: 5 }))).toEqual({
      is: 'miss',
      nearest: { number: 1, differences: ['c: recorded 3, asked 5'] },
    });
    const long = 'x'.repeat(5000);
    const found = new Deck(cassette({ q: `${long}a${long}` }), false).find(asked({ q: `${long}b${long}` }));
    expect(JSON.stringify(found).length).toBeLessThan(400);
    expect(JSON.stringify(found)).toMatch(/xa.*xb/);
    expect(new Deck(cassette(), true).find(asked({}))).toEqual({ is: 'miss', nearest: undefined });
  });

  it('knows what nobody asked for', () => {
    const deck = new Deck(cassette({ model: 'm' }, { model: 'n' }), false);
    expect(deck.models()).toEqual(['m', 'n']);
    deck.find(asked({ model: 'n', user: 'me' }));
    expect(deck.unused()).toEqual([{ number: 1, method: 'POST', url: '/v1/chat/completions' }]);
  });
});
