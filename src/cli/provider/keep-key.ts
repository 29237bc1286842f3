import { type KeychainWays, type RunProgram, writeKeychain } from '../../config/index.ts';
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
