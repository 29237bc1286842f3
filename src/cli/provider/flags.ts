import { keyReferenceToJson, mayBeKey, parseKeyReference } from '../../config/index.ts';
import { isString, type JsonObject } from '../../lib/expect.ts';
import { nearest } from '../../lib/nearest.ts';
import type { Input } from '../command.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { wrapWords } from '../problem.ts';

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
  format: { flags: '--format <name>', summary: 'wire format it speaks: openai-chat (default)' },
  header: { flags: '--header <header...>', summary: "extra request header, as 'name: value' (repeatable)" },
  model: { flags: '--model <name...>', summary: 'a model it is known to have (repeatable)' },
  noTest: { flags: '--no-test', summary: 'do not call the provider' },
} as const;

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
export function readFormatFlag(input: Input): string | undefined {
  const format = input.text('format');
  if (format === undefined || FORMATS.includes(format)) return format;
  const meant = nearest(format, FORMATS);
  throw new CommandError('That format is not one gw speaks.', {
    why: `it speaks ${FORMATS.join(', ')}`,
    fix: `--format ${meant ?? FORMATS.join(' or --format ')}`,
    exit: EXIT.usage,
  });
}

/** True unless `--no-test` was given. */
export function wantsTest(input: Input): boolean {
  return input.flag('test');
}

const FORMATS: readonly string[] = ['openai-chat'];
const SECRET_HEADERS = new Set(['authorization', 'x-api-key', 'api-key', 'proxy-authorization', 'cookie']);

/** A variable's name forgotten its `env:`; anything else could be a key without a known shape. */
function mayBeShown(text: string): boolean {
  return /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(text);
}

function isSet({ env }: Pick<Context, 'env'>, name: string): boolean {
  return isString(env[name]) && env[name] !== '';
}
