import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import type { KeyReference } from '../core/profile.ts';
import type { Secret } from '../lib/secret.ts';
import { type KeychainWays, loadKeychainLibrary, type RunProgram, writeKeychain } from './keychain.ts';
import { renameOver } from './rename-over.ts';

/** The ways to the keychain of whoever has this environment. */
export function keychainWays(env: Readonly<Record<string, string | undefined>>): KeychainWays {
  const { platform } = process;
  return { platform, run: programRunner(env), library: () => loadKeychainLibrary(platform, env) };
}

/** Puts a key where its reference says; false where that takes none. Only files and the keychain do. */
export async function keepKeyAt(
  reference: KeyReference,
  key: Secret,
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  if (reference.is === 'keychain') return writeKeychain(reference.account, key, keychainWays(env));
  if (reference.is !== 'file') return false;
  writeKeyFile(reference.path, key);
  return true;
}

/** Written beside it and renamed: whoever reads it meanwhile has the old key or the new one, and never a part. */
function writeKeyFile(path: string, key: Secret): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const next = `${path}.${process.pid}`;
  writeFileSync(next, `${key.reveal()}\n`, { mode: 0o600 });
  chmodSync(next, 0o600);
  renameOver(next, path);
}

/** A locked keychain asks its owner for the password; a minute is enough for that. */
const KEYCHAIN_TIMEOUT_MS = 60_000;

/** Runs programs found through the `PATH` of the given environment. */
function programRunner(env: Readonly<Record<string, string | undefined>>): RunProgram {
  return (program, words, input) =>
    new Promise((resolve) => {
      const child = spawn(program, [...words], {
        env: { ...env },
        stdio: ['pipe', 'pipe', 'ignore'],
        timeout: KEYCHAIN_TIMEOUT_MS,
      });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
      // A program that is not there, or that ended before it read its input: either way there is no keychain.
      child.on('error', () => resolve(undefined));
      child.stdin.on('error', () => resolve(undefined));
      child.on('close', (code) => resolve(code === 0 ? output : undefined));
      child.stdin.end(input);
    });
}
