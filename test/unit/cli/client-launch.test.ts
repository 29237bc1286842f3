import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { LaunchGround, Launching } from '../../../src/cli/clients/client.ts';
import { type ClientId, clientNamed, CLIENTS, clientsThat } from '../../../src/cli/clients/clients.ts';

const ADDRESS = 'http://127.0.0.1:4499';
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gw-clients-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
}

function launch(id: ClientId, more: Partial<LaunchGround> = {}): Launching {
  const ground = { home, cwd: join(home, 'work'), env: {}, key: 'gw-local', words: [], models: ['gpt-4o'] };
  const started = clientNamed(id).launch?.({ ...ground, address: ADDRESS, model: 'default', ...more });
  if (!started) throw new Error(`${id} cannot be launched`);
  return started;
}

it('knows how to start the five clients it names', () => {
  expect(clientsThat('launch')).toEqual(['claude', 'codex', 'gemini', 'opencode', 'aider']);
  for (const id of clientsThat('launch')) expect(CLIENTS[id].install).not.toBe('');
});

describe('Claude Code', () => {
  it('gets the address without /v1, a token, and no second credential to be confused by', () => {
    const { words, env } = launch('claude');
    expect(words).toEqual([]);
    expect(env).toMatchObject({ ANTHROPIC_BASE_URL: ADDRESS, ANTHROPIC_AUTH_TOKEN: 'gw-local' });
    expect(env).toHaveProperty('ANTHROPIC_API_KEY', undefined);
    expect(env).toHaveProperty('CLAUDE_CODE_USE_BEDROCK', undefined);
  });

  it('is kept on gw where its settings file names another address, which would win over the environment', () => {
    write('.claude/settings.json', '{"env": {"ANTHROPIC_BASE_URL": "https://elsewhere.example"}}');
    const { words, notes } = launch('claude');
    expect(words[0]).toBe('--settings');
    expect(JSON.parse(words[1] ?? '')).toEqual({ env: { ANTHROPIC_BASE_URL: ADDRESS } });
    expect(notes?.join()).toContain('elsewhere');
  });

  it('keeps settings that its person gives by hand', () => {
    write('.claude/settings.json', '{"env": {"CLAUDE_CODE_USE_VERTEX": "1"}}');
    expect(launch('claude', { words: ['--settings', 'mine.json'] }).words).toEqual([]);
  });
});

describe('Codex CLI', () => {
  it('gets a provider of its own by overrides, because it reads no variable', () => {
    const { words, env } = launch('codex');
    expect(words.filter((word) => word !== '-c')).toEqual([
      'model_provider="gw"',
      'model_providers.gw.name="gw"',
      'model_providers.gw.base_url="http://127.0.0.1:4499/v1"',
      'model_providers.gw.wire_api="responses"',
      'model_providers.gw.env_key="GW_API_KEY"',
    ]);
    expect(env).toEqual({ GW_API_KEY: 'gw-local' });
  });

  it('overrides the provider of the chosen profile too', () => {
    write('.codex/config.toml', 'profile = "work"\n[profiles.work]\nmodel_provider = "azure"\n');
    expect(launch('codex').words).toContain('profiles.work.model_provider="gw"');
  });

  it('never has the key among its words, where every user of the machine could read it', () => {
    for (const id of clientsThat('launch')) {
      expect(launch(id, { key: 'the-token' }).words.join(' '), id).not.toContain('the-token');
    }
  });
});

describe('Gemini CLI', () => {
  it('needs nothing but variables where it is set to use a key', () => {
    write('.gemini/settings.json', '{ // mine\n "security": {"auth": {"selectedType": "gemini-api-key"}} }');
    const { env, finish } = launch('gemini');
    expect(env).toMatchObject({ GOOGLE_GEMINI_BASE_URL: ADDRESS, GEMINI_API_KEY: 'gw-local' });
    expect(env).not.toHaveProperty('GEMINI_CLI_HOME');
    expect(finish).toBeUndefined();
  });

  it('borrows a home in which it uses a key, where it would log in and go past the address', () => {
    const settings =
      '{\n  // mine\n  "security": {"auth": {"selectedType": "oauth-personal"}},\n  "theme": "x"\n}\n';
    write('.gemini/settings.json', settings);
    write('.gemini/GEMINI.md', 'Be kind.');
    const { env, finish } = launch('gemini');
    const borrowed = join(env['GEMINI_CLI_HOME'] ?? '', '.gemini');
    expect(readFileSync(join(borrowed, 'GEMINI.md'), 'utf8')).toBe('Be kind.');
    expect(readFileSync(join(borrowed, 'settings.json'), 'utf8')).toBe(
      settings.replace('oauth-personal', 'gemini-api-key'),
    );
    mkdirSync(join(borrowed, 'history'));
    writeFileSync(join(borrowed, 'history', 'one'), 'said');
    finish?.();
    expect(existsSync(borrowed)).toBe(false);
    expect(readFileSync(join(home, '.gemini', 'settings.json'), 'utf8')).toBe(settings);
    // What it made itself would be there without gw as well.
    expect(readFileSync(join(home, '.gemini', 'history', 'one'), 'utf8')).toBe('said');
  });

  it('leaves nothing where it made nothing', () => {
    const { env, finish } = launch('gemini');
    finish?.();
    expect(existsSync(env['GEMINI_CLI_HOME'] ?? '')).toBe(false);
    expect(existsSync(join(home, '.gemini'))).toBe(false);
  });
});

describe('opencode', () => {
  it('gets gw as a provider with every model, in the variable that counts more than its files', () => {
    const { env } = launch('opencode', { words: ['run', '-m', 'gw/o9'] });
    expect(JSON.parse(env['OPENCODE_CONFIG_CONTENT'] ?? '')).toEqual({
      provider: {
        gw: {
          npm: '@ai-sdk/openai-compatible',
          name: 'gw',
          options: { baseURL: `${ADDRESS}/v1`, apiKey: 'gw-local' },
          models: { default: {}, 'gpt-4o': {}, o9: {} },
        },
      },
      model: 'gw/default',
      small_model: 'gw/default',
    });
  });

  it('keeps what that variable said already', () => {
    const { env } = launch('opencode', {
      env: { OPENCODE_CONFIG_CONTENT: '{"theme": "dark", "provider": {"x": {}}}' },
    });
    const content: unknown = JSON.parse(env['OPENCODE_CONFIG_CONTENT'] ?? '');
    expect(content).toMatchObject({ theme: 'dark', provider: { x: {}, gw: { name: 'gw' } } });
  });
});

describe('aider', () => {
  it('gets the address by its own variables, and the route as its model', () => {
    const { words, env } = launch('aider');
    expect(words).toEqual(['--model', 'openai/default']);
    expect(env).toMatchObject({ AIDER_OPENAI_API_BASE: `${ADDRESS}/v1`, AIDER_OPENAI_API_KEY: 'gw-local' });
  });

  it('keeps the model its person asks for', () => {
    expect(launch('aider', { words: ['--model', 'openai/gpt-4o'] }).words).toEqual([]);
    expect(launch('aider', { env: { AIDER_MODEL: 'openai/x' } }).words).toEqual([]);
  });
});
