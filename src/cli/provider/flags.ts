import { keyReferenceToJson, mayBeKey, parseKeyReference } from '../../config/index.ts';
import { AUTH_SCHEMES, isSigned, takesKey } from '../../core/auth.ts';
import { FORMAT_NAMES, type FormatName } from '../../core/operation.ts';
import type { AuthScheme } from '../../core/profile.ts';
import { isKeyOf, isString, type JsonObject, keysOf } from '../../lib/expect.ts';
import { nearest } from '../../lib/nearest.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Input } from '../command.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { wrapWords } from '../problem.ts';

/** How it can be proven who asks. */
export const AUTH_WAYS: readonly AuthScheme[] = keysOf(AUTH_SCHEMES).filter(
  // OAuth needs settings, which are written in the profile file.
  (auth) =>
    auth !== 'oauth' && (takesKey(auth) || isSigned(auth) || auth === 'passthrough' || auth === 'none'),
);

/** The options by which `provider add` and `provider edit` describe a provider. */
export const PROVIDER_OPTIONS = {
  url: {
    flags: '--url <address>',
    summary: 'base address with its version prefix: http://127.0.0.1:9001/v1',
  },
  key: {
    flags: '--key <reference...>',
    summary: 'where a key is kept: env:NAME, file:/path or keychain:account (repeatable)',
  },
  keyStdin: {
    flags: '--key-stdin',
    summary: 'read a key from standard input (or a hidden prompt) and keep it in the OS keychain',
  },
  format: {
    flags: '--format <name>',
    summary: `wire format it speaks: ${keysOf(FORMAT_NAMES).join(', ')}; openai-chat unless a preset says otherwise`,
  },
  alsoSpeaks: {
    flags: '--also-speaks <format...>',
    summary:
      'another format it takes at the same address, so that its callers need no translation (repeatable)',
  },
  auth: {
    flags: '--auth <scheme>',
    summary: `how its key is sent: ${AUTH_WAYS.join(', ')}; else as the vendor of its format wants it`,
  },
  header: { flags: '--header <header...>', summary: "extra request header, as 'name: value' (repeatable)" },
  model: { flags: '--model <name...>', summary: 'a model it is known to have (repeatable)' },
  concurrency: {
    flags: '--concurrency <count>',
    summary: 'requests it serves at once; more wait, or go to the next target',
  },
  noTest: { flags: '--no-test', summary: 'do not call the provider' },
} as const;

/** How many requests the provider serves at once, when that is said. */
export function readConcurrencyFlag(input: Input): number | undefined {
  const text = input.text('concurrency');
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new CommandError(`--concurrency takes a count, not "${terminalSafe(text)}".`, {
    why: 'it is how many requests the provider serves at once: 1 to 999999',
    fix: '--concurrency 4',
    exit: EXIT.usage,
  });
}

/** The `--key` references as the profile file has them. A refused one is never repeated: it may be a key. */
export function readKeyFlags(
  input: Input,
  context: Pick<Context, 'env'>,
  name: 'key' | 'addKey' = 'key',
): JsonObject[] {
  const flag = name === 'key' ? '--key' : '--add-key';
  return input.list(name).map((text) => {
    const parsed = parseKeyReference(text);
    if (parsed.is === 'ok') return keyReferenceToJson(parsed.value);
    if (mayBeKey(text) || !mayBeShown(text)) {
      throw new CommandError(`What was given to ${flag} is not shown here: it may be a key.`, {
        why: wrapWords(`${parsed.fault}; arguments end up in shell history and process lists`),
        fix: 'export it and pass --key env:NAME, or pipe it in: … | gw provider … --key-stdin',
        exit: EXIT.usage,
      });
    }
    const meant = isSet(context, text) ? `${flag} env:${text}` : `${flag} env:NAME`;
    throw new CommandError(`${flag} says where a key is kept.`, {
      why: parsed.fault,
      fix: meant,
      exit: EXIT.usage,
    });
  });
}

/** The `--header` values, lower-case names; validity is judged with the whole profile. */
export function readHeaderFlags(input: Input): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const text of input.list('header')) {
    const colon = text.indexOf(':');
    if (colon < 1) {
      throw new CommandError('--header wants a name and a value.', {
        why: 'there is no colon between them',
        fix: "--header 'x-title: my app'",
        exit: EXIT.usage,
      });
    }
    const name = text.slice(0, colon).trim().toLowerCase();
    if (SECRET_HEADERS.has(name)) {
      throw new CommandError(`--header does not take ${name}.`, {
        why: 'credentials are kept as keys, and arguments end up in shell history',
        fix: 'pass --key env:NAME instead',
        exit: EXIT.usage,
      });
    }
    headers[name] = text.slice(colon + 1).trim();
  }
  return headers;
}

/** The `--format`, when it is one gw speaks. */
export function readFormatFlag(input: Input): FormatName | undefined {
  const format = input.text('format');
  return format === undefined ? undefined : oneOf('--format', format, FORMAT_NAMES, 'formats');
}

/** The formats of `--also-speaks`; undefined when there is none. */
export function readAlsoSpeaksFlag(input: Input): readonly FormatName[] | undefined {
  const given = input.list('alsoSpeaks');
  if (given.length === 0) return undefined;
  return [...new Set(given.map((name) => oneOf('--also-speaks', name, FORMAT_NAMES, 'formats')))];
}

/** The `--auth`, when it is a way gw knows. */
export function readAuthFlag(input: Input): AuthScheme | undefined {
  const auth = input.text('auth');
  return auth === undefined ? undefined : oneOf('--auth', auth, AUTH_SCHEMES, 'ways to send a key');
}

function oneOf<Name extends string>(
  flag: string,
  typed: string,
  known: Readonly<Record<Name, unknown>>,
  what: string,
): Name {
  if (isKeyOf(known, typed)) return typed;
  const names = keysOf(known);
  throw new CommandError(`${flag} does not know ${mayBeKey(typed) ? 'that' : terminalSafe(typed)}.`, {
    why: wrapWords(`the ${what} gw knows are ${names.join(', ')}`),
    fix: `${flag} ${meantBy(typed, names).join('|')}`,
    exit: EXIT.usage,
  });
}

/** A slip of the finger, or the part of a name by which people know it: `anthropic`, `responses`. */
function meantBy(typed: string, names: readonly string[]): readonly string[] {
  const slip = nearest(typed, names);
  if (slip !== undefined) return [slip];
  const parts = names.filter((name) => name.includes(typed.toLowerCase()));
  return typed === '' || parts.length === 0 ? names : parts;
}

/** True unless `--no-test` was given. */
export function wantsTest(input: Input): boolean {
  return input.flag('test');
}

const SECRET_HEADERS = new Set([
  'authorization',
  'x-api-key',
  'x-goog-api-key',
  'api-key',
  'proxy-authorization',
  'cookie',
]);

/** A variable's name forgotten its `env:`; anything else could be a key without a known shape. */
function mayBeShown(text: string): boolean {
  return /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(text);
}

function isSet({ env }: Pick<Context, 'env'>, name: string): boolean {
  return isString(env[name]) && env[name] !== '';
}
