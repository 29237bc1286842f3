import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { keepKeyAt, KEYCHAIN_SERVICE, keychainWays, removeFromKeychain } from '../../config/index.ts';
import type { KeyReference } from '../../core/profile.ts';
import type { Secret } from '../../lib/secret.ts';
import type { Context } from '../context.ts';
import { CommandError } from '../error.ts';

/** Where gw can keep a key itself. */
export type KeyPlace = 'keychain' | 'file';

type Ground = Pick<Context, 'paths' | 'env'>;

/** Several gw on one machine (`GW_HOME`) share a keychain: each has entries of its own. */
export function accountOf({ paths, env }: Ground, provider: string, label?: string): string {
  const name = label === undefined ? provider : `${provider}.${label}`;
  return env['GW_HOME'] === undefined ? name : `${name}@${paths.configDir.replace(/[^A-Za-z0-9.]+/g, '-')}`;
}

/** A profile's name as a part of an account or a file's name. */
export function plainLabel(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 40);
}

/** How the profile will refer to a key that is kept there. */
export function referenceTo(ground: Ground, place: KeyPlace, provider: string, label?: string): KeyReference {
  if (place === 'keychain') return { is: 'keychain', account: accountOf(ground, provider, label) };
  const name = label === undefined ? provider : `${provider}.${label}`;
  return { is: 'file', path: join(keyFolder(ground), name) };
}

/** Puts a key where its reference says; a keychain that is not there ends the command, with the way around it. */
export async function storeKey(
  context: Pick<Context, 'env'>,
  reference: KeyReference,
  key: Secret,
  instead: string,
): Promise<void> {
  if (reference.is !== 'file' && reference.is !== 'keychain') return;
  if (await keepKeyAt(reference, key, context.env)) return;
  throw new CommandError('There is no keychain here that takes the key.', {
    why: whyNoKeychain(),
    fix: instead,
  });
}

/** Takes a key that gw keeps out of its place; false when it was not there, or is not gw's to remove. */
export async function forgetKey(ground: Ground, reference: KeyReference): Promise<boolean> {
  if (reference.is === 'keychain') return removeFromKeychain(reference.account, keychainWays(ground.env));
  if (reference.is !== 'file' || dirname(reference.path) !== keyFolder(ground)) return false;
  rmSync(reference.path, { force: true });
  return true;
}

function keyFolder({ paths }: Pick<Context, 'paths'>): string {
  return join(paths.configDir, 'keys');
}

function whyNoKeychain(platform: NodeJS.Platform = process.platform): string {
  if (platform === 'darwin')
    return `/usr/bin/security refused to add it to the service ${KEYCHAIN_SERVICE}, or is locked`;
  if (platform === 'win32')
    return 'gw was installed without @napi-rs/keyring, which speaks to the credential store';
  return 'no Secret Service answers (GNOME Keyring, KWallet, KeePassXC); a machine without a desktop has none';
}
