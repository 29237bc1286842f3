import type { Preset } from '../core/profile.ts';
import { CLOUDS } from './clouds.ts';
import { HOSTS, type HostRow } from './hosts.ts';
import { FOLLOWERS, hosted, VENDORS } from './vendors.ts';

/** Hosts added by hand: those that the catalogue has no address for. */
const MORE_HOSTS: readonly HostRow[] = [
  [
    'deepinfra',
    'DeepInfra',
    'https://api.deepinfra.com/v1/openai',
    'DEEPINFRA_API_KEY',
    'https://deepinfra.com/docs/openai_api',
  ],
  [
    'sambanova',
    'SambaNova',
    'https://api.sambanova.ai/v1',
    'SAMBANOVA_API_KEY',
    'https://docs.sambanova.ai/docs/en/features/openai-compatibility',
  ],
  [
    'vercel',
    'Vercel AI Gateway',
    'https://ai-gateway.vercel.sh/v1',
    'AI_GATEWAY_API_KEY',
    'https://vercel.com/docs/ai-gateway',
  ],
];

/**
 * Every vendor, host and local server gw knows by name: those it finds by itself first, in their order, then the others
 * by name.
 */
export const PRESETS: readonly Preset[] = [
  ...VENDORS.filter(({ onRequest }) => !onRequest),
  ...[
    ...VENDORS.filter(({ onRequest }) => onRequest),
    ...CLOUDS,
    ...[...HOSTS, ...MORE_HOSTS].map(fromRow),
  ].sort((a, b) => (a.name < b.name ? -1 : 1)),
];

/** The preset of that name, if gw knows it. */
export function findPreset(name: string): Preset | undefined {
  return PRESETS.find((preset) => preset.name === name);
}

function fromRow([name, title, url, env, docsPage, ...quirks]: HostRow): Preset {
  const local = url.startsWith('http://127.0.0.1');
  const row = { name, title, url, docsPage, onRequest: true } as const;
  if (local) return hosted({ ...row, quirks: ['free', ...FOLLOWERS, ...quirks], auth: 'none', local });
  return hosted({ ...row, quirks: [...FOLLOWERS, ...quirks], env: env === '' ? [] : [env] });
}
