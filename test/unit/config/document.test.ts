import { describe, expect, it } from 'vitest';

import { DEFAULT_POLICY } from '../../../src/core/policy.ts';
import { DEFAULT_SETTINGS } from '../../../src/core/settings.ts';
import { fullDocument, understand } from './fixtures.ts';

describe('a profile file that is right', () => {
  it('means the defaults when it is empty', () => {
    const config = understand({});
    expect(config.settings).toEqual(DEFAULT_SETTINGS);
    expect(config.activeProfile).toBe('default');
    expect(config.profiles).toEqual({
      default: { name: 'default', providers: [], routes: [], policy: DEFAULT_POLICY },
    });
  });

  it('is understood with everything in it', () => {
    const { settings, token, activeProfile, profiles } = understand(fullDocument());
    expect(activeProfile).toBe('work');
    expect(token).toEqual({ is: 'env', name: 'GW_TOKEN' });
    expect(settings.listen).toMatchObject({
      host: '0.0.0.0',
      port: 4500,
      allowedHosts: ['host.docker.internal'],
    });
    expect(settings.log).toEqual({ level: 'debug', maxBytes: 5 * 1024 * 1024, keep: 2 });
    expect(settings.record).toMatchObject({ capture: 'errors', captureBytes: 64 * 1024 });
    expect(settings.cache).toEqual({
      disk: false,
      maxBytes: 64 * 1024 * 1024,
      memoryBytes: 8 * 1024 * 1024,
      answerBytes: 1024 * 1024,
    });
    const work = profiles['work'];
    expect(work?.policy).toEqual({
      ...DEFAULT_POLICY,
      idleMs: 30_000,
      idleTakeoverMs: 20_000,
      onCut: 'error',
      breakerShare: 0.25,
      bodyLimitBytes: 64 * 1024 * 1024,
      rerouteBlocked: true,
      balance: 'least-latency',
      affinityMs: 300_000,
      keys: 'spread',
      headroom: false,
      cache: true,
      cacheTtlMs: 12 * 3_600_000,
      coalesce: true,
      staleIfErrorMs: 7 * 86_400_000,
      staleToolCalls: true,
      learnLimits: false,
      learnedLeastMs: 2000,
      learnedMostMs: 90_000,
      maxInFlight: 50,
      maxQueued: 10,
      queueWaitMs: 20_000,
    });
    expect(work?.routes[0]).toEqual({
      name: 'gpt-4.1',
      match: ['gpt-4.1*'],
      targets: [
        { provider: 'openai', model: 'gpt-4.1' },
        { provider: 'groq', model: 'openai/gpt-oss-120b' },
        { provider: 'my.vllm', model: undefined },
      ],
      policy: { firstContentMs: 8000, retries: 0 },
    });
    expect(work?.providers.find(({ name }) => name === 'my.vllm')).toMatchObject({
      url: 'http://10.0.0.5:8000/v1',
      auth: 'none',
      enabled: false,
      headers: { 'x-team': 'blue' },
    });
  });

  it('takes what a provider does not say from its preset', () => {
    const openai = understand({ profiles: { default: { providers: { openai: { preset: 'openai' } } } } })
      .profiles['default']?.providers[0];
    expect(openai).toMatchObject({
      url: 'https://api.openai.com/v1',
      auth: 'bearer',
      keys: [{ is: 'env', name: 'OPENAI_API_KEY' }],
    });
    expect(openai?.owns).toContain('gpt-4*');
  });

  it('sends a key to a local server once one is given', () => {
    const providers = { vllm: { preset: 'vllm', keys: [{ env: 'VLLM_KEY' }] }, ollama: { preset: 'ollama' } };
    const [vllm, ollama] =
      understand({ profiles: { default: { providers } } }).profiles['default']?.providers ?? [];
    expect(vllm?.auth).toBe('bearer');
    expect(ollama?.auth).toBe('none');
  });

  it('is active with its only profile, whatever that is called', () => {
    expect(understand({ profiles: { mine: {} } }).activeProfile).toBe('mine');
  });

  it('may call a profile like something every object has', () => {
    const config = understand({ active: 'constructor', profiles: { constructor: {} } });
    expect(config.profiles['constructor']?.providers).toEqual([]);
  });

  it('keeps a token that is not looked up yet unguessable', () => {
    const listen = { token: { env: 'GW_TOKEN' } };
    const first = understand({ listen }).settings.listen.token?.reveal();
    expect(first).toMatch(/^.{36}$/);
    expect(understand({ listen }).settings.listen.token?.reveal()).not.toBe(first);
  });
});
