import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  type Config,
  type ConfigFile,
  type ConfigProblem,
  openConfigFile,
} from '../../../src/config/index.ts';
import { findPaths } from '../../../src/core/paths.ts';
import { isObject, type JsonObject } from '../../../src/lib/expect.ts';
import { PRESETS } from '../../../src/providers/index.ts';

/** A home of its own for one test. */
export function newHome(): string {
  return mkdtempSync(join(tmpdir(), 'gw-config-'));
}

export function openIn(home: string): ConfigFile {
  return openConfigFile({ paths: findPaths({ GW_HOME: home }), presets: PRESETS });
}

/** What a document means, without a file. */
export function understand(document: unknown): Config {
  const outcome = openIn('/nowhere').check(JSON.stringify(document));
  if (outcome.is === 'failed') throw new Error(JSON.stringify(outcome.fault, null, 2));
  return outcome.value;
}

/** What is wrong with a document. */
export function problemsOf(document: unknown): readonly ConfigProblem[] {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  const outcome = openIn('/nowhere').check(text);
  return outcome.is === 'failed' ? outcome.fault : [];
}

/** A file with one profile that uses everything there is. */
export function fullDocument() {
  return {
    $schema: 'https://example.com/config.schema.json',
    active: 'work',
    listen: {
      host: '0.0.0.0',
      port: 4500,
      token: { env: 'GW_TOKEN' },
      allowedHosts: ['host.docker.internal'],
      allowedOrigins: ['http://localhost:3000'],
    },
    log: { level: 'debug', maxBytes: '5MB', keep: 2 },
    record: { maxAgeDays: 7, maxBytes: 1_048_576, capture: 'errors', captureBytes: '64KB' },
    cache: { disk: false, maxBytes: '64MB', memoryBytes: '8MB', answerBytes: '1MB' },
    profiles: {
      work: {
        providers: {
          openai: { preset: 'openai', keys: [{ env: 'OPENAI_API_KEY' }, { file: '~/keys/openai' }] },
          'my.vllm': {
            url: 'http://10.0.0.5:8000/v1/',
            format: 'openai-chat',
            auth: 'none',
            enabled: false,
            headers: { 'X-Team': 'blue' },
            quirks: ['free'],
            concurrency: 2,
            models: ['llama-3'],
            owns: ['llama-*'],
          },
          groq: { preset: 'groq', keys: [{ keychain: 'groq' }, { value: 'gsk_0123456789abcdef0123' }] },
        },
        routes: {
          'gpt-4.1': {
            match: ['gpt-4.1*'],
            targets: ['openai/gpt-4.1', 'groq/openai/gpt-oss-120b', 'my.vllm'],
            policy: { firstContentMs: '8s', retries: 0 },
          },
          default: { match: ['*'], targets: ['openai'] },
        },
        policy: {
          idleMs: 30_000,
          breakerShare: 0.25,
          bodyLimitBytes: '64MB',
          rerouteBlocked: true,
          balance: 'least-latency',
          affinityMs: '5m',
          keys: 'spread',
          headroom: false,
          cache: true,
          cacheTtlMs: '12h',
          coalesce: true,
          staleIfErrorMs: '7d',
          staleToolCalls: true,
          learnLimits: false,
          learnedLeastMs: '2s',
          learnedMostMs: '90s',
          maxInFlight: 50,
          maxQueued: 10,
          queueWaitMs: '20s',
          idleTakeoverMs: '20s',
          onCut: 'error',
        },
      },
      home: {},
    },
  };
}

/** Adds one provider to the default profile. */
export function addProvider(name: string): (draft: JsonObject) => void {
  return (draft) => {
    const profiles = (draft['profiles'] ??= { default: { providers: {} } });
    const profile = isObject(profiles) ? profiles['default'] : undefined;
    const providers = isObject(profile) ? profile['providers'] : undefined;
    if (isObject(providers)) providers[name] = { url: `https://${name}.example/v1` };
  };
}

/** One provider and one route, with something changed. */
export function withProvider(provider: object): object {
  return { profiles: { default: { providers: { openai: provider } } } };
}

export function withRoute(route: object, more: object = {}): object {
  return {
    profiles: { default: { providers: { openai: { preset: 'openai' } }, routes: { r: route, ...more } } },
  };
}
