import { describe, expect, test } from 'vitest';

import { command as add } from '../../../src/cli/commands/provider/add.ts';
import { command as disable } from '../../../src/cli/commands/provider/disable.ts';
import { command as edit } from '../../../src/cli/commands/provider/edit.ts';
import { command as enable } from '../../../src/cli/commands/provider/enable.ts';
import { command as list } from '../../../src/cli/commands/provider/list.ts';
import { command as remove } from '../../../src/cli/commands/provider/remove.ts';
import { command as show } from '../../../src/cli/commands/provider/show.ts';
import { command as testCommand } from '../../../src/cli/commands/provider/test.ts';
import { command as routeAdd } from '../../../src/cli/commands/route/add.ts';
import { closedPort, profileIn, serveModels, terminal } from './provider-ground.ts';

const KEY = 'sk-canary-0123456789abcdef';
const noTest = { test: false };

/** A profile with openai and groq in route default, and mine in none. */
async function threeProviders(env: Record<string, string> = {}) {
  const ground = terminal(undefined, { env });
  await ground.run(add, ['openai'], { ...noTest, key: ['env:OPENAI_API_KEY'] });
  await ground.run(add, ['groq'], { ...noTest, key: ['env:GROQ_API_KEY', 'env:SPARE'] });
  await ground.run(add, ['mine'], { ...noTest, url: 'http://127.0.0.1:9/v1' });
  await ground.run(routeAdd, ['default', 'groq/llama']);
  return ground;
}

describe('gw provider list', () => {
  test('shows state, address, keys with what is missing, and routes', async () => {
    const { run } = await threeProviders();
    await run(disable, ['mine']);
    const { out } = await run(list, [], {}, { env: { GROQ_API_KEY: KEY, SPARE: KEY } });
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^NAME +STATE +ADDRESS +KEYS +ROUTES$/);
    expect(lines[1]).toMatch(/^openai +no key +https:\S+ +env:OPENAI_API_KEY\b.* +default$/);
    expect(lines[2]).toMatch(/^groq +on /);
    expect(lines[3]).toMatch(/^mine +off +http:\/\/127.0.0.1:9\/v1 +none +-$/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(out).not.toContain('canary');
  });

  test('says what the environment implies while there is no file', async () => {
    const { run } = terminal(undefined, { env: { OPENAI_API_KEY: KEY } });
    const { out, err } = await run(list, []);
    expect(out).toContain('openai');
    expect(err).toContain('From keys in the environment');
  });

  test('says what to do when there is nothing', async () => {
    expect((await terminal().run(list, [])).err).toContain('gw init');
  });

  test('is JSON with labels, never with keys', async () => {
    const { run } = await threeProviders();
    const { outJson, out } = await run(list, [], {}, { json: true, env: { GROQ_API_KEY: KEY } });
    expect(outJson).toMatchObject({
      profile: 'default',
      source: 'file',
      providers: [
        { name: 'openai', keys: [{ label: 'env:OPENAI_API_KEY', resolved: false }], routes: ['default'] },
        {
          name: 'groq',
          keys: [
            { label: 'env:GROQ_API_KEY', resolved: true },
            { label: 'env:SPARE', resolved: false },
          ],
        },
        { name: 'mine', keys: [], routes: [] },
      ],
    });
    expect(out).not.toContain('canary');
  });
});

describe('gw provider show', () => {
  test('tells everything about one', async () => {
    const { out } = await (await threeProviders()).run(show, ['groq']);
    expect(out).toMatch(/^address +https:\/\/api\.groq\.com\/openai\/v1$/m);
    expect(out).toMatch(/^key +env:GROQ_API_KEY \(not set\)\n +env:SPARE \(not set\)$/m);
    expect(out).toMatch(/^routes +default$/m);
  });

  test('names the nearest provider for a mistyped one', async () => {
    const { error } = await (await threeProviders()).run(show, ['gorq']);
    expect(error).toMatchObject({ exit: 2, fix: 'did you mean groq?' });
  });
});

describe('gw provider edit', () => {
  test('changes what is named and nothing else', async () => {
    const { run, file } = await threeProviders();
    await run(edit, ['groq'], { ...noTest, header: ['x-a: 1', 'x-b: 2'] });
    await run(edit, ['groq'], {
      ...noTest,
      addKey: ['env:THIRD'],
      removeKey: ['env:SPARE'],
      removeHeader: ['X-A'],
    });
    expect(profileIn(file()).providers['groq']).toEqual({
      preset: 'groq',
      keys: [{ env: 'GROQ_API_KEY' }, { env: 'THIRD' }],
      headers: { 'x-b': '2' },
      auth: 'bearer',
    });
  });

  test('gives a key to a provider that had none, and tries it', async () => {
    const { origin, seen } = await serveModels(['m'], KEY);
    const { run } = await threeProviders({ MINE: KEY });
    const { err } = await run(edit, ['mine'], { url: `${origin}/v1`, key: ['env:MINE'] });
    expect(err).toMatch(/mine +env:MINE +ok/);
    expect(seen.map(({ authorization }) => authorization)).toContain(`Bearer ${KEY}`);
  });

  test('takes the last key away', async () => {
    const { run, file } = await threeProviders();
    await run(edit, ['openai'], { ...noTest, removeKey: ['env:OPENAI_API_KEY'] });
    expect(profileIn(file()).providers['openai']).toMatchObject({ keys: [], auth: 'none' });
  });

  test('refuses a key that is not there, without repeating it', async () => {
    const { error, all } = await (
      await threeProviders()
    ).run(edit, ['openai'], { ...noTest, removeKey: [KEY] });
    expect(error?.why).toBe('it has env:OPENAI_API_KEY');
    expect(all).not.toContain('canary');
  });

  test('says what can be changed when nothing was said', async () => {
    expect((await (await threeProviders()).run(edit, ['openai'])).error?.exit).toBe(2);
  });
});

describe('gw provider remove', () => {
  test('removes what no route uses at once', async () => {
    const { run, file } = await threeProviders();
    await run(remove, ['mine']);
    expect(Object.keys(profileIn(file()).providers)).toEqual(['openai', 'groq']);
  });

  test('does not touch routes without consent', async () => {
    const { run, file } = await threeProviders();
    const before = file();
    const { error } = await run(remove, ['groq']);
    expect(error).toMatchObject({ exit: 2, fix: expect.stringContaining('--yes') });
    const refused = await run(remove, ['groq'], {}, { interactive: true, stdinText: 'n\n' });
    expect(refused.err).toContain('Nothing was changed');
    expect(file()).toBe(before);
  });

  test('takes it out of its routes, and drops a route that is left with nothing', async () => {
    const { run, file } = await threeProviders();
    const first = await run(remove, ['openai'], {}, { interactive: true, stdinText: 'y\n' });
    expect(first.err).toContain('also from route default');
    expect(profileIn(file()).routes).toEqual({ default: { match: ['*'], targets: ['groq/llama'] } });
    const second = await run(remove, ['groq'], { yes: true });
    expect(second.err).toContain('Route default had no other target and is gone too.');
    expect(profileIn(file()).routes).toEqual({});
  });
});

describe('gw provider disable and enable', () => {
  test('lose nothing, and say when a route is left without anyone', async () => {
    const { run, file } = await threeProviders();
    const before = profileIn(file());
    expect((await run(disable, ['openai'])).err).not.toContain('note');
    expect((await run(disable, ['groq'])).err).toContain('route default has no enabled provider');
    expect(profileIn(file()).providers['groq']).toMatchObject({ enabled: false });
    await run(enable, ['openai']);
    await run(enable, ['groq']);
    expect(profileIn(file())).toEqual(before);
  });

  test('are content when there is nothing to do', async () => {
    const { err, exit } = await (await threeProviders()).run(enable, ['openai']);
    expect([exit, err]).toEqual([0, 'openai is enabled already.\n']);
  });
});

describe('gw provider test', () => {
  test('tries each key, one line each, with why and fix for the one that fails', async () => {
    const { origin } = await serveModels(['m'], KEY);
    const { run } = terminal(undefined, { env: { GOOD: KEY, BAD: 'sk-canary-bad-0000000000' } });
    await run(add, ['two'], { ...noTest, url: `${origin}/v1`, key: ['env:GOOD', 'env:BAD'] });
    const { out, exit } = await run(testCommand, [[]]);
    expect(exit).toBe(1);
    expect(out).toMatch(/^two +env:GOOD +ok +\S+ +1 model$/m);
    expect(out).toMatch(/^two +env:BAD +failed +\S+ +key refused \(401\)$/m);
    expect(out).toMatch(/^ +fix: export BAD=….*gw reload$/m);
    expect(out).not.toContain('canary');
  });

  test('passes over what is disabled, unless it is named', async () => {
    const { origin } = await serveModels(['m']);
    const { run } = terminal();
    await run(add, ['up'], { ...noTest, url: `${origin}/v1` });
    await run(add, ['down'], { ...noTest, url: `http://127.0.0.1:${await closedPort()}/v1` });
    await run(disable, ['down']);
    expect((await run(testCommand, [[]])).exit).toBe(0);
    expect((await run(testCommand, [['down']])).exit).toBe(1);
  });

  test('is JSON with latency, cause and fix', async () => {
    const { origin } = await serveModels(['m']);
    const { run } = terminal();
    await run(add, ['up'], { ...noTest, url: `${origin}/v1` });
    const { outJson } = await run(testCommand, [['up']], { send: true }, { json: true });
    expect(outJson).toEqual({
      checks: [
        {
          provider: 'up',
          key: 'none',
          ok: true,
          latencyMs: expect.any(Number),
          models: ['m'],
          answered: 'm',
          note: null,
        },
      ],
    });
  });

  test('needs something to test', async () => {
    expect((await terminal().run(testCommand, [[]])).error?.fix).toBe('gw init');
  });
});
