import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openConfigFile } from '../../../src/config/index.ts';
import { findPaths } from '../../../src/core/paths.ts';
import { type Chosen, chooseProfile, loadChosen } from '../../../src/daemon/loaded.ts';
import type { Overrides } from '../../../src/daemon/state-file.ts';
import { PRESETS } from '../../../src/providers/index.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gw-choose-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function choose(document: object | string, overrides: Overrides = {}, env: Record<string, string> = {}) {
  const paths = findPaths({ GW_HOME: folder });
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  writeFileSync(paths.config, text, { mode: 0o600 });
  return chooseProfile(openConfigFile({ paths, presets: PRESETS }), env, PRESETS, overrides);
}

function chosen(...asked: Parameters<typeof choose>): Chosen {
  const outcome = choose(...asked);
  if (outcome.is === 'failed') throw outcome.fault;
  return outcome.value;
}

function refusal(...asked: Parameters<typeof choose>) {
  const outcome = choose(...asked);
  if (outcome.is === 'ok') throw new Error('it was accepted');
  return outcome.fault;
}

const one = (more: object = {}) => ({
  a: { url: 'http://127.0.0.1:1/v1', keys: [{ env: 'A_KEY' }], ...more },
});
const TWO = { active: 'home', profiles: { home: { providers: one() }, work: { providers: one() } } };

describe('which profile is served', () => {
  it('is the active one, or the one asked for', () => {
    expect(chosen(TWO).profile.name).toBe('home');
    expect(chosen(TWO, { profile: 'work' }).profile.name).toBe('work');
    expect(chosen(TWO).environmentNames).toEqual(['A_KEY']);
  });

  it('must exist; a mistyped name is answered with the nearest', () => {
    expect(refusal(TWO, { profile: 'wrok' })).toMatchObject({
      kind: 'config',
      why: expect.stringContaining('home, work'),
      fix: 'gw start --profile work',
    });
  });

  it('is made from the keys in the environment only when the file has no provider at all', () => {
    const env = { OPENAI_API_KEY: 'sk-0123456789abcdef' };
    expect(chosen('{}', {}, env)).toMatchObject({
      fromEnvironment: true,
      profile: { providers: [{ name: 'openai' }] },
    });
    expect(chosen(TWO, {}, env).fromEnvironment).toBe(false);
    const disabled = { profiles: { default: { providers: one({ enabled: false }) } } };
    expect(refusal(disabled, {}, env).fix).toBe('gw provider enable a');
  });

  it('is nobody’s guess when there is neither', () => {
    expect(refusal('{}').fix).toMatch(/gw init.*gw demo/);
    expect(refusal('{ oops').message).toContain('profile file');
  });
});

describe('where it listens', () => {
  it('is what the command line says, then what the file says', () => {
    const document = { ...TWO, listen: { port: 5000 } };
    expect(chosen(document).settings.listen.port).toBe(5000);
    expect(chosen(document, { port: 6000 }).settings.listen.port).toBe(6000);
    expect(chosen(TWO).settings.listen).toMatchObject({ host: '127.0.0.1', port: 4499 });
  });

  it('is not open to others without a token', () => {
    expect(refusal(TWO, { host: '0.0.0.0' }).why).toContain('credit');
    const document = { ...TWO, listen: { token: { env: 'GW_TOKEN' } } };
    expect(chosen(document, { host: '0.0.0.0' }).settings.listen.host).toBe('0.0.0.0');
  });
});

describe('its keys', () => {
  it('are looked up once, and the missing ones named with what to do', async () => {
    const loaded = await loadChosen(chosen(TWO), {}, folder);
    expect(loaded.unresolved).toEqual([
      {
        label: 'env:A_KEY',
        problem: {
          message: expect.stringContaining('a has no usable key'),
          fix: expect.stringContaining('A_KEY'),
        },
      },
    ]);
    const found = await loadChosen(chosen(TWO), { A_KEY: 'sk-0123456789abcdef' }, folder);
    expect(found.unresolved).toEqual([]);
    expect(found.keys.resolve({ is: 'env', name: 'A_KEY' })?.reveal()).toBe('sk-0123456789abcdef');
  });

  it('include the token that callers must show', async () => {
    const document = { ...TWO, listen: { token: { env: 'GW_TOKEN' } } };
    const loaded = await loadChosen(chosen(document), { GW_TOKEN: 'token-0123456789' }, folder);
    expect(loaded.settings.listen.token?.reveal()).toBe('token-0123456789');
  });
});
