import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { command as list } from '../../../src/cli/commands/key/list.ts';
import { command as remove } from '../../../src/cli/commands/key/remove.ts';
import { command as set } from '../../../src/cli/commands/key/set.ts';
import { command as test } from '../../../src/cli/commands/key/test.ts';
import { EXIT } from '../../../src/cli/error.ts';
import { profileIn, serveModels, temporaryHome, terminal } from './provider-ground.ts';

const KEY = 'sk-proj-abcdefghijklmnop1234';
const OTHER = 'sk-proj-zyxwvutsrqponmlk9876';

function withProfile(
  providers: object = { groq: { preset: 'groq' }, own: { url: 'http://127.0.0.1:9/v1' } },
) {
  const home = temporaryHome();
  const document = { profiles: { default: { providers, routes: { chat: { targets: ['groq/llama'] } } } } };
  writeFileSync(join(home, 'config.json'), JSON.stringify(document), { mode: 0o600 });
  return terminal(home);
}

describe('gw key set', () => {
  it('keeps a key that was piped in in a file of its owner alone, and the provider uses it', async () => {
    const { run, home, file } = withProfile();
    const { all, exit } = await run(set, ['groq'], { file: true }, { stdinText: `${KEY}\n` });
    expect(exit).toBe(0);
    const path = join(home, 'keys', 'groq');
    expect(readFileSync(path, 'utf8')).toBe(`${KEY}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(profileIn(file()).providers['groq']).toEqual({ preset: 'groq', keys: [{ file: path }] });
    expect(all).not.toContain(KEY);
    expect(all).toContain('next: gw key test groq');
  });

  it('replaces it when it is set again, and adds another one under a label', async () => {
    const { run, home, file } = withProfile();
    await run(set, ['groq'], { file: true }, { stdinText: KEY });
    const again = await run(set, ['groq'], { file: true }, { stdinText: OTHER, json: true });
    expect(again.outJson).toMatchObject({ provider: 'groq', replaced: true });
    expect(readFileSync(join(home, 'keys', 'groq'), 'utf8')).toBe(`${OTHER}\n`);
    await run(set, ['groq'], { file: true, label: 'work' }, { stdinText: KEY });
    const keys = [{ file: join(home, 'keys', 'groq') }, { file: join(home, 'keys', 'groq.work') }];
    expect(profileIn(file()).providers['groq']).toMatchObject({ keys });
    await run(set, ['groq'], { env: 'GROQ_WORK', only: true });
    expect(profileIn(file()).providers['groq']).toMatchObject({ keys: [{ env: 'GROQ_WORK' }] });
  });

  it('never writes over the key that another profile keeps for a provider of that name', async () => {
    const { run, home, file } = withProfile();
    await run(set, ['groq'], { file: true }, { stdinText: KEY });
    const document = JSON.parse(file()) as { active?: string; profiles: Record<string, object> };
    document.profiles['work'] = { providers: { groq: { preset: 'groq' } }, routes: {} };
    writeFileSync(join(home, 'config.json'), JSON.stringify({ ...document, active: 'work' }), {
      mode: 0o600,
    });
    await run(set, ['groq'], { file: true }, { stdinText: OTHER });
    expect(readFileSync(join(home, 'keys', 'groq'), 'utf8')).toBe(`${KEY}\n`);
    expect(readFileSync(join(home, 'keys', 'groq.work'), 'utf8')).toBe(`${OTHER}\n`);
  });

  it('has a provider send a key that was told to send none', async () => {
    const { run, file } = withProfile({
      groq: { preset: 'groq' },
      own: { url: 'http://127.0.0.1:9/v1', auth: 'none' },
    });
    await run(set, ['own'], { env: 'OWN_KEY' });
    expect(profileIn(file()).providers['own']).toEqual({
      url: 'http://127.0.0.1:9/v1',
      keys: [{ env: 'OWN_KEY' }],
    });
  });

  it('says what to do where there is no keychain, and keeps nothing', async () => {
    const { run, file } = withProfile();
    const before = file();
    const { error, all } = await run(set, ['groq'], {}, { stdinText: KEY });
    expect(error?.message).toBe('There is no keychain here that takes the key.');
    expect(error?.fix).toBe('gw key set groq --file');
    expect(all).not.toContain(KEY);
    expect(file()).toBe(before);
  });

  it('refuses what is no key, a key for a variable, two places, and a provider that is not there', async () => {
    const { run } = withProfile();
    const wrong = async (words: string[], options: object, stdinText = KEY) =>
      (await run(set, words, { ...options }, { stdinText })).error;
    expect(await wrong(['groq'], { file: true }, 'two words')).toMatchObject({ exit: EXIT.usage });
    const pasted = await wrong(['groq'], { env: KEY });
    expect(pasted?.fix).toContain('printf %s "$KEY" | gw key set groq');
    expect(`${pasted?.message} ${pasted?.why}`).not.toContain(KEY);
    expect(await wrong(['groq'], { env: 'A', file: true })).toMatchObject({ exit: EXIT.usage });
    expect(await wrong(['groq'], { label: '../up', file: true })).toMatchObject({ exit: EXIT.usage });
    expect((await wrong(['openai'], {}))?.fix).toBe('gw provider add openai --key-stdin');
    expect((await wrong(['grok'], {}))?.fix).toContain('groq');
  });
});

describe('gw key list', () => {
  it('shows where keys are, how they end and whether they are found, and no key', async () => {
    const { run } = withProfile({
      groq: { preset: 'groq', keys: [{ env: 'GROQ_API_KEY' }, { env: 'NOT_THERE' }, { keychain: 'groq' }] },
    });
    const { outJson, out } = await run(list, [], {}, { json: true, env: { GROQ_API_KEY: KEY } });
    expect(out).not.toContain(KEY);
    expect(outJson).toEqual({
      profile: 'default',
      keys: [
        { key: 'env:GROQ_API_KEY', last4: '1234', here: true },
        { key: 'env:NOT_THERE', last4: null, here: false },
        { key: 'keychain:groq', last4: null, here: null },
      ].map((row) => ({
        provider: 'groq',
        ...row,
        daemon: null,
        routes: ['chat'],
        state: 'ok',
        until: null,
      })),
    });
    const table = await run(list, [], {}, { env: { GROQ_API_KEY: KEY } });
    expect(table.out).toMatch(/groq +env:GROQ_API_KEY +…1234 +yes +- +ok +chat/);
  });
});

describe('gw key remove', () => {
  it('takes the key out of the profile and out of its file', async () => {
    const { run, home, file } = withProfile();
    await run(set, ['groq'], { file: true }, { stdinText: KEY });
    const { exit } = await run(remove, ['groq'], { yes: true });
    expect(exit).toBe(0);
    expect(existsSync(join(home, 'keys', 'groq'))).toBe(false);
    expect(profileIn(file()).providers['groq']).toEqual({ preset: 'groq' });
  });

  it('leaves files alone that gw did not make, and keys that another provider uses', async () => {
    const { run, home } = withProfile();
    const mine = join(home, 'mine');
    writeFileSync(mine, KEY);
    writeFileSync(
      join(home, 'config.json'),
      JSON.stringify({
        profiles: {
          default: { providers: { a: { url: 'http://127.0.0.1:9/v1', keys: [{ file: mine }] } }, routes: {} },
        },
      }),
      { mode: 0o600 },
    );
    const { all } = await run(remove, ['a'], { yes: true });
    expect(existsSync(mine)).toBe(true);
    expect(all).toContain('is as it was');
  });

  it('wants to know which of several, and does not ask without a terminal', async () => {
    const { run } = withProfile({ groq: { preset: 'groq', keys: [{ env: 'A' }, { env: 'B' }] } });
    expect((await run(remove, ['groq'], { yes: true })).error?.why).toBe('it has env:A, env:B');
    const { error } = await run(remove, ['groq', 'A']);
    expect(error?.exit).toBe(EXIT.usage);
    expect(error?.fix).toBe('gw key remove groq env:A --yes');
  });
});

describe('gw key test', () => {
  it('shows each key to its provider, where that is free', async () => {
    const server = await serveModels(['m'], KEY);
    const { run } = withProfile({
      groq: { url: `${server.origin}/v1`, keys: [{ env: 'GOOD' }, { env: 'BAD' }] },
    });
    const ran = await run(test, ['groq'], {}, { json: true, env: { GOOD: KEY, BAD: OTHER } });
    expect(ran.exit).toBe(EXIT.failed);
    expect(ran.outJson).toMatchObject({ checks: [{ key: 'env:GOOD' }, { key: 'env:BAD' }] });
    expect(server.seen.every(({ path }) => path === '/v1/models')).toBe(true);
    expect(ran.all).not.toContain(OTHER);
  });
});
