import { describe, expect, it } from 'vitest';

import { profileFromEnvironment } from '../../../src/config/index.ts';
import { globToRegExp } from '../../../src/lib/glob.ts';
import { findPreset, PRESETS } from '../../../src/providers/index.ts';

function ownersOf(model: string): string[] {
  return PRESETS.filter(({ owns }) => owns.some((pattern) => globToRegExp(pattern).test(model))).map(
    ({ name }) => name,
  );
}

describe('the presets', () => {
  it('are found by name', () => {
    expect(PRESETS.map(({ name }) => name)).toEqual([
      'openai',
      'openrouter',
      'groq',
      'mistral',
      'deepseek',
      'xai',
      'together',
      'fireworks',
      'cerebras',
      'ollama',
      'lmstudio',
      'llamacpp',
      'vllm',
    ]);
    expect(findPreset('groq')?.title).toBe('Groq');
    expect(findPreset('nobody')).toBeUndefined();
  });

  it('have addresses to which a path can be added', () => {
    for (const { name, url, local } of PRESETS) {
      expect(URL.parse(url)?.protocol, name).toBe(local ? 'http:' : 'https:');
      expect(url.endsWith('/'), name).toBe(false);
    }
  });

  it('that are hosted need a key, name its variable and where to get one', () => {
    for (const preset of PRESETS.filter(({ local }) => !local)) {
      expect(preset).toMatchObject({ auth: 'bearer', env: [expect.stringMatching(/^[A-Z]+_API_KEY$/)] });
      expect(preset.keysPage, preset.name).toMatch(/^https:/);
      expect(preset.model, preset.name).toBeDefined();
    }
  });

  it('that run on this machine need none and cost nothing', () => {
    for (const preset of PRESETS.filter(({ local }) => local)) {
      expect(preset).toMatchObject({ auth: 'none', env: [], owns: [], quirks: ['free'] });
      expect(preset.url, preset.name).toMatch(/^http:\/\/127\.0\.0\.1:/);
    }
  });

  it('share no variable and no address', () => {
    const names = PRESETS.flatMap(({ env }) => env);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(PRESETS.map(({ url }) => url)).size).toBe(PRESETS.length);
  });
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
    'claude-sonnet-4-5',
  ])('%s is nobody’s: several hosts serve it, or none', (model) => {
    expect(ownersOf(model)).toEqual([]);
  });

  it('is never another vendor for the model a preset itself suggests', () => {
    for (const { name, model } of PRESETS) {
      if (model === undefined) continue;
      expect(
        ownersOf(model).filter((owner) => owner !== name),
        model,
      ).toEqual([]);
    }
  });
});

it('every hosted preset makes gw start from its variable alone', () => {
  for (const { name, env } of PRESETS.filter(({ local }) => !local)) {
    const profile = profileFromEnvironment({ [env[0] ?? '']: 'key' }, PRESETS);
    expect(profile?.providers.map((provider) => provider.name)).toEqual([name]);
    expect(profile?.routes[0]?.targets).toEqual([{ provider: name, model: undefined }]);
  }
});
