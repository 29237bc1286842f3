import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type ConfigFile, openConfigFile } from '../../../src/config/index.ts';
import { findPaths } from '../../../src/core/paths.ts';
import type { Target } from '../../../src/core/target.ts';
import { type Acting, actingHandlers } from '../../../src/daemon/acting.ts';

const GROQ: Target = { provider: 'groq', model: 'llama', key: 'none' };
let home: string;
let file: ConfigFile;
let said: string[];

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'gw-acting-'));
  said = [];
  file = openConfigFile({ paths: findPaths({ GW_HOME: home }), presets: [] });
  await file.change((draft) => {
    const provider = { url: 'http://127.0.0.1:1/v1', format: 'openai-chat', auth: 'none' };
    draft['profiles'] = {
      default: {
        providers: { groq: provider, openai: provider },
        routes: { default: { match: ['*'], targets: ['groq/llama', 'openai/gpt-4o'] } },
      },
    };
  });
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

function handlers(more: Partial<Acting> = {}) {
  return actingHandlers({
    actedOn: () => ({ file, profile: 'default', fromEnvironment: false }),
    proxy: {
      resetTarget: ({ provider }) => provider === 'groq',
      tripTarget: ({ provider }, openMs) => said.push(`open ${provider} ${openMs}`) > 0,
    },
    acted: (event) => said.push(event),
    forgotten: ({ provider }) => said.push(`forgotten ${provider}`),
    reload: async () => said.push('reloaded'),
    statusChanged: () => said.push('told'),
    ...more,
  });
}

function profile() {
  const read = file.read();
  if (read.is === 'failed') throw new Error('the profile cannot be read');
  return read.value.profiles['default'];
}

describe('acting from the dashboard', () => {
  it('pauses a provider on disk and at once, and takes it back', async () => {
    await handlers()['switch-provider']({ provider: 'groq', enabled: false });
    expect(profile()?.providers.find(({ name }) => name === 'groq')?.enabled).toBe(false);
    expect(said).toEqual(['provider-switched', 'reloaded']);
    await handlers()['switch-provider']({ provider: 'groq', enabled: true });
    expect(profile()?.providers.find(({ name }) => name === 'groq')?.enabled).toBe(true);
  });

  it('moves a target within its route, and not beyond its ends', async () => {
    const move = handlers()['move-target'];
    const names = () => profile()?.routes[0]?.targets.map(({ provider }) => provider);
    await expect(move({ route: 'default', target: 'openai/gpt-4o', by: -1 })).resolves.toEqual({
      targets: ['openai/gpt-4o', 'groq/llama'],
    });
    expect(names()).toEqual(['openai', 'groq']);
    await move({ route: 'default', target: 'openai/gpt-4o', by: -5 });
    expect(names()).toEqual(['openai', 'groq']);
  });

  it('resets and trips breakers, for an hour at most', async () => {
    const { 'reset-breaker': reset, 'trip-breaker': trip } = handlers();
    await reset({ target: GROQ });
    await trip({ target: GROQ, openMs: 86_400_000 });
    expect(said).toEqual([
      'breaker-reset',
      'forgotten groq',
      'told',
      'open groq 3600000',
      'breaker-tripped',
      'told',
    ]);
    await expect(reset({ target: { ...GROQ, provider: 'openai' } })).rejects.toThrow('was not asked yet');
  });

  it('refuses what is not there, and changes nothing', async () => {
    const { 'switch-provider': toggle, 'move-target': move } = handlers();
    await expect(toggle({ provider: 'nobody', enabled: false })).rejects.toThrow('no provider nobody');
    await expect(move({ route: 'fast', target: 'groq/llama', by: 1 })).rejects.toThrow('no route fast');
    await expect(move({ route: 'default', target: 'x/y', by: 1 })).rejects.toThrow('no target x/y');
    expect(said).toEqual([]);
    await toggle({ provider: 'groq', enabled: false });
  });

  it('says that there is no profile to change when gw lives on the environment', async () => {
    const actedOn = () => ({ file, profile: 'default', fromEnvironment: true });
    await expect(
      handlers({ actedOn })['switch-provider']({ provider: 'groq', enabled: false }),
    ).rejects.toMatchObject({ fix: 'gw init' });
  });
});
