import { describe, expect, test } from 'vitest';

import { clientName, readHeaders, relayedHeaders, requestIdOf } from '../../../src/proxy/arrival/headers.ts';

describe('request headers', () => {
  test('forwarded keep their spelling, order and repetition; what ends here is left out', () => {
    const raw = [
      'Host',
      'x',
      'X-Mine',
      '1',
      'Connection',
      'keep-alive, X-Hop',
      'x-hop',
      '2',
      'x-mine',
      '3',
      'Cookie',
      'c',
      'X-Gw-Route',
      'r',
      'TE',
      'trailers',
      'Upgrade',
      'h2c',
      'Authorization',
      'Bearer k',
    ];
    const read = readHeaders(raw);
    expect(read.forwarded.map((text) => text.toLowerCase())).toEqual(['x-mine', '1', 'x-mine', '3']);
    expect(read).toMatchObject({ host: 'x', route: 'r', authorization: 'Bearer k' });
  });

  test('with the names of built-in things are just headers', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__defineGetter__']) {
      expect(readHeaders([name, 'x']).forwarded.map((text) => text.toLowerCase())).toEqual([
        name.toLowerCase(),
        'x',
      ]);
    }
  });

  test('given twice count once, the first', () => {
    expect(readHeaders(['host', 'a', 'host', 'b', 'x-gw-timeout', '1s', 'x-gw-timeout', '9s'])).toMatchObject(
      { host: 'a', timeout: '1s' },
    );
  });

  test.each([
    ['2', 2],
    ['0', 0],
    ['junk', 0],
  ])('say how often the caller tried: %s', (value, count) => {
    expect(readHeaders(['X-Stainless-Retry-Count', value]).retryCount).toBe(count);
  });
});

describe('answer headers', () => {
  test('pass but for framing, cookies, other origins and gw’s own names', () => {
    const headers = {
      'content-type': 'a',
      'content-length': '1',
      'transfer-encoding': 'chunked',
      'content-encoding': 'identity',
      connection: 'close',
      'set-cookie': ['a', 'b'],
      'access-control-allow-origin': '*',
      'x-gw-provider': 'liar',
      'x-ratelimit-remaining-tokens': '3',
      link: ['a', 'b'],
    };
    expect(relayedHeaders(headers, [])).toEqual([
      'content-type',
      'a',
      'x-ratelimit-remaining-tokens',
      '3',
      'link',
      'a',
      'link',
      'b',
    ]);
  });

  test.each([
    [{ 'x-request-id': 'a', 'cf-ray': 'b' }, 'a'],
    [{ 'request-id': 'a' }, 'a'],
    [{ 'cf-ray': 'b' }, 'b'],
    [{}, undefined],
  ])('name the request: %j', (headers, id) => {
    expect(requestIdOf(headers)).toBe(id);
  });
});

test.each([
  ['OpenAI/JS 7.5.0', 'OpenAI/JS'],
  ['claude-cli/2.1 (external)', 'claude-cli'],
  ['curl/8.5', 'curl'],
  ['', 'unknown'],
])('a caller with the user agent "%s" is called %s', (agent, name) => {
  expect(clientName(agent)).toBe(name);
});
