import { referencesOf, schemeVariables } from '../core/auth.ts';
import { DEFAULT_POLICY } from '../core/policy.ts';
import type { KeyReference, Preset, Profile, Provider } from '../core/profile.ts';

/**
 * One provider for each preset whose key is in the environment, but for those a person has to name, and one route over
 * them; undefined without any.
 */
export function profileFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  presets: readonly Preset[],
): Profile | undefined {
  const found = presets.flatMap((preset) => {
    if (preset.onRequest) return [];
    const name = preset.env.find((variable) => env[variable]?.trim());
    return name === undefined ? [] : [{ preset, provider: providerFromPreset(preset, { is: 'env', name }) }];
  });
  if (found.length === 0) return undefined;
  const targets = found
    // Only the first can serve whatever model was asked for; a stand-in needs a model it is known to have.
    .filter(({ preset }, index) => index === 0 || preset.model !== undefined)
    .map(({ preset }, index) => ({ provider: preset.name, model: index === 0 ? undefined : preset.model }));
  return {
    name: 'default',
    providers: found.map(({ provider }) => provider),
    routes: [{ name: 'default', match: ['*'], targets, policy: {} }],
    policy: DEFAULT_POLICY,
  };
}

function providerFromPreset(preset: Preset, key: KeyReference): Provider {
  return {
    name: preset.name,
    preset: preset.name,
    url: preset.url,
    format: preset.format,
    auth: preset.auth,
    keys: [key],
    enabled: true,
    headers: {},
    alsoSpeaks: preset.alsoSpeaks,
    quirks: preset.quirks,
    ...(preset.concurrency !== undefined && { concurrency: preset.concurrency }),
    models: [],
    owns: preset.owns,
  };
}

/** The variables a profile (and the callers' token) refer to: what the daemon is handed at start and reload. */
export function environmentNames(
  profile: Profile,
  ...others: readonly (KeyReference | undefined)[]
): string[] {
  const references = profile.providers.flatMap((provider) => [...referencesOf(provider)]);
  for (const reference of others) if (reference) references.push(reference);
  const named = references.flatMap((reference) => (reference.is === 'env' ? [reference.name] : []));
  const looked = profile.providers.flatMap(({ auth }) => schemeVariables(auth));
  return [...new Set([...named, ...looked])];
}
