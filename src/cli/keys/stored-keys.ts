import { keyReferenceToJson } from '../../config/index.ts';
import { keyLabel } from '../../core/key-label.ts';
import type { KeyReference, Profile, Provider } from '../../core/profile.ts';
import { nearest } from '../../lib/nearest.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { changeProfile, objectAt, type OpenProfile } from '../profile-file.ts';

/** Whether the provider's own entry names this key, or only the default of its vendor does. */
export function hasKey({ keys }: Provider, reference: KeyReference): boolean {
  return keys.some((key) => keyLabel(key) === keyLabel(reference));
}

/** Adds a key to a provider in the profile file, in place of all others with `only`. */
export async function addKey(
  context: Context,
  open: OpenProfile,
  provider: Provider,
  reference: KeyReference,
  only: boolean,
): Promise<Profile> {
  return changeProfile(context, open, ({ providers }) => {
    const entry = objectAt(providers, provider.name);
    const before: readonly unknown[] = Array.isArray(entry['keys']) && !only ? entry['keys'] : [];
    entry['keys'] = [...before, keyReferenceToJson(reference)];
    // It was told to send none.
    if (entry['auth'] === 'none') delete entry['auth'];
  });
}

/** Takes a key out of a provider in the profile file. */
export async function dropKey(
  context: Context,
  open: OpenProfile,
  provider: Provider,
  reference: KeyReference,
): Promise<Profile> {
  const kept = provider.keys.filter((key) => keyLabel(key) !== keyLabel(reference));
  return changeProfile(context, open, ({ providers }) => {
    const entry = objectAt(providers, provider.name);
    // No list at all says that the vendor's own variable holds the key.
    if (kept.length === 0) delete entry['keys'];
    else entry['keys'] = kept.map(keyReferenceToJson);
    if (kept.length === 0 && provider.preset === undefined) entry['auth'] = 'none';
  });
}

/** The key a person means: by where it is kept, by the last part of that, or the only one. */
export function requireKeyOf(provider: Provider, named: string | undefined): KeyReference {
  const { name, keys } = provider;
  const labels = keys.map(keyLabel);
  const [only, second] = keys;
  if (named === undefined && only && !second) return only;
  const found = keys.filter(
    (key) =>
      [keyLabel(key), nameOf(key), shortLabel(key)].some((name) => name === named) ||
      nameOf(key).endsWith(`/${named}`),
  );
  if (found.length === 1 && found[0]) return found[0];
  const meant = named === undefined ? undefined : nearest(named, labels);
  const shown = terminalSafe(labels.join(', '));
  throw new CommandError(
    named === undefined
      ? `${name} has ${keys.length === 0 ? 'no key' : 'several keys'}.`
      : `${name} has no such key.`,
    {
      why: keys.length === 0 ? 'none is named in the profile' : `it has ${shown}`,
      fix: keys.length === 0 ? `gw key set ${name}` : `gw key remove ${name} ${meant ?? labels[0] ?? ''}`,
      exit: EXIT.usage,
    },
  );
}

function nameOf(key: KeyReference): string {
  switch (key.is) {
    case 'env':
      return key.name;
    case 'keychain':
      return key.account;
    case 'file':
      return key.path;
    case 'inline':
      return 'inline';
  }
}

/** As a table has it: of a long path the end says more than the beginning. */
export function shortLabel(key: KeyReference): string {
  const label = keyLabel(key);
  return key.is === 'file' && label.length > 24
    ? `file:…/${key.path.slice(key.path.lastIndexOf('/') + 1)}`
    : label;
}

/** True when another provider, in any profile, is called with the same key. */
export function isShared({ config }: OpenProfile, provider: Provider, reference: KeyReference): boolean {
  const label = keyLabel(reference);
  return Object.values(config.profiles).some((profile) =>
    profile.providers.some(
      (other) =>
        (other.name !== provider.name || profile.name !== config.activeProfile) &&
        other.keys.some((key) => keyLabel(key) === label),
    ),
  );
}
