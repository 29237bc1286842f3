import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { command as copy } from '../../../src/cli/commands/profile/copy.ts';
import { command as create } from '../../../src/cli/commands/profile/create.ts';
import { command as exportProfile } from '../../../src/cli/commands/profile/export.ts';
import { command as importProfile } from '../../../src/cli/commands/profile/import.ts';
import { command as list } from '../../../src/cli/commands/profile/list.ts';
import { command as remove } from '../../../src/cli/commands/profile/remove.ts';
import { command as use } from '../../../src/cli/commands/profile/use.ts';
import { EXIT } from '../../../src/cli/error.ts';
import { testContext } from '../../cli-context.ts';
import { failure, run } from './run-command.ts';

const KEY = 'sk-proj-abcdefghijklmnop1234';

const DEFAULT = {
  providers: {
    openai: { preset: 'openai', keys: [{ env: 'OPENAI_API_KEY' }, { value: KEY }] },
    ollama: { preset: 'ollama' },
  },
  routes: { default: { match: ['*'], targets: ['openai', 'ollama/llama3.2'] } },
};

function newHome(document?: unknown): string {
  const home = mkdtempSync(join(tmpdir(), 'gw-cli-'));
  if (document !== undefined)
    writeFileSync(join(home, 'config.json'), JSON.stringify(document), { mode: 0o600 });
  return home;
}

const TWO = { active: 'default', profiles: { default: DEFAULT, spare: {} } };

function stored(home: string): unknown {
  return JSON.parse(readFileSync(join(home, 'config.json'), 'utf8'));
}

describe('gw profile', () => {
  it('list shows what is there and which is active', async () => {
    const context = testContext({ home: newHome(TWO) });
    await run(list, context);
    expect(context.out.split('\n').slice(1)).toEqual([
      '*  default  openai, ollama  default',
      '   spare    -               -',
      '',
    ]);
    const json = testContext({ home: newHome(TWO), json: true });
    await run(list, json);
    expect(json.outJson).toMatchObject({
      active: 'default',
      profiles: [{ name: 'default', active: true }, { name: 'spare' }],
    });
  });

  it('use makes another one active, and knows what was meant', async () => {
    const home = newHome(TWO);
    await run(use, testContext({ home }), ['spare']);
    expect(stored(home)).toMatchObject({ active: 'spare' });
    const error = await failure(run(use, testContext({ home }), ['defualt']));
    expect(error.fix).toContain('default');
    expect(error.exit).toBe(EXIT.usage);
  });

  it('create keeps the active one, also when nothing was written before', async () => {
    const home = newHome();
    await run(create, testContext({ home }), ['work']);
    expect(stored(home)).toEqual({
      active: 'default',
      profiles: { default: { providers: {}, routes: {} }, work: { providers: {}, routes: {} } },
    });
    await run(create, testContext({ home }), ['other'], { use: true });
    expect(stored(home)).toMatchObject({ active: 'other' });
    expect((await failure(run(create, testContext({ home }), ['work']))).exit).toBe(EXIT.usage);
    expect((await failure(run(create, testContext({ home }), ['a b']))).exit).toBe(EXIT.config);
  });

  it('copy makes an independent copy', async () => {
    const home = newHome(TWO);
    await run(copy, testContext({ home }), ['default', 'third']);
    expect(stored(home)).toEqual({ ...TWO, profiles: { ...TWO.profiles, third: DEFAULT } });
    expect((await failure(run(copy, testContext({ home }), ['default', 'spare']))).exit).toBe(EXIT.usage);
    expect((await failure(run(copy, testContext({ home }), ['nobody', 'x']))).exit).toBe(EXIT.usage);
  });

  it('remove asks, and never removes the active one', async () => {
    const home = newHome(TWO);
    expect((await failure(run(remove, testContext({ home }), ['default'], { yes: true }))).exit).toBe(
      EXIT.usage,
    );
    expect((await failure(run(remove, testContext({ home }), ['spare']))).fix).toContain('--yes');
    await run(remove, testContext({ home, interactive: true, stdinText: 'n\n' }), ['spare']);
    expect(stored(home)).toEqual(TWO);
    await run(remove, testContext({ home }), ['spare'], { yes: true });
    expect(stored(home)).toEqual({ active: 'default', profiles: { default: DEFAULT } });
  });
});

describe('gw profile export and import', () => {
  async function exported(document: unknown, name?: string): Promise<{ text: string; said: string }> {
    const context = testContext({ home: newHome(document) });
    await run(exportProfile, context, name === undefined ? [] : [name]);
    return { text: context.out, said: context.err };
  }

  function file(text: string): string {
    const path = join(newHome(), 'profile.json');
    writeFileSync(path, text);
    return path;
  }

  it('hands over references, leaves keys out and names where they were', async () => {
    const { text, said } = await exported(TWO);
    expect(text).not.toContain(KEY);
    expect(JSON.parse(text)).toEqual({
      profile: 'default',
      providers: {
        openai: { preset: 'openai', keys: [{ env: 'OPENAI_API_KEY' }] },
        ollama: { preset: 'ollama' },
      },
      routes: DEFAULT.routes,
    });
    expect(said).toContain('providers.openai.keys[1]');
  });

  it('name nothing that only this machine has, and say which key is to be set elsewhere', async () => {
    const { text, said } = await exported({
      profiles: {
        default: {
          providers: {
            alpha: { url: 'http://127.0.0.1:9/v1', keys: [{ file: '/home/somebody/keys/alpha' }] },
            openai: { preset: 'openai', keys: [{ keychain: 'openai@here' }, { env: 'WORK_KEY' }] },
            groq: { preset: 'groq', keys: [{ keychain: 'groq' }] },
            clever: {
              url: 'https://127.0.0.1:9/v1',
              auth: {
                oauth: {
                  tokenUrl: 'https://127.0.0.1:9/token',
                  clientId: 'me',
                  clientSecret: { file: '/home/somebody/secret' },
                  refreshToken: { keychain: 'clever.refresh' },
                },
              },
            },
          },
          routes: { default: { match: ['*'], targets: ['alpha'] } },
        },
      },
    });
    expect(text).not.toMatch(/somebody|keychain|@here|clever\.refresh/);
    expect(JSON.parse(text)).toMatchObject({
      providers: {
        alpha: { keys: [{ env: 'ALPHA_API_KEY' }] },
        openai: { keys: [{ env: 'WORK_KEY' }] },
        groq: { preset: 'groq' },
        clever: { auth: { oauth: { clientSecret: { env: 'CLEVER_CLIENT_SECRET' } } } },
      },
    });
    expect(said).toContain(
      'left out: providers.alpha.keys[0] is kept on this machine; on another one: gw key set alpha --only',
    );
    const home = newHome();
    const context = testContext({ home });
    await run(importProfile, context, [file(text)], { yes: true, as: 'team' });
    expect(context.err).toContain('next: gw profile use team');
    expect(context.err).toContain(
      'alpha has no key here (env:ALPHA_API_KEY (not set)): gw key set alpha --only',
    );
  });

  it('leave out headers that may hold a key, and keep those that cannot', async () => {
    const { text, said } = await exported({
      profiles: {
        default: {
          providers: {
            own: { url: 'http://127.0.0.1:9/v1', headers: { 'x-custom': 'hunter2', 'x-title': 'my app' } },
          },
        },
      },
    });
    expect(text).not.toContain('hunter2');
    expect(JSON.parse(text)).toMatchObject({ providers: { own: { headers: { 'x-title': 'my app' } } } });
    expect(said).toContain('providers.own.headers.x-custom');
  });

  it('make the same profile elsewhere', async () => {
    const { text } = await exported(TWO);
    const home = newHome();
    const context = testContext({ home });
    await run(importProfile, context, [file(text)], { yes: true });
    expect(context.err).toContain('+ routes.default.targets: ["openai","ollama/llama3.2"]');
    expect((await exported(stored(home))).text).toBe(text);
    const again = testContext({ home });
    await run(importProfile, again, [file(text)], { yes: true });
    expect(again.err).toContain('like that already');
  });

  it('work for a profile whose only key was in the file', async () => {
    const { text } = await exported({
      profiles: { default: { providers: { openai: { preset: 'openai', keys: [{ value: KEY }] } } } },
    });
    const home = newHome();
    await run(importProfile, testContext({ home }), [file(text)], { yes: true });
    expect(stored(home)).toMatchObject({
      profiles: { default: { providers: { openai: { preset: 'openai' } } } },
    });
  });

  it('take the profile under another name, and keep the active one', async () => {
    const home = newHome(TWO);
    const { text } = await exported(TWO);
    await run(importProfile, testContext({ home }), [file(text)], { as: 'team', yes: true });
    expect(stored(home)).toMatchObject({ active: 'default', profiles: { team: { routes: DEFAULT.routes } } });
  });

  it('show what would change, hide keys, ask, and take no for an answer', async () => {
    const home = newHome(TWO);
    const changed = {
      profile: 'default',
      ...DEFAULT,
      routes: { default: { match: ['*'], targets: ['ollama'] } },
      providers: { ollama: { preset: 'ollama' } },
    };
    const context = testContext({ home, interactive: true, stdinText: 'n\n' });
    await run(importProfile, context, [file(JSON.stringify(changed))]);
    expect(context.err).toContain('- routes.default.targets: ["openai","ollama/llama3.2"]');
    expect(context.err).toContain('+ routes.default.targets: ["ollama"]');
    expect(context.err).toContain('- providers.openai:');
    expect(context.err).not.toContain(KEY);
    expect(stored(home)).toEqual(TWO);
  });

  it('refuse what would not be valid, before asking', async () => {
    const home = newHome(TWO);
    const error = await failure(
      run(importProfile, testContext({ home }), [file('{"routes": {"r": {"targets": ["nobody"]}}}')]),
    );
    expect(error.exit).toBe(EXIT.config);
    expect(error.why).toContain('nobody');
    expect(stored(home)).toEqual(TWO);
  });

  it('say of a file that is not there that there is none', async () => {
    const path = join(newHome(), 'none.json');
    const error = await failure(run(importProfile, testContext({ home: newHome() }), [path]));
    expect(error.why).toBe('there is no such file');
  });

  it.each([['[]'], ['nonsense'], ['{"profiles": {}}']])(
    'refuse a file that holds no profile: %s',
    async (text) => {
      const error = await failure(
        run(importProfile, testContext({ home: newHome() }), [file(text)], { yes: true }),
      );
      expect(error.exit).toBe(EXIT.config);
    },
  );
});
