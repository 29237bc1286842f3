import { describe, expect, test } from 'vitest';

import { OPERATIONS } from '../../../src/core/operation.ts';
import { keysOf } from '../../../src/lib/expect.ts';
import { readHeaders } from '../../../src/proxy/arrival/headers.ts';
import { acts, isHarmless, readHedgeWish } from '../../../src/proxy/race/when-to-race.ts';

const PLAIN = { operation: 'chat', drill: undefined, thread: undefined, envelope: undefined } as const;
const ENVELOPE = {
  model: 'm',
  stream: true,
  effort: undefined,
  fallbacks: [],
  session: undefined,
  wantsUsage: false,
  always: [],
  modelAt: undefined,
  askUsage: undefined,
};

describe('what may be asked twice', () => {
  test('is what is small and says the same twice; more only where the request asks for it', () => {
    const unasked = keysOf(OPERATIONS).filter((operation) => isHarmless({ ...PLAIN, operation }, false));
    expect(unasked).toEqual(['chat', 'completions', 'embeddings', 'rerank']);
    const never = keysOf(OPERATIONS).filter((operation) => !isHarmless({ ...PLAIN, operation }, true));
    expect(never).toEqual(['other']);
  });

  test('is nothing in a drill, and nothing that goes on from an earlier answer, asked for or not', () => {
    const drill = { faults: {}, dry: false, simulator: undefined };
    const pinned = { ...ENVELOPE, pinned: 'resp_1' };
    for (const isAsked of [true, false]) {
      expect(isHarmless({ ...PLAIN, drill }, isAsked)).toBe(false);
      expect(isHarmless({ ...PLAIN, envelope: pinned }, isAsked)).toBe(false);
      expect(isHarmless({ ...PLAIN, envelope: ENVELOPE }, isAsked)).toBe(true);
    }
  });

  test.each([
    [{ tools: [{ type: 'function', name: 'pay' }] }, false],
    [{ tools: [{ type: 'mcp', server_url: 'https://example.com' }] }, true],
    [{ tools: [{ type: 'mcp', connector_id: 'connector_mail' }] }, true],
    [{ mcp_servers: [] }, true],
    [{ background: true }, true],
    [{ background: false }, false],
    [
      { messages: [{ role: 'user', content: 'What is "server_url": in JSON, or "background": true?' }] },
      false,
    ],
  ])('of %j the provider acts: %s', (request, does) => {
    expect(acts({ body: Buffer.from(JSON.stringify(request)) })).toBe(does);
    expect(acts({ body: Buffer.from(JSON.stringify(request, null, 2)) })).toBe(does);
  });
});

describe('x-gw-hedge', () => {
  test.each([
    ['on', 'on'],
    ['OFF ', 'off'],
    ['p95', 'p95'],
    ['1.5s', 1500],
  ])('takes %s', (value, wish) => {
    expect(readHedgeWish(readHeaders(['x-gw-hedge', value]))).toBe(wish);
  });

  test('says nothing when it is not there, and is refused when it is none of these', () => {
    expect(readHedgeWish(readHeaders([]))).toBeUndefined();
    expect(readHedgeWish(readHeaders(['x-gw-hedge', 'soon']))).toMatchObject({ code: 'bad_request' });
  });
});
