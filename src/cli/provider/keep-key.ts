import { spawn } from 'node:child_process';

import { KEYCHAIN_SERVICE, keychainCommand } from '../../config/index.ts';
import type { KeyReference } from '../../core/profile.ts';
import type { Secret } from '../../lib/secret.ts';

/** Runs a program with text on its standard input; answers with its output, or undefined when it failed. */
export type RunWithInput = (
  program: string,
  words: readonly string[],
  input: string,
) => Promise<string | undefined>;

/**
 * Keeps a key in the OS keychain, and makes sure that it can be read back; where there is no keychain, the answer is
 * a reference that holds the key itself, for the profile file. The key is never an argument of a program: those are
 * visible to everyone on the machine.
 */
export async function keepKey(
  account: string,
  key: Secret,
  run: RunWithInput,
  platform: NodeJS.Platform = process.platform,
): Promise<KeyReference> {
  const inline: KeyReference = { is: 'inline', value: key.reveal() };
  const read = keychainCommand(platform, account);
  const write = writeCommand(platform, account, key);
  if (!read || !write) return inline;
  if ((await run(write.program, write.words, write.input)) === undefined) return inline;
  const stored = await run(read.program, read.words, '');
  return stored?.trim() === key.reveal() ? { is: 'keychain', account } : inline;
}

function writeCommand(platform: NodeJS.Platform, account: string, key: Secret) {
  if (platform === 'darwin') {
    // `security -i` reads commands from its input and has no escape for quotes; no provider's key has one.
    if (/["\\]/.test(key.reveal())) return undefined;
    const command = `add-generic-password -U -s "${KEYCHAIN_SERVICE}" -a "${account}" -w "${key.reveal()}"\n`;
    return { program: '/usr/bin/security', words: ['-i'], input: command };
  }
  if (platform === 'win32') return undefined;
  const words = ['store', `--label=gw ${account}`, 'service', KEYCHAIN_SERVICE, 'account', account];
  return { program: 'secret-tool', words, input: key.reveal() };
}

/** A locked keychain asks its owner for the password; a minute is enough for that. */
const KEYCHAIN_TIMEOUT_MS = 60_000;

/** Runs programs found through the `PATH` of the given environment. */
export function programRunner(env: Readonly<Record<string, string | undefined>>): RunWithInput {
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
