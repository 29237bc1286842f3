import type { Secret } from '../lib/secret.ts';

/** Runs a program with text on its standard input; answers with what it printed, or undefined when it failed. */
export type RunProgram = (
  program: string,
  words: readonly string[],
  input: string,
) => Promise<string | undefined>;

/** The service name under which gw's keys are kept in the OS keychain. */
export const KEYCHAIN_SERVICE = 'gw';

/** The operating system's store of secrets, through its own programs or through a library. */
export interface KeychainLibrary {
  read(account: string): Promise<string | undefined>;
  write(account: string, value: string): Promise<void>;
  /** False when there was nothing. */
  remove(account: string): Promise<boolean>;
}

export interface KeychainWays {
  readonly platform: NodeJS.Platform;
  readonly run: RunProgram;
  readonly library: () => Promise<KeychainLibrary | undefined>;
}

interface Call {
  readonly program: string;
  readonly words: readonly string[];
  readonly input: string;
}

/** The system's own program that prints a key; undefined where there is none (Windows has no such reader). */
function keychainCommand(platform: NodeJS.Platform, account: string): Call | undefined {
  if (platform === 'darwin') {
    return {
      program: '/usr/bin/security',
      words: ['find-generic-password', '-s', KEYCHAIN_SERVICE, '-a', account, '-w'],
      input: '',
    };
  }
  if (platform === 'win32') return undefined;
  const words = ['lookup', 'service', KEYCHAIN_SERVICE, 'account', account];
  return { program: 'secret-tool', words, input: '' };
}

/** The key of that account; undefined when there is none, or the keychain cannot be opened. */
export async function readKeychain(account: string, ways: KeychainWays): Promise<string | undefined> {
  const call = keychainCommand(ways.platform, account);
  const printed = call && (await ways.run(call.program, call.words, call.input))?.trim();
  if (printed !== undefined && printed !== '') return printed;
  const library = await ways.library();
  return library?.read(account).catch(() => undefined);
}

/**
 * Keeps a key there, and makes sure that it can be read back; false where there is no keychain. The key is never an
 * argument of a program: those are visible to everyone on the machine.
 */
export async function writeKeychain(account: string, key: Secret, ways: KeychainWays): Promise<boolean> {
  const call = writeCommand(ways.platform, account, key);
  if (call === undefined || (await ways.run(call.program, call.words, call.input)) === undefined) {
    const library = await ways.library();
    const kept = await library?.write(account, key.reveal()).then(
      () => true,
      () => false,
    );
    if (kept !== true) return false;
  }
  return (await readKeychain(account, ways)) === key.reveal();
}

/** Takes a key out of it; false when it was not there. */
export async function removeFromKeychain(account: string, ways: KeychainWays): Promise<boolean> {
  const call = removeCommand(ways.platform, account);
  const there = call === undefined ? undefined : await readKeychain(account, { ...ways, library: absent });
  if (call !== undefined && there !== undefined) {
    return (await ways.run(call.program, call.words, call.input)) !== undefined;
  }
  const library = await ways.library();
  return (await library?.remove(account).catch(() => false)) ?? false;
}

const absent = (): Promise<undefined> => Promise.resolve(undefined);

function writeCommand(platform: NodeJS.Platform, account: string, key: Secret): Call | undefined {
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

function removeCommand(platform: NodeJS.Platform, account: string): Call | undefined {
  if (platform === 'darwin') {
    const words = ['delete-generic-password', '-s', KEYCHAIN_SERVICE, '-a', account];
    return { program: '/usr/bin/security', words, input: '' };
  }
  if (platform === 'win32') return undefined;
  const words = ['clear', 'service', KEYCHAIN_SERVICE, 'account', account];
  return { program: 'secret-tool', words, input: '' };
}

/**
 * Loads the library, where it is of use: Windows has no program that reads its store aloud, and not every Linux with a
 * Secret Service has `secret-tool`. macOS always has `security`, whose entries belong to no one version of Node.js.
 * Undefined where it is not installed or there is no store. Its other store on Linux is the kernel's, which forgets at
 * the next start of the machine, so it is told never to fall back to that.
 */
export async function loadKeychainLibrary(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): Promise<KeychainLibrary | undefined> {
  if (platform === 'darwin' || (platform !== 'win32' && !env['DBUS_SESSION_BUS_ADDRESS'])) return undefined;
  try {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    const entry = (account: string) =>
      new AsyncEntry(KEYCHAIN_SERVICE, account, { linux: { store: 'secret-service' } });
    // It throws here, and not later, where there is no such service.
    entry('probe');
    return {
      read: async (account) => (await entry(account).getPassword()) ?? undefined,
      write: (account, value) => entry(account).setPassword(value),
      remove: (account) => entry(account).deletePassword(),
    };
  } catch {
    return undefined;
  }
}
