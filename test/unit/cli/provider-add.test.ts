import { statSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { command as add } from '../../../src/cli/commands/provider/add.ts';
import { keepKey, type RunWithInput } from '../../../src/cli/provider/keep-key.ts';
import { Secret } from '../../../src/lib/secret.ts';
import { createSimulator } from '../../../src/simulator/index.ts';
import { closedPort, profileIn, reply, serve, serveModels, terminal } from './provider-ground.ts';

const KEY = 'sk-canary-0123456789abcdef';
const noTest = { test: false };

describe('gw provider add, for a known provider', () => {
  test('refers to the variable its documentation names, and never holds the key', async () => {
    const { run, file } = terminal();
    const { all, exit } = await run(add, ['groq'], noTest, { env: { GROQ_API_KEY: KEY } });
    expect(exit).toBe(0);
    expect(profileIn(file()).providers['groq']).toEqual({ preset: 'groq', keys: [{ env: 'GROQ_API_KEY' }] });
    expect(file() + all).not.toContain('canary');
  });

  test('makes the first one the default route, and tells how to add the second to it', async () => {
    const { run, file } = terminal();
    const first = await run(add, ['openai'], noTest);
    expect(profileIn(file()).routes).toEqual({ default: { match: ['*'], targets: ['openai'] } });
    expect(first.err).toContain('next: gw start');
    const second = await run(add, ['groq'], noTest);
    expect(second.err).toMatch(/next: gw route add default groq\/\S+/);
    expect(profileIn(file()).routes).toEqual({ default: { match: ['*'], targets: ['openai'] } });
  });

  test.each([
    [['openai'], noTest, 'gw provider add openai-2 --preset openai --key env:NAME'],
    [
      ['lab'],
      { ...noTest, url: 'http://127.0.0.1:9001/v1' },
      'gw provider add lab-2 --url http://127.0.0.1:9001/v1 --key env:NAME',
    ],
  ])('refuses a second %j and tells how to have both', async (words, options, way) => {
    const { run } = terminal();
    await run(add, words, options);
    const { all, exit } = await run(add, words, options);
    expect(exit).toBe(2);
    expect(all).toContain(way);
  });

  test('refuses the address of gw itself, however this machine is called', async () => {
    const { run } = terminal();
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
      const { all, exit } = await run(add, ['me'], { ...noTest, url: `http://${host}:4499/v1` });
      expect(exit).toBe(2);
      expect(all).toContain('That is the address of gw itself.');
    }
  });

  test('makes a second account of the same vendor', async () => {
    const { run, file } = terminal();
    await run(add, ['work'], { ...noTest, preset: 'openai', key: ['env:WORK_KEY', 'env:SPARE_KEY'] });
    expect(profileIn(file()).providers['work']).toEqual({
      preset: 'openai',
      keys: [{ env: 'WORK_KEY' }, { env: 'SPARE_KEY' }],
    });
  });

  test('sends the vendor’s key nowhere else only because the name is the same', async () => {
    const { origin, seen } = await serveModels(['m']);
    const { run, file } = terminal();
    const { err } = await run(add, ['openai'], { url: `${origin}/v1` }, { env: { OPENAI_API_KEY: KEY } });
    expect(profileIn(file()).providers['openai']).toMatchObject({ auth: 'none', url: `${origin}/v1` });
    expect(seen.map(({ authorization }) => authorization)).toEqual([undefined]);
    expect(err).toContain('No key is sent');
  });

  test('names the nearest one for a slip of the finger, and all of them', async () => {
    const { error } = await terminal().run(add, ['opnai'], noTest);
    expect(error).toMatchObject({
      exit: 2,
      fix: expect.stringContaining('did you mean openai or azure-openai?'),
    });
    expect(error?.why).toContain('ollama');
  });

  test('refuses a name that is taken, and says how to add a second account', async () => {
    const { run } = terminal();
    await run(add, ['openai'], noTest);
    expect((await run(add, ['openai'], noTest)).error?.fix).toContain('--preset openai');
  });

  test('writes down what was only implied by the environment, so that nothing is lost', async () => {
    const { run, file } = terminal(undefined, { env: { OPENAI_API_KEY: KEY } });
    const { err } = await run(add, ['mine'], { ...noTest, url: 'http://127.0.0.1:9/v1' });
    expect(Object.keys(profileIn(file()).providers)).toEqual(['openai', 'mine']);
    expect(profileIn(file()).routes).toEqual({ default: { match: ['*'], targets: ['openai'] } });
    expect(err).toContain('Wrote down openai too');
  });
});

describe('gw provider add, for any other address', () => {
  test('tries it and says how it went', async () => {
    const simulator = createSimulator({ name: 'one' });
    const { url } = await simulator.listen();
    const { run } = terminal();
    const { err, exit } = await run(add, ['one'], { url });
    await simulator.close();
    expect(exit).toBe(0);
    expect(err).toMatch(/one +no key +ok +\S+ +\d+ models/);
  });

  test('keeps it when the test fails, and says cause and fix', async () => {
    const url = `http://127.0.0.1:${await closedPort()}/v1`;
    const { run, file } = terminal();
    const { err, exit } = await run(add, ['later'], { url });
    expect(exit).toBe(0);
    expect(err).toContain('nothing listens there');
    expect(err).toMatch(/fix: start the server/);
    expect(profileIn(file()).providers['later']).toEqual({ url });
  });

  test('finds out by itself that a server answers without /v1 only', async () => {
    const { origin } = await serve(({ path }, response) =>
      path === '/models' ? reply(response, 200, { data: [{ id: 'm' }] }) : reply(response, 404, {}),
    );
    const { run, file } = terminal();
    const { err } = await run(add, ['bare'], { url: origin });
    expect(profileIn(file()).providers['bare']).toEqual({ url: origin });
    expect(err).toContain('without /v1 only');
  });

  test('calls nobody with --no-test', async () => {
    const { origin, seen } = await serveModels(['m']);
    await terminal().run(add, ['quiet'], { ...noTest, url: `${origin}/v1` });
    expect(seen).toEqual([]);
  });

  test('keeps headers, models and format', async () => {
    const { run, file } = terminal();
    await run(add, ['x'], {
      ...noTest,
      url: 'http://127.0.0.1:9/v1',
      header: ['X-Title: my app'],
      model: ['a', 'b'],
      format: 'openai-chat',
    });
    expect(profileIn(file()).providers['x']).toMatchObject({
      headers: { 'x-title': 'my app' },
      models: ['a', 'b'],
      format: 'openai-chat',
    });
  });

  test('needs no terminal, and says which flag answers the question', async () => {
    expect((await terminal().run(add, ['unheard-of'], noTest)).error?.fix).toContain('--url');
    expect((await terminal().run(add, [], noTest)).error?.fix).toContain('gw provider add NAME');
  });

  test('asks for the address where a person is there', async () => {
    const { run, file } = terminal();
    await run(add, ['asked'], noTest, { interactive: true, stdinText: 'http://127.0.0.1:9/v1\n' });
    expect(profileIn(file()).providers['asked']).toEqual({ url: 'http://127.0.0.1:9/v1' });
  });

  test('refuses a name that no provider can have, and writes nothing', async () => {
    const { run, file } = terminal();
    const { error } = await run(add, ['a/b'], { ...noTest, url: 'http://127.0.0.1:9/v1' });
    expect(error).toMatchObject({ exit: 4, why: expect.stringContaining('no name for a provider') });
    expect(file).toThrow('ENOENT');
  });

  test('prints what it did as JSON alone', async () => {
    const { origin } = await serveModels(['m']);
    const ran = await terminal().run(add, ['j'], { url: `${origin}/v1` }, { json: true });
    expect(ran.outJson).toMatchObject({
      provider: { name: 'j', keys: [], routes: ['default'] },
      route: 'default',
      checks: [{ ok: true, models: ['m'] }],
      next: 'gw start',
    });
  });
});

describe('keys', () => {
  test.each([KEY, `env:${KEY}`, 'abcdef0123456789abcdef0123456789', 'hunter2'])(
    'are refused as the value of --key, and not repeated (%#)',
    async (key) => {
      const { run, file } = terminal();
      const { error, all } = await run(add, ['openai'], { ...noTest, key: [key] });
      expect(error?.exit).toBe(2);
      expect(all).not.toContain(key);
      expect(all).toContain('--key-stdin');
      expect(file).toThrow('ENOENT');
    },
  );

  test('named by a bare variable are understood, and corrected', async () => {
    const { error } = await terminal().run(
      add,
      ['openai'],
      { ...noTest, key: ['MY_API_KEY'] },
      { env: { MY_API_KEY: KEY } },
    );
    expect(error?.fix).toBe('--key env:MY_API_KEY');
  });

  test('are refused in a header', async () => {
    const { error, all } = await terminal().run(add, ['openai'], {
      ...noTest,
      header: [`Authorization: Bearer ${KEY}`],
    });
    expect(error?.exit).toBe(2);
    expect(all).not.toContain('canary');
  });

  test('from standard input go into the private file where there is no keychain, and that is said', async () => {
    const { run, file, home } = terminal();
    const { err, all } = await run(add, ['groq'], { ...noTest, keyStdin: true }, { stdinText: `${KEY}\n` });
    expect(profileIn(file()).providers['groq']).toEqual({ preset: 'groq', keys: [{ value: KEY }] });
    expect(statSync(join(home, 'config.json')).mode & 0o777).toBe(0o600);
    expect(err).toContain('There is no keychain here');
    expect(all).not.toContain('canary');
  });

  test.each(['', 'two words', 'two\nlines'])('are one word: %j is none', async (stdinText) => {
    const { error } = await terminal().run(add, ['groq'], { ...noTest, keyStdin: true }, { stdinText });
    expect(error?.exit).toBe(2);
  });
});

describe('the OS keychain', () => {
  /** A keychain that keeps what is piped into it, and notes how it was called. */
  function keychain(keeps: boolean): { run: RunWithInput; words: string[] } {
    const words: string[] = [];
    let kept = '';
    const run: RunWithInput = async (program, called, input) => {
      words.push(program, ...called);
      if (input !== '') kept = keeps ? (/-w "(.*)"/.exec(input)?.[1] ?? input) : '';
      return input === '' ? `${kept}\n` : '';
    };
    return { run, words };
  }

  test.each(['darwin', 'linux'] as const)(
    'keeps a key on %s, which is no argument of any program',
    async (platform) => {
      const { run, words } = keychain(true);
      expect(await keepKey('groq', new Secret(KEY), run, platform)).toEqual({
        is: 'keychain',
        account: 'groq',
      });
      expect(words.join(' ')).not.toContain('canary');
    },
  );

  test('is not trusted before the key was read back', async () => {
    const reference = await keepKey('groq', new Secret(KEY), keychain(false).run, 'linux');
    expect(reference).toEqual({ is: 'inline', value: KEY });
  });

  test('is not there on Windows', async () => {
    expect(await keepKey('groq', new Secret(KEY), keychain(true).run, 'win32')).toMatchObject({
      is: 'inline',
    });
  });
});
