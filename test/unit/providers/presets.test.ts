import { describe, expect, it } from 'vitest';

import { profileFromEnvironment } from '../../../src/config/index.ts';
import { isSigned } from '../../../src/core/auth.ts';
import { globToRegExp } from '../../../src/lib/glob.ts';
import { findPreset, PRESETS } from '../../../src/providers/index.ts';

function ownersOf(model: string): string[] {
  return PRESETS.filter(({ owns }) => owns.some((pattern) => globToRegExp(pattern).test(model))).map(
    ({ name }) => name,
  );
}

/** Two plans of one vendor at one address, with a key each. */
const SAME_ADDRESS = 1;
const VENDORS = PRESETS.filter(({ onRequest }) => onRequest === undefined);
const HOSTS = PRESETS.filter(({ onRequest }) => onRequest);

describe('the presets', () => {
  it('begin with those that gw finds by itself', () => {
    const names = PRESETS.slice(0, VENDORS.length).map(({ name }) => name);
    expect(names).toEqual(VENDORS.map(({ name }) => name));
    expect(names.slice(0, 3)).toEqual(['openai', 'anthropic', 'gemini']);
    expect(findPreset('groq')?.title).toBe('Groq');
    expect(findPreset('nobody')).toBeUndefined();
  });

  it('are over a hundred, each with a name and an address of its own', () => {
    expect(PRESETS.length).toBeGreaterThan(120);
    expect(new Set(PRESETS.map(({ name }) => name)).size).toBe(PRESETS.length);
    expect(new Set(PRESETS.map(({ url }) => url)).size).toBe(PRESETS.length - SAME_ADDRESS);
  });

  it('have names that can stand before the slash of a target', () => {
    for (const { name } of PRESETS) expect(name).toMatch(/^[a-z0-9][a-z0-9._-]*$/);
  });

  it('have addresses to which a path can be added', () => {
    for (const { name, url, local } of PRESETS) {
      const filled = url.replaceAll(/\$\{[A-Z_]+\}/g, 'filled.example');
      expect(filled.startsWith('filled') || URL.parse(filled)?.protocol, name).toBe(
        filled.startsWith('filled') ? true : local ? 'http:' : 'https:',
      );
      expect(url.endsWith('/'), name).toBe(false);
    }
  });

  it('of vendors need a key, name its variable and where to get one', () => {
    for (const preset of VENDORS.filter(({ local }) => !local)) {
      expect(preset.auth, preset.name).not.toBe('none');
      expect(preset.env[0], preset.name).toMatch(/^[A-Z]+_API_KEY$/);
      expect(preset.keysPage, preset.name).toMatch(/^https:/);
      expect(preset.model, preset.name).toBeDefined();
    }
  });

  it('of hosts name a variable that can be exported, and their documentation', () => {
    for (const preset of HOSTS.filter(({ local }) => !local)) {
      for (const name of preset.env) expect(name, preset.name).toMatch(/^[A-Z_][A-Z0-9_]*$/);
      expect(preset.url, preset.name).not.toContain(`\${${preset.env[0]}}`);
      expect(preset.docsPage, preset.name).toMatch(/^https:/);
    }
  });

  it('that run on this machine need no key and cost nothing', () => {
    for (const preset of PRESETS.filter(({ local }) => local)) {
      expect(preset).toMatchObject({ auth: 'none', env: [], owns: [] });
      expect(preset.quirks, preset.name).toContain('free');
      expect(preset.url, preset.name).toMatch(/^http:\/\/127\.0\.0\.1:/);
    }
  });

  it('that gw finds by itself share no variable and no address', () => {
    const names = VENDORS.flatMap(({ env }) => env);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(VENDORS.map(({ url }) => url)).size).toBe(VENDORS.length);
  });

  it('of hosts are used by nobody who did not name them', () => {
    const names = HOSTS.flatMap(({ env }) => env).filter(
      (name) => !VENDORS.some(({ env }) => env.includes(name)),
    );
    const env = Object.fromEntries(names.map((name) => [name, 'key']));
    expect(names).toContain('GITHUB_TOKEN');
    expect(profileFromEnvironment(env, PRESETS)).toBeUndefined();
  });
});

describe('the formats of a preset', () => {
  it.each(PRESETS.map((preset) => [preset.name, preset] as const))(
    'of %s are told once each',
    (_, preset) => {
      const spoken = [preset.format, ...preset.alsoSpeaks];
      expect(new Set(spoken).size).toBe(spoken.length);
      // Nobody knows which version of a local server runs: what it may not have yet is not promised.
      if (preset.local) expect(preset.alsoSpeaks).toEqual([]);
    },
  );
});

describe('the owner of a model name', () => {
  it.each([
    ['gpt-4o-mini', 'openai'],
    ['gpt-5.4-nano', 'openai'],
    ['o4-mini', 'openai'],
    ['text-embedding-3-small', 'openai'],
    ['ft:gpt-4o-mini-2024-07-18:org::abc', 'openai'],
    ['whisper-1', 'openai'],
    ['whisper-large-v3-turbo', 'groq'],
    ['llama-3.1-8b-instant', 'groq'],
    ['llama-3.3-70b-versatile', 'groq'],
    ['groq/compound', 'groq'],
    ['mistral-small-latest', 'mistral'],
    ['codestral-latest', 'mistral'],
    ['open-mixtral-8x7b', 'mistral'],
    ['deepseek-chat', 'deepseek'],
    ['deepseek-flash', 'deepseek'],
    ['grok-4.3', 'xai'],
    ['accounts/fireworks/models/gpt-oss-20b', 'fireworks'],
    ['openrouter/auto', 'openrouter'],
  ])('%s is %s', (model, owner) => {
    expect(ownersOf(model)).toEqual([owner]);
  });

  it.each([
    'gpt-oss-120b',
    'openai/gpt-oss-20b',
    'meta-llama/Llama-3.3-70B-Instruct-Turbo',
    'deepseek-ai/DeepSeek-V3',
    'llama3.2',
  ])('%s is nobody’s: several hosts serve it, or none', (model) => {
    expect(ownersOf(model)).toEqual([]);
  });

  it('is Anthropic or Google for the models that only they have', () => {
    expect(ownersOf('claude-opus-4-5')).toEqual(['anthropic']);
    expect(ownersOf('gemini-3-pro')).toEqual(['gemini']);
  });

  it('is never another vendor for the model a preset itself suggests', () => {
    for (const { name, model, auth } of PRESETS) {
      // A cloud has the models of others, under names that only some clouds change.
      if (model === undefined || isSigned(auth)) continue;
      expect(
        ownersOf(model).filter((owner) => owner !== name),
        model,
      ).toEqual([]);
    }
  });
});

it('every hosted vendor makes gw start from its variable alone', () => {
  for (const { name, env } of VENDORS.filter(({ local }) => !local)) {
    const profile = profileFromEnvironment({ [env[0] ?? '']: 'key' }, PRESETS);
    expect(profile?.providers.map((provider) => provider.name)).toEqual([name]);
    expect(profile?.routes[0]?.targets).toEqual([{ provider: name, model: undefined }]);
  }
});
