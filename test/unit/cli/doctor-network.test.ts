import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, test } from 'vitest';

import { judgeSkew } from '../../../src/cli/doctor/checks/network.ts';
import { type Reach, reachProviders } from '../../../src/cli/doctor/reach.ts';
import type { Provider } from '../../../src/core/profile.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { PatientHome } from './doctor-ground.ts';
import { closedPort, reply, serve } from './provider-ground.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A TCP server that says this to whoever connects, and keeps the connection. */
async function speak(text: string, ends = false): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    if (ends) socket.end(text);
    else socket.write(text);
    server.once('close', () => socket.destroy());
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const provider = (url: string): Provider => ({
  name: 'p',
  preset: undefined,
  url,
  format: 'openai-chat',
  auth: 'bearer',
  keys: [{ is: 'inline', value: 'sk-secret' }],
  enabled: true,
  headers: { 'x-secret': 'header' },
  alsoSpeaks: [],
  quirks: [],
  models: [],
  owns: [],
});

async function reachOne(url: string, stepMs = 3_000): Promise<Reach> {
  const [found] = await reachProviders([provider(url)], systemClock, stepMs);
  if (found === undefined) throw new Error('nothing came back');
  return found;
}

describe('the way to a provider', () => {
  test('is timed step by step, without sending a key or a header of the profile', async () => {
    const server = await serve((_, response) => reply(response, 401, {}));
    const { port } = new URL(server.origin);
    const found = await reachOne(`http://localhost:${port}/v1`);
    expect(found).toMatchObject({ provider: 'p', status: 401 });
    expect(Object.keys(found.took)).toEqual(['dns', 'tcp', 'http']);
    expect(Object.values(found.took).every((ms) => ms >= 0)).toBe(true);
    expect(server.seen).toEqual([{ method: 'GET', path: '/v1/models', authorization: undefined, body: '' }]);
    expect(Math.abs(found.aheadMs ?? Infinity)).toBeLessThan(5_000);
  });

  test('needs no DNS for an address', async () => {
    const server = await serve((_, response) => reply(response, 200, {}));
    expect(Object.keys((await reachOne(`${server.origin}/v1`)).took)).toEqual(['tcp', 'http']);
  });

  test.each([
    ['tcp', 'ECONNREFUSED', async (): Promise<string> => `http://127.0.0.1:${await closedPort()}/v1`],
    [
      'http',
      'NOT_HTTP',
      async (): Promise<string> => `http://127.0.0.1:${await speak('SSH-2.0-OpenSSH\r\n\r\n')}/v1`,
    ],
    ['http', 'NOT_HTTP', async (): Promise<string> => `http://127.0.0.1:${await speak('220 mail', true)}/v1`],
    ['http', 'ECONNRESET', async (): Promise<string> => `http://127.0.0.1:${await speak('', true)}/v1`],
    ['http', 'TIMEOUT', async (): Promise<string> => `http://127.0.0.1:${await speak('')}/v1`],
    ['tls', 'TIMEOUT', async (): Promise<string> => `https://127.0.0.1:${await speak('')}/v1`],
    [
      'tls',
      expect.stringMatching(/SSL|EPROTO/),
      async (): Promise<string> => `https://127.0.0.1:${await speak('HTTP/1.1 400 Bad\r\n\r\n')}/v1`,
    ],
    [
      'dns',
      expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN|TIMEOUT)$/),
      async (): Promise<string> => 'https://no-such-host.invalid/v1',
    ],
  ] as const)('that breaks off at %s (%s) is told so', async (step, code, url) => {
    // A resolver takes its time to say no.
    const isAwaited = code !== 'TIMEOUT' && step !== 'dns';
    const found = await reachOne(await url(), isAwaited ? 10_000 : 1_000);
    expect(found.failure).toEqual({ step, code });
    expect(found.status).toBeUndefined();
  });

  test('is only gone with --online, and a dead provider is then a problem', async () => {
    const home = new PatientHome();
    const server = await serve((_, response) => reply(response, 503, {}));
    const dead = `http://127.0.0.1:${await closedPort()}/v1`;
    const entry = (url: string) => ({ url, format: 'openai-chat' });
    home.profile({
      live: entry(`${server.origin}/v1`),
      dead: entry(dead),
      off: { ...entry(dead), enabled: false },
    });
    expect((await home.examine()).one('providers-reached')).toMatch(/^skipped/);
    expect(server.seen).toEqual([]);
    const found = (await home.examine({ online: true })).of('providers-reached');
    expect(found).toMatchObject([
      { about: 'live', result: 'warning', fix: 'gw provider test live', figures: { status: 503 } },
      { about: 'dead', result: 'problem', figures: { failed: 'tcp', code: 'ECONNREFUSED' } },
    ]);
    expect(found[0]?.sentence).toMatch(/^live: TCP \S+, HTTP \S+ \(127\.0\.0\.1:\d+ answers 503\)$/);
  });
});

describe('the clock', () => {
  test.each([
    [[1_000], 'ok'],
    [[-29_000, 1_000, 90_000], 'ok'],
    [[40_000], 'warning'],
    [[-400_000, -401_000, 0], 'problem'],
    [[], 'skipped'],
  ])('that is ahead by %j ms is a matter of: %s', (readings, result) => {
    expect(judgeSkew(readings, 'linux').result).toBe(result);
  });

  test('is told as ahead or behind, with the command of the system', () => {
    expect(judgeSkew([90_000], 'linux')).toMatchObject({
      sentence: "this machine's clock is 1m30s ahead",
      fix: 'sudo timedatectl set-ntp true',
    });
    expect(judgeSkew([-90_000], 'darwin')).toMatchObject({
      sentence: "this machine's clock is 1m30s behind",
    });
  });

  test('is not judged by servers on this machine', async () => {
    const home = new PatientHome();
    const server = await serve((_, response) => reply(response, 200, {}));
    home.profile({ a: { url: `${server.origin}/v1`, format: 'openai-chat' } });
    expect((await home.examine({ online: true })).one('clock')).toBe(
      'skipped: no remote provider told its time',
    );
  });
});

describe('HTTP proxies', () => {
  const look = async (env: Record<string, string>) => {
    const home = new PatientHome();
    const entry = (url: string) => ({ url, format: 'openai-chat' });
    home.profile({ far: entry('https://api.example.com/v1'), near: entry('http://127.0.0.1:9/v1') });
    Object.assign(home.env, env);
    return (await home.examine()).of('http-proxies');
  };

  test.each([
    [{}, ['ok']],
    [{ HTTPS_PROXY: 'http://proxy:3128' }, ['ok']],
    [{ https_proxy: 'http://proxy:3128', no_proxy: '.example.com' }, ['ok']],
    [{ HTTP_PROXY: 'http://proxy:3128' }, ['ok', 'warning']],
    [{ HTTP_PROXY: 'http://proxy:3128', NO_PROXY: 'localhost,127.0.0.1' }, ['ok']],
    [{ ALL_PROXY: 'socks5://proxy', NO_PROXY: 'localhost 127.0.0.1:80' }, ['warning', 'ok']],
    [{ HTTPS_PROXY: 'http://' }, ['warning', 'ok']],
  ])('%j', async (env, results) => {
    expect((await look(env)).map(({ result }) => result)).toEqual(results);
  });

  test('say which providers are reached through them', async () => {
    const sentence = async (env: Record<string, string>) => (await look(env))[0]?.sentence;
    const through = 'far: reached through the HTTP proxy of the environment';
    expect(await sentence({ HTTPS_PROXY: 'http://proxy:3128' })).toBe(through);
    expect(await sentence({ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'ample.com' })).toBe(through);
    expect(await sentence({ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '*' })).toBe(
      'HTTPS_PROXY is set, and no provider is reached through it',
    );
  });

  test('are told by the names of their variables, never by their values', async () => {
    const found = await look({ ALL_PROXY: 'http://user:password@proxy', NO_PROXY: 'intern.example' });
    expect(found[1]?.fix).toBe('export NO_PROXY=intern.example,localhost,127.0.0.1');
    expect(JSON.stringify(found)).not.toContain('password');
  });
});
