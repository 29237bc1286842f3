import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import type { Command } from '../../../src/cli/command.ts';
import { otherAddresses } from '../../../src/cli/init/other-address.ts';
import { runInit } from '../../../src/cli/init/run.ts';
import type { Preset } from '../../../src/core/profile.ts';
import { createSimulator } from '../../../src/simulator/index.ts';
import { closedPort, profileIn, serveModels, temporaryHome, terminal } from './provider-ground.ts';

const KEY = 'sk-canary-0123456789abcdef';
const yes = { yes: true };

function preset(name: string, url: string, more: Partial<Preset> = {}): Preset {
  const plain = {
    format: 'openai-chat',
    quirks: [],
    owns: [],
    alsoSpeaks: [],
    keysPage: `https://${name}.example/keys`,
  } as const;
  const hosted = {
    auth: 'bearer',
    env: [`${name.toUpperCase()}_KEY`],
    model: `${name}-small`,
    local: false,
  } as const;
  return { ...plain, ...hosted, name, title: name, url, ...more };
}

function local(name: string, url: string): Preset {
  return preset(name, url, { auth: 'none', env: [], model: undefined, local: true, quirks: ['free'] });
}

function initOver(presets: readonly Preset[]): Command {
  // Patient, because the machine may be busy with other tests.
  return { examples: [], run: async (context, input) => runInit(context, input, presets, 5_000) };
}

/** Two hosted providers that take `KEY`, a local server, and a local port where nothing is. */
async function world() {
  const [one, two, mine] = [
    await serveModels(['a'], KEY),
    await serveModels(['b'], KEY),
    await serveModels(['embed-x', 'llama']),
  ];
  const presets = [
    preset('one', `${one.origin}/v1`),
    preset('two', `${two.origin}/v1`),
    local('mine', `${mine.origin}/v1`),
    local('absent', `http://127.0.0.1:${await closedPort()}/v1`),
  ];
  return { init: initOver(presets), servers: { one, two, mine } };
}

describe('gw init', () => {
  test('finds providers of other formats, and tests each in its own', async () => {
    const simulator = createSimulator({ keys: [KEY] });
    try {
      const { origin } = await simulator.listen();
      const presets = [
        preset('claude', `${origin}/v1`, { format: 'anthropic-messages', auth: 'x-api-key' }),
        preset('goog', `${origin}/v1beta`, { format: 'gemini', auth: 'x-goog-api-key' }),
      ];
      const { run, file } = terminal();
      const { out } = await run(initOver(presets), [], yes, { env: { CLAUDE_KEY: KEY, GOOG_KEY: KEY } });
      expect(out).toMatch(/^claude +env:CLAUDE_KEY +ok/m);
      expect(out).toMatch(/^goog +env:GOOG_KEY +ok/m);
      expect(profileIn(file()).routes).toEqual({
        default: { match: ['*'], targets: ['claude', 'goog/goog-small'] },
      });
      expect(simulator.calls.map(({ path, key }) => `${path} ${key ?? 'none'}`).sort()).toEqual(
        [
          `/v1/models ${KEY}`,
          '/v1/models none',
          `/v1beta/models ${KEY}`,
          '/v1beta/models none',
          // A word from each, because a list of models does not show that an account has credit.
          `/v1/messages ${KEY}`,
          `/v1beta/models/goog-small:generateContent ${KEY}`,
        ].sort(),
      );
    } finally {
      await simulator.close();
    }
  });

  test('makes an ordered route of what it finds, and writes references only', async () => {
    const { init } = await world();
    const { run, file } = terminal();
    const { out, all } = await run(init, [], yes, { env: { ONE_KEY: KEY, TWO_KEY: KEY } });
    expect(profileIn(file())).toEqual({
      providers: {
        one: { preset: 'one', keys: [{ env: 'ONE_KEY' }] },
        two: { preset: 'two', keys: [{ env: 'TWO_KEY' }] },
        mine: { preset: 'mine', models: ['embed-x', 'llama'] },
      },
      routes: { default: { match: ['*'], targets: ['one', 'two/two-small', 'mine/llama'] } },
    });
    expect(out).toMatch(/^one +env:ONE_KEY +ok +\S+ +one-small answered$/m);
    expect(out).toMatch(/1\. +one +ONE_KEY is set: serves the model asked for/);
    expect(out).toMatch(/3\. +mine\/llama +mine runs on this machine/);
    expect(out).not.toContain('absent');
    expect(all + file()).not.toContain('canary');
  });

  test('says that a key may be for another address, unless that is gw or the vendor itself', () => {
    const vendor = preset('openai', 'https://api.openai.example/v1', { env: ['OPENAI_API_KEY'] });
    const notes = (address: string, key = KEY) =>
      otherAddresses({ OPENAI_BASE_URL: address, OPENAI_API_KEY: key }, [vendor], 4499);
    expect(notes('http://me:secret@llm.corp.example:8080/v1')).toEqual([
      'note: OPENAI_BASE_URL is http://llm.corp.example:8080/v1, but OPENAI_API_KEY is tried at https://api.openai.example/v1. If it is for the former: gw provider add NAME --preset openai --url http://llm.corp.example:8080/v1 --key env:OPENAI_API_KEY',
    ]);
    expect(notes('http://127.0.0.1:4499/v1')).toEqual([]);
    expect(notes('https://api.openai.example/v1')).toEqual([]);
    expect(notes('http://llm.corp.example/v1', 'gw-local')).toEqual([]);
    expect(notes('no address')).toEqual([]);
  });

  test('ends with the next three commands', async () => {
    const { init } = await world();
    const { out } = await terminal().run(init, [], yes, { env: { ONE_KEY: KEY, TWO_KEY: KEY } });
    expect(out.trimEnd().split('\n').slice(-4)).toEqual([
      'next:',
      '  gw start',
      '  eval "$(gw env)"',
      '  gw test-route',
    ]);
  });

  test('puts a provider whose test fails last, with why and fix', async () => {
    const { init } = await world();
    const { run, file } = terminal();
    const { out } = await run(init, [], yes, { env: { ONE_KEY: 'wrong-key-canary', TWO_KEY: KEY } });
    expect(profileIn(file()).routes['default']).toEqual({
      match: ['*'],
      targets: ['two', 'mine/llama', 'one/one-small'],
    });
    expect(out).toContain('key refused (401)');
    expect(out).toMatch(/fix: export ONE_KEY/);
    expect(out).not.toContain('canary');
  });

  test('adds nothing twice and loses nothing', async () => {
    const { init } = await world();
    const { run, file } = terminal(undefined, { env: { ONE_KEY: KEY } });
    await run(init, [], yes);
    const before = file();
    const again = await run(init, [], yes);
    expect(file()).toBe(before);
    expect(again.out).toContain('Nothing new to add; route default stays one, mine/llama.');
    await run(init, [], yes, { env: { ONE_KEY: KEY, TWO_KEY: KEY } });
    expect(profileIn(file()).routes['default']).toEqual({
      match: ['*'],
      targets: ['one', 'mine/llama', 'two/two-small'],
    });
  });

  test('writes nothing before a person agreed', async () => {
    const { init } = await world();
    const { run, file } = terminal(undefined, { env: { ONE_KEY: KEY } });
    const { err } = await run(init, [], {}, { interactive: true, stdinText: 'n\n' });
    expect(err).toContain('Nothing was written');
    expect(file).toThrow('ENOENT');
    await run(init, [], {}, { interactive: true, stdinText: '\n' });
    expect(Object.keys(profileIn(file()).providers)).toEqual(['one', 'mine']);
  });

  test('says exactly what to set when there is nothing, and offers the demo', async () => {
    const init = initOver([
      preset('one', 'http://127.0.0.1:9/v1'),
      local('absent', `http://127.0.0.1:${await closedPort()}/v1`),
    ]);
    const { run, file } = terminal();
    const { error } = await run(init, [], yes);
    expect(error).toMatchObject({ exit: 1, why: expect.stringContaining('ONE_KEY') });
    expect(error?.fix).toContain('export ONE_KEY=… (keys: https://one.example/keys)');
    expect(error?.fix).toContain('gw demo');
    expect(file).toThrow('ENOENT');
  });

  test('points at keys that are only in ./.env, and does not use them', async () => {
    const { init, servers } = await world();
    const home = temporaryHome();
    writeFileSync(join(home, '.env'), `export ONE_KEY="${KEY}"\n#TWO_KEY=x\nEMPTY=\n`);
    const { all } = await terminal(home).run(init, [], yes, { cwd: home });
    expect(all).toContain('ONE_KEY is in ./.env but not in the environment');
    expect(all).not.toContain('canary');
    expect(servers.one.seen).toEqual([]);
  });

  test('copies a key out of ./.env only when told to, and refers to the copy', async () => {
    const { init } = await world();
    const home = temporaryHome();
    writeFileSync(join(home, '.env'), `ONE_KEY=${KEY}\n`);
    const { run, file } = terminal(home);
    const { out, all } = await run(init, [], { ...yes, adopt: true }, { cwd: home });
    expect(out).toMatch(/^one +\.\/\.env +ok/m);
    expect(all + file()).not.toContain('canary');
    const { keys } = profileIn(file()).providers['one'] as { keys: [{ file: string }] };
    expect(readFileSync(keys[0].file, 'utf8').trim()).toBe(KEY);
    expect(statSync(keys[0].file).mode & 0o777).toBe(0o600);
  });

  test('knows of keys that tools keep in their settings', async () => {
    const { init } = await world();
    const home = temporaryHome();
    mkdirSync(join(home, '.claude'));
    writeFileSync(join(home, '.claude', 'settings.json'), `{"env": {"TWO_KEY": "${KEY}"}}`);
    mkdirSync(join(home, '.local', 'share', 'opencode'), { recursive: true });
    writeFileSync(
      join(home, '.local', 'share', 'opencode', 'auth.json'),
      `{"one": {"type": "api", "key": "${KEY}"}, "two": {"type": "oauth"}}`,
    );
    const { outJson, all } = await terminal(home).run(init, [], yes, { json: true });
    expect(outJson).toMatchObject({
      elsewhere: [
        { variable: 'TWO_KEY', place: '~/.claude/settings.json' },
        { variable: 'ONE_KEY', place: '~/.local/share/opencode/auth.json' },
      ],
    });
    expect(all).not.toContain('canary');
  });

  test('asks hosted providers for nothing but their lists with --no-test', async () => {
    const { init, servers } = await world();
    await terminal().run(init, [], { ...yes, test: false }, { env: { ONE_KEY: KEY } });
    expect(servers.one.seen.filter((line) => JSON.stringify(line).includes('chat'))).toEqual([]);
  });

  test('takes no other program on a well-known port for a model server', async () => {
    const { origin } = await serveModels(['x'], 'something else');
    const { error } = await terminal().run(initOver([local('taken', `${origin}/v1`)]), [], yes);
    expect(error?.why).toContain('taken');
  });

  test('prints what it did as JSON alone', async () => {
    const { init } = await world();
    const { outJson } = await terminal().run(init, [], yes, { json: true, env: { ONE_KEY: KEY } });
    expect(outJson).toMatchObject({
      found: [{ provider: 'one', ok: true }, { provider: 'mine' }],
      added: ['one', 'mine'],
      route: { name: 'default', targets: ['one', 'mine/llama'] },
      next: ['gw start', expect.stringContaining('gw env'), 'gw test-route'],
    });
  });
});
