import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findPaths } from '../../src/core/paths.ts';
import { createSimulator, type Simulator } from '../../src/simulator/index.ts';
import { ask, DaemonHome } from './daemon-home.ts';

let home: DaemonHome;
let provider: Simulator;
let url: string;

beforeEach(async () => {
  home = new DaemonHome();
  provider = createSimulator({ name: 'alpha', firstTokenMs: 0, tokensPerSecond: 0 });
  ({ url } = await provider.listen());
  // A home as people have it: gw's files go where the XDG specification wants them.
  home.env = { GW_HOME: '', TEST_KEY: 'sk-mine' };
  write('.bashrc', 'export EDITOR=vi\n');
  write('.claude/settings.json', '{\n  "theme": "dark"\n}\n');
  write('.codex/config.toml', 'model = "gpt-5.5"\n');
  write('.config/other/settings', 'x');
});
afterEach(async () => {
  await home.run(['stop', '--now']);
  await provider.close();
  await home.remove();
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(home.folder, path)), { recursive: true });
  writeFileSync(join(home.folder, path), text);
}

/** Everything in the home: each path, what it is, its permissions, and its content. */
function snapshot(): string[] {
  const entries = readdirSync(home.folder, { recursive: true, withFileTypes: true });
  return entries
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const mode = (lstatSync(path).mode & 0o777).toString(8);
      const content = entry.isFile() ? readFileSync(path, 'utf8') : entry.isDirectory() ? 'folder' : 'other';
      return `${relative(home.folder, path)} ${mode} ${content}`;
    })
    .sort();
}

async function live(): Promise<void> {
  const words = ['provider', 'add', 'alpha', '--url', url, '--key', 'env:TEST_KEY', '--no-test'];
  for (const line of [
    words,
    ['route', 'set', 'default', 'alpha', '--match', '*'],
    ['config', 'set', 'listen.port', '0'],
  ]) {
    const ran = await home.run(line);
    expect(ran, line.join(' ')).toMatchObject({ exit: 0 });
  }
  const started = await home.run(['start', '--json']);
  expect(started.exit, started.err).toBe(0);
  const { address } = JSON.parse(started.out) as { address: string };
  expect((await ask(address)).status).toBe(200);
  for (const client of ['claude', 'codex', 'gemini', 'opencode', 'aider']) {
    expect(await home.run(['connect', client, '--write']), client).toMatchObject({ exit: 0 });
  }
}

describe('gw uninstall', () => {
  it('leaves a home as it was before gw, to the byte [promise:no-trace]', async () => {
    const before = snapshot();
    await live();
    expect(snapshot()).not.toEqual(before);
    const ran = await home.run(['uninstall', '--yes']);
    expect(ran.exit, ran.out + ran.err).toBe(0);
    expect(snapshot()).toEqual(before);
    expect(ran.out).toContain('npm uninstall --global gw-llm');
  });

  it('only says what it would do where nobody can agree, and changes nothing', async () => {
    await live();
    const paths = findPaths({ HOME: home.folder });
    const profile = readFileSync(paths.config, 'utf8');
    const ran = await home.run(['uninstall']);
    expect(ran.exit).toBe(0);
    expect(ran.err).toContain('gw uninstall --yes');
    expect(ran.out).toContain('~/.claude/settings.json is put back');
    expect(readFileSync(paths.config, 'utf8')).toBe(profile);
    expect(readFileSync(join(home.folder, '.claude/settings.json'), 'utf8')).toContain('ANTHROPIC_BASE_URL');
    expect((await home.run(['status'])).exit).toBe(0);
  });

  it('names the keys that would go with the profile, and offers nothing where nothing is left', async () => {
    const nothing = await home.run(['uninstall']);
    expect(nothing.out).toContain('There is nothing of gw');
    expect(nothing.err).not.toContain('--yes');
    write('.config/gw/config.json', '{}');
    write('.config/gw/keys/gamma', 'sk-mine');
    const { out } = await home.run(['uninstall']);
    expect(out).toContain('the profile and 1 stored key (gamma) are removed (~/.config/gw)');
  });

  it('keeps the profile when told to, and nothing else', async () => {
    const before = snapshot();
    await live();
    await home.run(['uninstall', '--yes', '--keep-profile']);
    const left = snapshot().filter((line) => !before.includes(line));
    expect(left.map((line) => line.split(' ', 1)[0])).toEqual(['.config/gw', '.config/gw/config.json']);
  });

  it('names lines of start-up files that its person wrote, and leaves them', async () => {
    write('.bashrc', 'export EDITOR=vi\neval "$(gw env)"\n# gw env\n');
    const ran = await home.run(['uninstall', '--yes', '--json']);
    expect(JSON.parse(ran.out)).toMatchObject({
      notOurs: [{ place: '~/.bashrc:2', text: 'eval "$(gw env)"' }],
    });
    expect(readFileSync(join(home.folder, '.bashrc'), 'utf8')).toContain('gw env');
  });

  it('keeps what it takes to mend things while a settings file cannot be put back', async () => {
    await live();
    write('.claude/settings.json', '{ broken');
    const ran = await home.run(['uninstall', '--yes']);
    expect(ran.exit).toBe(1);
    expect(ran.out).toContain('was left alone');
    write('.claude/settings.json', '{"theme": "light"}');
    expect((await home.run(['uninstall', '--yes'])).exit).toBe(0);
    expect(readFileSync(join(home.folder, '.codex/config.toml'), 'utf8')).toBe('model = "gpt-5.5"\n');
  });
});
