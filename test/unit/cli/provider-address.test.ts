import { describe, expect, test } from 'vitest';

import { normaliseAddress, travelsInTheClear } from '../../../src/cli/provider/address.ts';

describe('an address as typed', () => {
  test.each([
    ['https://api.example.com/v1', 'https://api.example.com/v1'],
    ['https://api.example.com/v1/', 'https://api.example.com/v1'],
    [' https://API.example.com//openai//v1 ', 'https://api.example.com/openai/v1'],
    ['127.0.0.1:9001/v1', 'http://127.0.0.1:9001/v1'],
    ['localhost:9001/v1', 'http://localhost:9001/v1'],
    ['gpu-box:8000/v1', 'http://gpu-box:8000/v1'],
    ['[::1]:8000/v1', 'http://[::1]:8000/v1'],
    ['api.example.com/v1', 'https://api.example.com/v1'],
    ['https://api.example.com/v1/chat/completions', 'https://api.example.com/v1'],
    ['https://api.example.com/v1/models', 'https://api.example.com/v1'],
  ])('%s becomes %s', (typed, url) => {
    expect(normaliseAddress(typed)).toMatchObject({ is: 'ok', value: { url, guessed: false } });
  });

  test('without a path gets /v1, which is said and known to be a guess', () => {
    const address = normaliseAddress('http://127.0.0.1:9001');
    expect(address).toMatchObject({ is: 'ok', value: { url: 'http://127.0.0.1:9001/v1', guessed: true } });
    expect(JSON.stringify(address)).toContain('added /v1');
  });

  test.each([
    ['ftp://example.com/v1', 'ftp'],
    ['http://', 'no address'],
    ['', 'no address'],
    ['https://user:hunter2@example.com/v1', 'user name or password'],
    ['https://example.com/v1?key=hunter2', 'query'],
    ['https://example.com/v1#hunter2', 'fragment'],
  ])('%s is refused, and no credential in it is repeated', (typed, reason) => {
    const refused = JSON.stringify(normaliseAddress(typed));
    expect(refused).toContain('"failed"');
    expect(refused).toContain(reason);
    expect(refused).not.toContain('hunter2');
  });

  test.each([
    ['http://api.example.com/v1', true],
    ['http://8.8.8.8/v1', true],
    ['https://api.example.com/v1', false],
    ['http://127.0.0.1:1/v1', false],
    ['http://192.168.1.7:1/v1', false],
    ['http://nas.local:1/v1', false],
  ])('%s lets a key be read on the way: %s', (url, clear) => {
    expect(travelsInTheClear(url)).toBe(clear);
  });
});
