import { spawn } from 'node:child_process';

import {
  type KeychainWays,
  loadKeychainLibrary,
  type RunProgram,
  writeKeychain,
} from '../../config/index.ts';
import type { KeyReference } from '../../core/profile.ts';
import type { Secret } from '../../lib/secret.ts';

/** Runs a program with text on its standard input; answers with its output, or undefined when it failed. */
export type RunWithInput = RunProgram;

/**
 * Keeps a key in the OS keychain, and makes sure that it can be read back; where there is no keychain, the answer is
 * a reference that holds the key itself, for the profile file.
 */
export async function keepKey(
  account: string,
  key: Secret,
  run: RunProgram,
  platform: NodeJS.Platform = process.platform,
  library: KeychainWays['library'] = () => Promise.resolve(undefined),
): Promise<KeyReference> {
  const kept = await writeKeychain(account, key, { platform, run, library });
  return kept ? { is: 'keychain', account } : { is: 'inline', value: key.reveal() };
}

/** The ways to the keychain of whoever runs this command. */
export function keychainWays(env: Readonly<Record<string, string | undefined>>): KeychainWays {
  const { platform } = process;
  return { platform, run: programRunner(env), library: () => loadKeychainLibrary(platform, env) };
}

/** A locked keychain asks its owner for the password; a minute is enough for that. */
const KEYCHAIN_TIMEOUT_MS = 60_000;

/** Runs programs found through the `PATH` of the given environment. */
export function programRunner(env: Readonly<Record<string, string | undefined>>): RunProgram {
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
