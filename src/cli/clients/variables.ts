import type { KeyReference } from '../../core/profile.ts';
import { keysOf } from '../../lib/expect.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the clients of one vendor's API read from the environment. */
export interface ClientFamily {
  /** Most read the first. */
  readonly addresses: readonly string[];
  /** What they want behind gw's address; the others add the version themselves. */
  readonly path: string;
  /** They refuse to start without a key: this variable holds gw's stand-in, or its token. */
  readonly key: string;
  /** Where else they find a key, so that none has to stand in. */
  readonly otherKeys: readonly string[];
  /** Of the others, the one that counts more than `key`. */
  readonly strongerKey?: string;
}

/** By the vendor whose SDKs and agents read them. */
export const CLIENT_FAMILIES = {
  // LangChain for Python, LlamaIndex and aider read the second.
  openai: {
    addresses: ['OPENAI_BASE_URL', 'OPENAI_API_BASE'],
    path: '/v1',
    key: 'OPENAI_API_KEY',
    otherKeys: [],
  },
  // Claude Code takes the token as it is, and asks before it uses a key out of the environment.
  // https://code.claude.com/docs/en/env-vars
  anthropic: {
    addresses: ['ANTHROPIC_BASE_URL'],
    path: '',
    key: 'ANTHROPIC_AUTH_TOKEN',
    otherKeys: ['ANTHROPIC_API_KEY'],
  },
  // https://github.com/googleapis/js-genai: GOOGLE_API_KEY counts more when both are set.
  gemini: {
    addresses: ['GOOGLE_GEMINI_BASE_URL'],
    path: '',
    key: 'GEMINI_API_KEY',
    otherKeys: ['GOOGLE_API_KEY'],
    strongerKey: 'GOOGLE_API_KEY',
  },
} as const satisfies Readonly<Record<string, ClientFamily>>;

export type FamilyName = keyof typeof CLIENT_FAMILIES;

/** SDKs refuse to start without a key. gw asks for none, so this one stands in, and is never taken for a key itself. */
export const PLACEHOLDER_KEY = 'gw-local';

/** A variable that a client reads, and what it is to hold. */
export type Assignment =
  | { readonly is: 'text'; readonly name: string; readonly value: string }
  /** What another variable of the same shell holds: a token is referred to, never printed. */
  | { readonly is: 'variable'; readonly name: string; readonly from: string }
  /** What `gw env --token` prints: the token is not kept in the environment. */
  | { readonly is: 'token'; readonly name: string };

/**
 * What clients of this daemon need in their environment, beside what is there. `token` is where gw's own is kept.
 *
 * @param families Those whose clients are pointed at gw; all of them unless said.
 */
export function clientAssignments(
  address: string,
  env: Environment,
  token: KeyReference | undefined,
  families: readonly FamilyName[] = keysOf(CLIENT_FAMILIES),
): readonly Assignment[] {
  return families
    .map(familyNamed)
    .flatMap((family) => [
      ...family.addresses.map((name) => ({ is: 'text', name, value: address + family.path }) as const),
      ...keyVariables(family, env, token).flatMap((name) => keyAssignment(name, token)),
    ]);
}

/** The family of that name. */
export function familyNamed(name: FamilyName): ClientFamily {
  return CLIENT_FAMILIES[name];
}

/** The variables that must hold something of gw's: the token where it wants one, else a stand-in where no key is. */
function keyVariables(
  family: ClientFamily,
  env: Environment,
  token: KeyReference | undefined,
): readonly string[] {
  const { key, strongerKey } = family;
  if (!token) return hasKey(env, family) ? [] : [key];
  return strongerKey !== undefined && isOwnKey(env[strongerKey]) ? [key, strongerKey] : [key];
}

function keyAssignment(name: string, token: KeyReference | undefined): Assignment[] {
  if (!token) return [{ is: 'text', name, value: PLACEHOLDER_KEY }];
  if (token.is !== 'env') return [{ is: 'token', name }];
  return token.name === name ? [] : [{ is: 'variable', name, from: token.name }];
}

/** True when the environment holds a key of the caller's own that this family's clients find. */
export function hasKey(env: Environment, { key, otherKeys }: ClientFamily): boolean {
  return [key, ...otherKeys].some((name) => isOwnKey(env[name]));
}

/** True for the value of a key variable that is there and is not our stand-in. */
export function isOwnKey(value: string | undefined): boolean {
  const key = value?.trim() ?? '';
  return key !== '' && key !== PLACEHOLDER_KEY;
}

/** The environment without our stand-ins for keys: handed to a provider they would be refused as wrong ones. */
export function withoutPlaceholder(env: Environment): Environment {
  const keys: readonly string[] = keysOf(CLIENT_FAMILIES).map((name) => CLIENT_FAMILIES[name].key);
  if (keys.every((name) => env[name] !== PLACEHOLDER_KEY)) return env;
  return Object.fromEntries(
    Object.entries(env).filter(([name, value]) => value !== PLACEHOLDER_KEY || !keys.includes(name)),
  );
}

/**
 * The variables that keep calls to this machine off an HTTP proxy: Python's clients send them there otherwise.
 * Undefined when no proxy is set, or the host is spared already.
 */
export function spareFromProxy(address: string, env: Environment): Record<string, string> | undefined {
  const proxies = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'];
  if (proxies.every((name) => (env[name] ?? '') === '')) return undefined;
  const host = new URL(address).hostname.replace(/^\[|\]$/g, '');
  const spared = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').split(',').map((part) => part.trim());
  if (spared.some((part) => part === '*' || part === host)) return undefined;
  const list = [...spared.filter((part) => part !== ''), host].join(',');
  return { no_proxy: list, NO_PROXY: list };
}
