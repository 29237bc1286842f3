import { execFile } from 'node:child_process';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { KeyPort } from '../core/ports.ts';
import type { KeyReference } from '../core/profile.ts';
import { Secret } from '../lib/secret.ts';
import { setVariable } from '../lib/set-variable.ts';
import {
  KEYCHAIN_SERVICE,
  type KeychainLibrary,
  loadKeychainLibrary,
  readKeychain,
  type RunProgram,
} from './keychain.ts';

/** What a resolver looks keys up in. */
export interface KeySources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home directory, for paths that begin with `~/`. */
  readonly home: string;
  /** Keys read from the OS keychain beforehand, by account: see `loadKeys`. */
  readonly keychain?: ReadonlyMap<string, Secret>;
}

/** Key files hold one line; anything longer is some other file. */
const KEY_FILE_LIMIT = 64 * 1024;
/** A locked keychain asks its owner for the password; a minute is enough for that, and not forever. */
const KEYCHAIN_TIMEOUT_MS = 60_000;

/**
 * Looks keys up without waiting, because it is asked on the hot path. Files are read once per resolver; a keychain is
 * a program that takes its time, so its keys come from `loadKeys` and are otherwise unresolved.
 */
export function createKeyResolver(sources: KeySources): KeyPort {
  const files = new Map<string, Secret | undefined>();
  return {
    resolve(reference) {
      switch (reference.is) {
        case 'env':
          return toSecret(sources.env[reference.name]);
        case 'inline':
          return toSecret(reference.value);
        case 'keychain':
          return sources.keychain?.get(reference.account);
        case 'file':
          if (!files.has(reference.path)) {
            files.set(reference.path, toSecret(readKeyFile(atHome(reference.path, sources.home))));
          }
          return files.get(reference.path);
      }
    },
  };
}

/** Reads the keychain for every reference that needs it, then answers with a resolver that never waits. */
export async function loadKeys(
  references: Iterable<KeyReference>,
  sources: Omit<KeySources, 'keychain'> & {
    readonly platform?: NodeJS.Platform;
    readonly run?: RunProgram;
    readonly library?: () => Promise<KeychainLibrary | undefined>;
  },
): Promise<KeyPort> {
  const accounts = new Set<string>();
  for (const reference of references) if (reference.is === 'keychain') accounts.add(reference.account);
  const keychain = new Map<string, Secret>();
  const { env, platform = process.platform, run = runProgram } = sources;
  const library = sources.library ?? (() => loadKeychainLibrary(platform, env));
  // One after the other: a locked keychain would otherwise ask for its password once per key.
  for (const account of accounts) {
    const secret = toSecret(await readKeychain(account, { platform, run, library }));
    if (secret) keychain.set(account, secret);
  }
  return createKeyResolver({ env: sources.env, home: sources.home, keychain });
}

/** Why a reference does not resolve, and what to do about it; for people, so it never holds the key. */
export function explainUnresolved(
  reference: KeyReference,
  platform: NodeJS.Platform = process.platform,
): { readonly why: string; readonly fix: string } {
  switch (reference.is) {
    case 'env':
      return {
        why: `the variable ${reference.name} is not set, or holds more than a key`,
        fix: `${setVariable(reference.name, '…', platform)} and run gw reload`,
      };
    case 'file':
      return {
        why: `${reference.path} cannot be read, or its first line is no key`,
        fix: `put the key into ${reference.path}${platform === 'win32' ? '' : ', chmod 600 it,'} and run gw reload`,
      };
    case 'inline':
      return { why: 'the key in the profile file is empty', fix: 'gw config edit' };
    case 'keychain':
      return {
        why: keychainFault(reference.account, platform),
        fix: keychainFix(reference.account, platform),
      };
  }
}

function keychainFault(account: string, platform: NodeJS.Platform): string {
  return platform === 'win32'
    ? `Windows keeps no credential ${account} of the service ${KEYCHAIN_SERVICE}, or gw was installed without @napi-rs/keyring`
    : `the keychain has no entry ${account} for the service ${KEYCHAIN_SERVICE}, or is locked`;
}

function keychainFix(account: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') return 'keep the key in a variable or a file: env:NAME, file:C:\\path';
  return platform === 'darwin'
    ? `security add-generic-password -s ${KEYCHAIN_SERVICE} -a ${account} -w`
    : `secret-tool store --label="gw ${account}" service ${KEYCHAIN_SERVICE} account ${account}`;
}

/** Says which key files others on this machine can read. */
export function openKeyFiles(references: Iterable<KeyReference>, home: string): string[] {
  const found: string[] = [];
  for (const reference of references) {
    if (reference.is !== 'file') continue;
    const mode = fileMode(atHome(reference.path, home));
    if (mode !== undefined && (mode & 0o077) !== 0) found.push(reference.path);
  }
  return found;
}

function fileMode(path: string): number | undefined {
  if (process.platform === 'win32') return undefined;
  return withFile(path, (file) => fstatSync(file).mode);
}

/** The first line of a key file; undefined when there is none. A pipe or device is never waited for. */
function readKeyFile(path: string): string | undefined {
  return withFile(path, (file) => {
    const status = fstatSync(file);
    if (!status.isFile() || status.size > KEY_FILE_LIMIT) return undefined;
    return textOf(readFileSync(file)).trim().split('\n', 1)[0];
  });
}

/** What PowerShell 5 writes with `>` is UTF-16, with a mark of its byte order. */
function textOf(bytes: Buffer): string {
  return bytes.toString(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8');
}

function withFile<T>(path: string, use: (file: number) => T): T | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return use(file);
  } catch {
    // A file that cannot be read is a key that does not resolve; the caller says so with the path.
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function atHome(path: string, home: string): string {
  return path.startsWith('~/') ? join(home, path.slice(2)) : path;
}

/** A header value is one line of printable characters; anything else would be refused, or split the request. */
function toSecret(value: string | undefined): Secret | undefined {
  const trimmed = value?.trim();
  return trimmed !== undefined && /^[\x21-\x7E]{1,4096}$/.test(trimmed) ? new Secret(trimmed) : undefined;
}

const runProgram: RunProgram = (program, words) =>
  new Promise((resolve) => {
    execFile(program, [...words], { timeout: KEYCHAIN_TIMEOUT_MS, encoding: 'utf8' }, (error, stdout) => {
      resolve(error ? undefined : stdout);
    });
  });
