import { describe, expect, it } from 'vitest';

import { problemsOf, withProvider, withRoute } from './fixtures.ts';

describe('a key in the wrong field', () => {
  const KEYS = [
    'sk-proj-abcdefghijklmnop1234',
    'sk-or-v1-0123456789abcdef0123456789abcdef',
    'gsk_abcdefghijklmnop1234',
    'xai-abcdefghijklmnop1234',
    'csk-abcdefghijklmnop1234',
    'fw_abcdefghijklmnop12345',
    'AIzaSyA-abcdefghijklmnopqrstuv',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc',
    // Without a prefix, as Mistral's are.
    'Zx8Qw3Er5Ty7Ui9Op1As2Df4Gh6Jk8Lz',
  ];
  const FIELDS: readonly (readonly [string, (key: string) => object])[] = [
    ['a variable name', (key) => withProvider({ preset: 'openai', keys: [{ env: key }] })],
    ['a keychain account', (key) => withProvider({ preset: 'openai', keys: [{ keychain: key }] })],
    ['a file path', (key) => withProvider({ preset: 'openai', keys: [{ file: key }] })],
    ['the keys list', (key) => withProvider({ preset: 'openai', keys: [key] })],
    ['a provider', (key) => ({ profiles: { default: { providers: { openai: key } } } })],
    ['a preset', (key) => withProvider({ preset: key })],
    ['an address alone', (key) => withProvider({ url: key })],
    [
      'the name of a provider',
      (key) => ({ profiles: { default: { providers: { [key]: { preset: 'openai' } } } } }),
    ],
    ['the name of a setting', (key) => ({ listen: { [key]: true } })],
    ['a target', (key) => withRoute({ targets: [key] })],
    ['the token', (key) => ({ listen: { token: key } })],
    ['a header name', (key) => withProvider({ preset: 'openai', headers: { [key]: '\n' } })],
    ['the active profile', (key) => ({ active: key })],
    ['a number', (key) => ({ listen: { port: key } })],
    ['a broken file', (key) => ({ [key]: { [key]: key } })],
  ];

  it.each(FIELDS)('is refused and not repeated: %s [promise:config-private]', (_name, make) => {
    for (const key of KEYS) {
      const found = problemsOf(make(key));
      expect(found.length, key).toBeGreaterThan(0);
      expect(JSON.stringify(found)).not.toContain(key);
    }
  });

  it('is refused where any text would do: address, header value, model, pattern', () => {
    for (const key of KEYS.slice(0, -1)) {
      for (const document of [
        withProvider({ url: `https://${key}@api.example.com/v1` }),
        withProvider({ url: `https://api.example.com/${key}` }),
        withProvider({ preset: 'openai', headers: { 'x-auth': key } }),
        withProvider({ preset: 'openai', models: [key] }),
        withRoute({ targets: [`openai/${key}`] }),
        withRoute({ match: [key], targets: ['openai'] }),
      ]) {
        const found = problemsOf(document);
        expect(found.length, key).toBeGreaterThan(0);
        expect(JSON.stringify(found)).not.toContain(key);
      }
    }
  });

  it('is not seen in an address with an account number, nor in long model names', () => {
    expect(
      problemsOf({
        profiles: {
          default: {
            providers: {
              cloudflare: {
                url: 'https://api.cloudflare.com/client/v4/accounts/0123456789abcdef0123456789abcdef/ai/v1',
                auth: 'none',
                models: ['Qwen3-235B-A22B-Instruct-2507-tput', 'accounts/fireworks/models/deepseek-v4-flash'],
              },
            },
          },
        },
      }),
    ).toEqual([]);
  });
});

it('a key that is the name of a provider is not listed among the names that would do', () => {
  const key = 'sk-proj-abcdefghijklmnop1234';
  const providers = { [key]: { preset: 'openai' } };
  const found = problemsOf({ profiles: { default: { providers, routes: { r: { targets: ['opnai'] } } } } });
  expect(found).toHaveLength(2);
  expect(JSON.stringify(found)).not.toContain(key);
});
