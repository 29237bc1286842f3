import { describe, expect, test } from 'vitest';

import { httpProxyRule, httpProxyVariable } from '../../../src/lib/http-proxy.ts';

const PROXY = 'http://proxy.corp:8080';

function wayTo(address: string, env: Record<string, string>): string | undefined {
  return httpProxyRule(env)(new URL(address))?.origin;
}

describe('the way to an address', () => {
  test('is direct while no variable is set', () => {
    expect(wayTo('https://api.openai.com/v1', {})).toBeUndefined();
    expect(wayTo('https://api.openai.com/v1', { HTTPS_PROXY: ' ', NO_PROXY: '*' })).toBeUndefined();
  });

  test.each([
    ['https://a.example', { HTTPS_PROXY: PROXY }, PROXY],
    ['https://a.example', { https_proxy: PROXY, HTTPS_PROXY: 'http://other:1' }, PROXY],
    ['https://a.example', { ALL_PROXY: PROXY }, PROXY],
    ['https://a.example', { HTTPS_PROXY: 'proxy.corp:8080' }, PROXY],
    ['https://a.example', { HTTPS_PROXY: 'https://user:pass@proxy.corp' }, 'https://proxy.corp'],
    ['https://a.example', { HTTP_PROXY: PROXY }, undefined],
    ['http://a.example', { HTTP_PROXY: PROXY }, PROXY],
    ['http://a.example', { HTTPS_PROXY: PROXY }, undefined],
    ['https://a.example', { HTTPS_PROXY: 'socks5://proxy.corp:1080' }, undefined],
    ['https://a.example', { HTTPS_PROXY: 'http://' }, undefined],
  ])('%s with %o leads through %s', (address, env, through) => {
    expect(wayTo(address, env)).toBe(through);
  });

  test.each([
    'http://localhost:11434',
    'http://api.localhost',
    'http://127.0.0.1:8000',
    'http://127.8.8.8',
    'http://0.0.0.0:8000',
    'http://[::1]:8000',
    'http://[::ffff:127.0.0.1]:8000',
    'https://localhost.',
  ])('on this machine is direct: %s', (address) => {
    expect(wayTo(address, { ALL_PROXY: PROXY })).toBeUndefined();
  });

  test.each([
    ['*', true],
    ['corp, a.example', true],
    ['A.EXAMPLE.', true],
    ['.example', true],
    ['*.example', true],
    ['example', true],
    ['ample', false],
    ['b.example', false],
    ['a.example:443', true],
    ['a.example:8443', false],
    [' , ,', false],
  ])('is direct where NO_PROXY names it: %s', (list, spared) => {
    expect(wayTo('https://a.example/v1', { HTTPS_PROXY: PROXY, NO_PROXY: list }) === undefined).toBe(spared);
  });

  test.each([
    ['http://10.1.2.3:8000', '10.0.0.0/8', true],
    ['http://11.1.2.3:8000', '10.0.0.0/8', false],
    ['http://10.1.2.3:8000', '10.1.2.3:8000', true],
    ['http://10.1.2.3:8000', '10.0.0.0/99,nonsense/8', false],
    ['http://10.1.2.3:8000', '10.1.2.0/23', true],
    ['http://10.1.4.3:8000', '10.1.2.0/23', false],
    ['http://10.1.4.3:8000', '0.0.0.0/0', true],
    ['http://ten.example', '10.0.0.0/8', false],
    ['http://[fd00::1]:8000', 'fd00::1', true],
    ['http://[fd00::1]:8000', '[fd00::1]:8000', true],
    ['http://[fd00::2]:8000', '[fd00::1]:8000', false],
  ])('to %s is direct where NO_PROXY names its network: %s', (address, list, spared) => {
    expect(wayTo(address, { HTTP_PROXY: PROXY, no_proxy: list }) === undefined).toBe(spared);
  });
});

test('the variable that applies is named', () => {
  expect(httpProxyVariable({ all_proxy: PROXY, HTTPS_PROXY: PROXY }, 'https:')?.name).toBe('HTTPS_PROXY');
  expect(httpProxyVariable({ all_proxy: PROXY }, 'ftp:')).toBeUndefined();
});
