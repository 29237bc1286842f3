import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type ClientId, clientsThat } from '../../../src/cli/clients/clients.ts';
import { command as clients } from '../../../src/cli/commands/clients.ts';
import { command as connect } from '../../../src/cli/commands/connect.ts';
import { testContext } from '../../cli-context.ts';
import { failure, run } from './run-command.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gw-connect-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
}

function read(path: string): string {
  return readFileSync(join(home, path), 'utf8');
}

function context(json = false) {
  return testContext({ home, json, env: { PATH: '', GW_HOME: join(home, 'gw') } });
}

/** What is below a folder: path → content. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [
      join(parentPath, name),
      readFileSync(join(parentPath, name), 'utf8'),
    ]),
  );
}

/** For each client: a file as somebody might have it, and what is in it after connecting. */
const ROWS: readonly {
  readonly id: ClientId;
  readonly file: string;
  readonly before: string;
  readonly after: string;
}[] = [
  {
    id: 'claude',
    file: '.claude/settings.json',
    before: '{\n    "theme": "dark",\n    "env": {\n        "FOO": "1"\n    }\n}\n',
    after:
      '{\n    "theme": "dark",\n    "env": {\n        "FOO": "1",\n        "ANTHROPIC_BASE_URL": "http://127.0.0.1:4499",\n        "ANTHROPIC_AUTH_TOKEN": "gw-local"\n    }\n}\n',
  },
  {
    id: 'codex',
    file: '.codex/config.toml',
    before:
      '# mine\nmodel = "gpt-5.5" # best\nnotes = """\n[model_providers.gw]\n"""\n\n[tools]\nlist = [\n  "a",\n]\n',
    after:
      '# mine\nmodel = "gpt-5.5" # best\nnotes = """\n[model_providers.gw]\n"""\nmodel_provider = "gw"\n\n[tools]\nlist = [\n  "a",\n]\n\n[model_providers.gw]\nname = "gw"\nbase_url = "http://127.0.0.1:4499/v1"\nwire_api = "responses"\nexperimental_bearer_token = "gw-local"\n',
  },
  {
    id: 'gemini',
    file: '.gemini/.env',
    before: '# keys\nexport GEMINI_API_KEY="mine"\nOTHER=1\n',
    after: '# keys\nGEMINI_API_KEY=gw-local\nOTHER=1\nGOOGLE_GEMINI_BASE_URL=http://127.0.0.1:4499\n',
  },
  {
    id: 'opencode',
    file: '.config/opencode/opencode.jsonc',
    before: '{\n\t// best\n\t"model": "x/y"\n}',
    after:
      '{\n\t// best\n\t"model": "gw/default",\n\t"provider": {\n\t\t"gw": {\n\t\t\t"npm": "@ai-sdk/openai-compatible",\n\t\t\t"name": "gw",\n\t\t\t"options": {\n\t\t\t\t"baseURL": "http://127.0.0.1:4499/v1",\n\t\t\t\t"apiKey": "gw-local"\n\t\t\t},\n\t\t\t"models": {\n\t\t\t\t"default": {}\n\t\t\t}\n\t\t}\n\t}\n}',
  },
  {
    id: 'aider',
    file: '.aider.conf.yml',
    before: '# mine\ndark-mode: true\nmodel: sonnet\n',
    after:
      '# mine\ndark-mode: true\nmodel: "openai/default"\nopenai-api-base: "http://127.0.0.1:4499/v1"\nopenai-api-key: "gw-local"\n',
  },
];

describe('gw connect', () => {
  it('has a row here for every client it writes', () => {
    expect(ROWS.map(({ id }) => id)).toEqual(clientsThat('connect'));
  });

  describe.each(ROWS)('$id', ({ id, file, before, after }) => {
    it('shows the change, and writes nothing unless asked', async () => {
      write(file, before);
      const old = contents(home);
      const shown = context();
      await run(connect, shown, [id]);
      expect(shown.out).toContain('127.0.0.1:4499');
      expect(shown.err).toContain(`gw connect ${id} --write`);
      expect(contents(home)).toEqual(old);
    });

    it('writes it in place, with a backup only its owner can read, and a second time nothing', async () => {
      write(file, before);
      await run(connect, context(), [id], { write: true });
      expect(read(file)).toBe(after);
      const backup =
        readdirSync(dirname(join(home, file))).find((name) => name.includes('.gw-backup-')) ?? '';
      const path = join(dirname(join(home, file)), backup);
      expect(readFileSync(path, 'utf8')).toBe(before);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const written = contents(home);
      await run(connect, context(), [id], { write: true });
      expect(contents(home)).toEqual(written);
    });

    it('puts everything back to the byte', async () => {
      write(file, before);
      const old = contents(home);
      await run(connect, context(), [id], { write: true });
      await run(connect, context(), [id], { undo: true });
      expect(contents(home)).toEqual(old);
    });

    it('leaves no trace where there was no file', async () => {
      await run(connect, context(), [id], { write: true });
      expect(existsSync(join(home, file)) || id === 'opencode').toBe(true);
      await run(connect, context(), [id], { undo: true });
      expect(readdirSync(home, { recursive: true }).filter((name) => !String(name).startsWith('gw'))).toEqual(
        [],
      );
    });
  });

  it('takes only its own values out of a file that was changed since, and says so [promise:connect-undo]', async () => {
    write('.claude/settings.json', '{\n  "theme": "dark"\n}\n');
    await run(connect, context(), ['claude'], { write: true });
    write('.claude/settings.json', read('.claude/settings.json').replace('"dark"', '"light"'));
    const undone = context();
    await run(connect, undone, ['claude'], { undo: true });
    expect(JSON.parse(read('.claude/settings.json'))).toEqual({ theme: 'light' });
    expect(undone.out).toContain('only what gw wrote was taken out');
    expect(readdirSync(join(home, '.claude'))).toEqual(['settings.json']);
  });

  it('leaves a value of its own that somebody changed', async () => {
    await run(connect, context(), ['claude'], { write: true });
    write(
      '.claude/settings.json',
      '{"env": {"ANTHROPIC_BASE_URL": "http://other", "ANTHROPIC_AUTH_TOKEN": "gw-local"}}',
    );
    const undone = context();
    await run(connect, undone, ['claude'], { undo: true });
    expect(JSON.parse(read('.claude/settings.json'))).toEqual({
      env: { ANTHROPIC_BASE_URL: 'http://other' },
    });
    expect(undone.out).toContain('env.ANTHROPIC_BASE_URL');
  });

  it('brings back the values it replaced, also from a file that was changed since', async () => {
    write('.codex/config.toml', 'model_provider = "azure"\n');
    await run(connect, context(), ['codex'], { write: true });
    write('.codex/config.toml', `${read('.codex/config.toml')}\n[projects."/x"]\ntrust_level = "trusted"\n`);
    await run(connect, context(), ['codex'], { undo: true });
    expect(read('.codex/config.toml')).toBe(
      'model_provider = "azure"\n\n[projects."/x"]\ntrust_level = "trusted"\n',
    );
  });

  it('leaves a file alone that it cannot read, and gives the reason', async () => {
    write('.claude/settings.json', '{\n  "theme": \n');
    const error = await failure(run(connect, context(), ['claude'], { write: true }));
    expect(error).toMatchObject({ exit: 1, why: expect.stringContaining('left alone') });
    expect(read('.claude/settings.json')).toBe('{\n  "theme": \n');
  });

  it('holds settings of Claude Code to plain JSON, as Claude Code does', async () => {
    write('.claude/settings.json', '{\n  // dark\n  "theme": "dark"\n}\n');
    expect(await failure(run(connect, context(), ['claude'], { write: true }))).toMatchObject({
      why: expect.stringContaining('cannot be read'),
    });
  });

  it('refuses a link that leads out of the home, and follows one that stays in it', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'gw-outside-'));
    writeFileSync(join(outside, 'settings.json'), '{}');
    mkdirSync(join(home, '.claude'));
    symlinkSync(join(outside, 'settings.json'), join(home, '.claude', 'settings.json'));
    expect(await failure(run(connect, context(), ['claude'], { write: true }))).toMatchObject({
      why: expect.stringContaining('out of your home'),
    });
    expect(readFileSync(join(outside, 'settings.json'), 'utf8')).toBe('{}');
    rmSync(outside, { recursive: true });
    rmSync(join(home, '.claude', 'settings.json'));
    write('dotfiles/claude.json', '{}');
    symlinkSync(join(home, 'dotfiles', 'claude.json'), join(home, '.claude', 'settings.json'));
    await run(connect, context(), ['claude'], { write: true });
    expect(read('dotfiles/claude.json')).toContain('127.0.0.1:4499');
  });

  it('never shows a key that stands beside what it changes', async () => {
    write(
      '.claude/settings.json',
      '{\n  "env": {\n    "ANTHROPIC_AUTH_TOKEN": "sk-ant-mine-0123456789"\n  }\n}\n',
    );
    const shown = context();
    await run(connect, shown, ['claude']);
    expect(shown.out + shown.err).not.toContain('0123456789');
  });

  it('refers to a token that gw wants, and never writes it down', async () => {
    mkdirSync(join(home, 'gw'));
    writeFileSync(join(home, 'gw', 'config.json'), '{"listen": {"token": {"env": "GW_TOKEN"}}}', {
      mode: 0o600,
    });
    await run(connect, context(), ['claude'], { write: true });
    expect(JSON.parse(read('.claude/settings.json'))).toMatchObject({ apiKeyHelper: 'gw env --token' });
    await run(connect, context(), ['codex'], { write: true });
    expect(read('.codex/config.toml')).toContain('env_key = "GW_TOKEN"');
    expect(await failure(run(connect, context(), ['aider'], { write: true }))).toMatchObject({
      fix: 'gw launch aider',
    });
  });
});

describe('gw clients', () => {
  it('tells for each client where it goes, why, and what would lead it through gw, and writes nothing', async () => {
    write('.claude/settings.json', '{"env": {"ANTHROPIC_BASE_URL": "http://127.0.0.1:4499"}}');
    write('.codex/config.toml', 'openai_base_url = "https://proxy.example/v1"\n');
    write('.aider.conf.yml', 'openai-api-base: [\n');
    const old = contents(home);
    const shown = context(true);
    await run(clients, shown, []);
    expect(contents(home)).toEqual(old);
    const { clients: rows } = shown.outJson as { clients: { id: string }[] };
    const row = (id: string): unknown => rows.find((each) => each.id === id);
    expect(row('claude')).toMatchObject({ way: 'gw', from: join(home, '.claude/settings.json') });
    expect(row('codex')).toMatchObject({ way: 'elsewhere', address: 'https://proxy.example/v1' });
    expect(row('aider')).toMatchObject({ way: 'own', troubles: [{ file: join(home, '.aider.conf.yml') }] });
    expect(row('opencode')).toMatchObject({ way: 'own', connect: [{ changes: true }] });
    expect(row('cursor')).toMatchObject({ next: expect.stringContaining('cannot use gw'), connect: null });
  });

  it('says of an address of this machine that nobody listens there', async () => {
    write('.claude/settings.json', '{"env": {"ANTHROPIC_BASE_URL": "http://127.0.0.1:1"}}');
    const shown = context();
    await run(clients, shown, []);
    expect(shown.out).toContain('nobody listens there');
  });
});
