import { describe, expect, it } from 'vitest';

import { problemsOf, withProvider, withRoute } from './fixtures.ts';

const PROVIDER = 'profiles.default.providers.openai';
const ROUTE = 'profiles.default.routes.r';

const WRONG: readonly (readonly [string, object, { place: string; nearest?: string; expected?: RegExp }])[] =
  [
    ['an unknown key', { listn: {} }, { place: 'listn', nearest: 'listen' }],
    ['a mistyped setting', { listen: { prot: 1 } }, { place: 'listen.prot', nearest: 'port' }],
    ['a port out of range', { listen: { port: 70_000 } }, { place: 'listen.port', expected: /0 to 65535/ }],
    [
      'text where a number is meant',
      { listen: { port: '4499' } },
      { place: 'listen.port', expected: /whole number/ },
    ],
    [
      'an address of no machine',
      { listen: { host: 'example.com' } },
      { place: 'listen.host', expected: /IP address/ },
    ],
    [
      'an open address without token',
      { listen: { host: '0.0.0.0' } },
      { place: 'listen.host', expected: /token/ },
    ],
    [
      'an open IPv6 address without token',
      { listen: { host: '::' } },
      { place: 'listen.host', expected: /token/ },
    ],
    [
      'an allowed host with a port',
      { listen: { allowedHosts: ['a:1'] } },
      { place: 'listen.allowedHosts[0]' },
    ],
    ['any origin', { listen: { allowedOrigins: ['*'] } }, { place: 'listen.allowedOrigins[0]' }],
    ['an unknown level', { log: { level: 'verbose' } }, { place: 'log.level', expected: /debug, info/ }],
    [
      'a size without unit that is too small',
      { log: { maxBytes: 10 } },
      { place: 'log.maxBytes', expected: /size/ },
    ],
    [
      'an active profile that is not there',
      { active: 'wrok', profiles: { work: {} } },
      { place: 'active', nearest: 'work' },
    ],
    [
      'no word on which of two is active',
      { profiles: { a: {}, b: {} } },
      { place: 'active', expected: /a, b/ },
    ],
    ['a list of profiles', { profiles: [] }, { place: 'profiles', expected: /object/ }],
    ['a profile name with a blank', { profiles: { 'a b': {} } }, { place: 'profiles."a b"' }],
    [
      'a provider name with a slash',
      { profiles: { default: { providers: { 'a/b': { preset: 'openai' } } } } },
      { place: 'profiles.default.providers."a/b"' },
    ],
    [
      'an unknown preset',
      withProvider({ preset: 'opnai' }),
      { place: `${PROVIDER}.preset`, nearest: 'openai' },
    ],
    ['no address', withProvider({}), { place: `${PROVIDER}.url`, expected: /"preset"/ }],
    [
      'another protocol',
      withProvider({ url: 'ftp://x/v1' }),
      { place: `${PROVIDER}.url`, expected: /version prefix/ },
    ],
    ['no address at all in url', withProvider({ url: 'api.example.com/v1' }), { place: `${PROVIDER}.url` }],
    ['a query in an address', withProvider({ url: 'https://x/v1?a=b' }), { place: `${PROVIDER}.url` }],
    [
      'an unknown format',
      withProvider({ preset: 'openai', format: 'openai' }),
      { place: `${PROVIDER}.format`, expected: /openai-chat/ },
    ],
    [
      'an unknown auth',
      withProvider({ preset: 'openai', auth: 'basic' }),
      { place: `${PROVIDER}.auth`, expected: /bearer/ },
    ],
    [
      'a bearer without key',
      withProvider({ url: 'https://x/v1', auth: 'bearer' }),
      { place: `${PROVIDER}.keys`, expected: /at least one/ },
    ],
    [
      'no key where one is needed',
      withProvider({ preset: 'openai', keys: [] }),
      { place: `${PROVIDER}.keys` },
    ],
    [
      'a key as text',
      withProvider({ preset: 'openai', keys: ['OPENAI_API_KEY'] }),
      { place: `${PROVIDER}.keys[0]`, expected: /object/ },
    ],
    [
      'a key kept nowhere',
      withProvider({ preset: 'openai', keys: [{}] }),
      { place: `${PROVIDER}.keys[0]`, expected: /exactly one/ },
    ],
    [
      'a key kept in two places',
      withProvider({ preset: 'openai', keys: [{ env: 'A', file: '/a' }] }),
      { place: `${PROVIDER}.keys[0]`, expected: /exactly one/ },
    ],
    [
      'a key listed twice',
      withProvider({ preset: 'openai', keys: [{ env: 'A' }, { env: 'A' }] }),
      { place: `${PROVIDER}.keys[1]` },
    ],
    [
      'a variable no shell can set',
      withProvider({ preset: 'openai', keys: [{ env: '1-A' }] }),
      { place: `${PROVIDER}.keys[0].env` },
    ],
    [
      'a relative key file',
      withProvider({ preset: 'openai', keys: [{ file: 'key' }] }),
      { place: `${PROVIDER}.keys[0].file` },
    ],
    [
      'a key with a line break',
      withProvider({ preset: 'openai', keys: [{ value: 'a\nb' }] }),
      { place: `${PROVIDER}.keys[0].value` },
    ],
    [
      'a credential as header',
      withProvider({ preset: 'openai', headers: { Authorization: 'x' } }),
      { place: `${PROVIDER}.headers.Authorization`, expected: /keys/ },
    ],
    [
      'a header of the connection',
      withProvider({ preset: 'openai', headers: { Host: 'x' } }),
      { place: `${PROVIDER}.headers.Host` },
    ],
    [
      'a header value of two lines',
      withProvider({ preset: 'openai', headers: { a: 'x\r\ny: z' } }),
      { place: `${PROVIDER}.headers.a` },
    ],
    [
      'a header written twice',
      withProvider({ preset: 'openai', headers: { a: 'x', A: 'y' } }),
      { place: `${PROVIDER}.headers.A` },
    ],
    [
      'an unknown quirk',
      withProvider({ preset: 'openai', quirks: ['odd'] }),
      { place: `${PROVIDER}.quirks[0]` },
    ],
    [
      'a route to nowhere',
      withRoute({ targets: [] }),
      { place: `${ROUTE}.targets`, expected: /at least one/ },
    ],
    ['a route without targets', withRoute({}), { place: `${ROUTE}.targets`, expected: /at least one/ }],
    [
      'an unknown provider',
      withRoute({ targets: ['openai/a', 'opena/b'] }),
      { place: `${ROUTE}.targets[1]`, nearest: 'openai' },
    ],
    [
      'a target listed twice',
      withRoute({ targets: ['openai/a', 'openai/a'] }),
      { place: `${ROUTE}.targets[1]` },
    ],
    [
      'two routes for one name',
      withRoute({ match: ['x'], targets: ['openai'] }, { x: { targets: ['openai'] } }),
      { place: `${ROUTE}.match` },
    ],
    [
      'two default routes',
      withRoute({ match: ['*'], targets: ['openai'] }, { s: { match: ['*'], targets: ['openai'] } }),
      { place: 'profiles.default.routes.s.match' },
    ],
    [
      'a duration without unit',
      withRoute({ targets: ['openai'], policy: { idleMs: '10' } }),
      { place: `${ROUTE}.policy.idleMs`, expected: /"10s"/ },
    ],
    [
      'a negative duration',
      withRoute({ targets: ['openai'], policy: { idleMs: -1 } }),
      { place: `${ROUTE}.policy.idleMs` },
    ],
    [
      'a policy without its unit',
      withRoute({ targets: ['openai'], policy: { connect: 1 } }),
      { place: `${ROUTE}.policy.connect`, nearest: 'connectMs' },
    ],
    [
      'half a retry',
      withRoute({ targets: ['openai'], policy: { retries: 0.5 } }),
      { place: `${ROUTE}.policy.retries` },
    ],
    ['null', { listen: null }, { place: 'listen', expected: /object/ }],
    ['a key every object has', JSON.parse('{"__proto__": {"listen": {}}}'), { place: '__proto__' }],
  ];

describe('a profile file that is wrong', () => {
  it.each(WRONG)('names the place of %s [promise:config-errors]', (_name, document, wanted) => {
    const found = problemsOf(document);
    const problem = found.find(({ place }) => place === wanted.place);
    expect(problem, JSON.stringify(found)).toBeDefined();
    if (wanted.nearest !== undefined) expect(problem?.nearest).toBe(wanted.nearest);
    if (wanted.expected) expect(problem?.expected).toMatch(wanted.expected);
    expect(problem?.line).toBe(1);
  });

  it('is described as a whole, not one problem at a time', () => {
    expect(problemsOf({ listen: { port: -1 }, log: { level: 'x' }, recrod: {} })).toHaveLength(3);
  });

  it('is not said to lack what it has under a mistyped name', () => {
    const routes = { default: { match: ['*'], targts: ['a/m'] } };
    const providers = { a: { url: 'http://127.0.0.1:9/v1' } };
    expect(problemsOf({ profiles: { default: { providers, routes } } })).toMatchObject([
      { message: 'unknown key', nearest: 'targets' },
    ]);
  });

  it('is pointed at by line and column', () => {
    const text = '{\n  "listen": {\n    "prot": 1\n  }\n}\n';
    expect(problemsOf(text)).toMatchObject([{ place: 'listen.prot', line: 3, column: 5 }]);
  });
});
