import { examineChains } from '../../../src/cli/lint/examine.ts';
import { type LintScene, lintScene } from '../../../src/cli/lint/scene.ts';
import { createKeyResolver, openConfigFile } from '../../../src/config/index.ts';
import type { FaultCode } from '../../../src/core/fault.ts';
import type { ModelFacts } from '../../../src/core/model-facts.ts';
import { findPaths } from '../../../src/core/paths.ts';
import type { Profile } from '../../../src/core/profile.ts';
import { PRESETS } from '../../../src/providers/index.ts';
import { NIGHT } from '../../sample-trail.ts';

export type Json = Readonly<Record<string, unknown>>;

export const KEYS = {
  OPENAI_API_KEY: 'sk-of-openai',
  ANTHROPIC_API_KEY: 'sk-of-anthropic',
  OPENROUTER_API_KEY: 'sk-of-or',
};
export const OPENAI = { preset: 'openai' };
export const ANTHROPIC = { preset: 'anthropic' };
export const HEALTHY = { main: { match: ['*'], targets: ['openai/gpt-4.1', 'anthropic/claude-haiku-4-5'] } };

export function profileOf(profile: Json): Profile {
  const file = openConfigFile({ paths: findPaths({ GW_HOME: '/nowhere' }), presets: PRESETS });
  const read = file.check(JSON.stringify({ profiles: { default: profile } }));
  if (read.is === 'failed') throw new Error(JSON.stringify(read.fault));
  const found = read.value.profiles['default'];
  if (!found) throw new Error('no profile');
  return found;
}

export interface Known {
  readonly facts?: Readonly<Record<string, ModelFacts>>;
  readonly told?: Readonly<Record<string, readonly string[]>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly daemon?: LintScene['daemon'];
}

export function sceneOf(profile: Json, { facts = {}, told = {}, env = KEYS, daemon }: Known = {}): LintScene {
  return lintScene(
    { profile: profileOf(profile), keys: createKeyResolver({ env, home: '/nowhere' }) },
    {
      factsOf: (provider, model) => facts[`${provider}/${model}`] ?? {},
      told: (provider) => told[provider],
      daemon,
      now: NIGHT,
    },
  );
}

export function codes(scene: LintScene): string[] {
  return examineChains(scene).notes.map(({ code }) => code);
}

export const price = (input: number, output: number): ModelFacts => ({
  price: { source: 'models.dev', periods: [{ rates: { input, output } }] },
});
export const both = (change: Json = {}): Json => ({
  providers: { openai: OPENAI, anthropic: ANTHROPIC },
  routes: HEALTHY,
  ...change,
});
export const routed = (targets: readonly string[], more: Json = {}): Json =>
  both({ routes: { main: { match: ['*'], targets, ...more } } });
export const withFacts = (first: ModelFacts, second: ModelFacts): Known => ({
  facts: { 'openai/gpt-4.1': first, 'anthropic/claude-haiku-4-5': second },
});
export const locals = (urls: readonly string[], more: Json = {}): Json => ({
  providers: Object.fromEntries(urls.map((url, index) => [`p${index}`, { url, ...more }])),
  routes: { main: { match: ['*'], targets: urls.map((_, index) => `p${index}/m${index}`) } },
});
/** A daemon in which targets of OpenAI are being left alone for this. */
export const refusing = (reason: FaultCode, keys: readonly string[]): LintScene['daemon'] =>
  (running(true) ?? []).map((provider) => ({
    ...provider,
    keys: ['env:OPENAI_API_KEY', 'env:SECOND'].slice(0, Math.max(1, keys.length)).map((label) => ({
      label,
      resolved: true,
    })),
    targets: keys.map((key) => ({
      target: { provider: 'openai', model: 'gpt-4.1', key },
      breaker: { is: 'closed' },
      cooldown: { reason, message: 'no' },
      attempts: 1,
      failures: 1,
      served: 0,
      live: 0,
      recent: { attempts: 1, failures: 1 },
    })),
  }));
export const running = (resolved: boolean): LintScene['daemon'] => [
  {
    name: 'openai',
    enabled: true,
    url: '',
    format: 'openai-chat',
    keys: [{ label: 'env:OPENAI_API_KEY', resolved }],
    targets: [],
  },
];
