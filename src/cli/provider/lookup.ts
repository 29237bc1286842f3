import { keyLabel } from '../../config/index.ts';
import { takesKey } from '../../core/auth.ts';
import type { KeyPort } from '../../core/ports.ts';
import type { KeyReference, Preset, Profile, Provider, Route } from '../../core/profile.ts';
import { nearest } from '../../lib/nearest.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { CommandError, EXIT } from '../error.ts';
import type { OpenProfile } from '../profile-file.ts';
import type { Subject } from './subject.ts';

/** The provider of that name; a mistyped one is answered with the nearest there is. */
export function requireProvider({ profile }: OpenProfile, name: string): Provider {
  const found = profile.providers.find((provider) => provider.name === name);
  if (found) return found;
  const names = profile.providers.map((provider) => provider.name);
  const meant = nearest(name, names);
  throw new CommandError(`There is no provider ${terminalSafe(name)}.`, {
    why: names.length === 0 ? 'the profile has none yet' : `the profile has ${names.join(', ')}`,
    fix: names.length === 0 ? 'gw init' : meant === undefined ? 'gw provider list' : `did you mean ${meant}?`,
    exit: EXIT.usage,
  });
}

/** The routes that send requests to a provider. */
export function routesUsing(profile: Profile, provider: string): Route[] {
  return profile.routes.filter(({ targets }) => targets.some((target) => target.provider === provider));
}

/** One subject to check for each key of a provider; one without key when it sends none. */
export function subjectsOf(provider: Provider, presets: readonly Preset[], keys: KeyPort): Subject[] {
  const preset = presets.find(({ name }) => name === provider.preset);
  if (!takesKey(provider.auth) || provider.keys.length === 0)
    return [{ provider, preset, label: 'none', reference: undefined, key: undefined }];
  return provider.keys.map((reference) => ({
    provider,
    preset,
    label: keyLabel(reference),
    reference,
    key: keys.resolve(reference),
  }));
}

/** A provider as `--json` shows it: labels of keys and whether they resolve, never a key. */
export function providerJson(provider: Provider, { profile, keys }: Pick<OpenProfile, 'profile' | 'keys'>) {
  return {
    name: provider.name,
    preset: provider.preset ?? null,
    url: provider.url,
    format: provider.format,
    alsoSpeaks: provider.alsoSpeaks,
    auth: provider.auth,
    enabled: provider.enabled,
    keys: provider.keys.map((reference) => ({
      label: keyLabel(reference),
      resolved: isResolved(reference, keys) ?? null,
    })),
    headers: provider.headers,
    quirks: provider.quirks,
    models: provider.models,
    owns: provider.owns,
    concurrency: provider.concurrency ?? null,
    routes: routesUsing(profile, provider.name).map(({ name }) => name),
  };
}

/** Whether a reference resolves here; undefined for the keychain, which may ask its owner for a password. */
export function isResolved(reference: KeyReference, keys: KeyPort): boolean | undefined {
  return reference.is === 'keychain' ? undefined : keys.resolve(reference) !== undefined;
}

/** `env:OPENAI_API_KEY (not set)`: a provider's keys as lists show them. */
export function describeKey(reference: KeyReference, keys: KeyPort): string {
  return isResolved(reference, keys) === false ? `${keyLabel(reference)} (not set)` : keyLabel(reference);
}
