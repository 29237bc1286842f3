import type { KeyReference } from '../../core/profile.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where clients of the OpenAI format look for an address: most read the first, LangChain, LlamaIndex and aider the second. */
export const ADDRESS_VARIABLES = ['OPENAI_BASE_URL', 'OPENAI_API_BASE'] as const;

export const KEY_VARIABLE = 'OPENAI_API_KEY';

/** SDKs refuse to start without a key. gw asks for none, so this one stands in, and is never taken for a key itself. */
export const PLACEHOLDER_KEY = 'gw-local';

/** A variable that a client reads, and what it is to hold. */
export type Assignment =
  | { readonly is: 'text'; readonly name: string; readonly value: string }
  /** What another variable of the same shell holds: a token is referred to, never printed. */
  | { readonly is: 'variable'; readonly name: string; readonly from: string }
  /** What `gw env --token` prints: the token is not kept in the environment. */
  | { readonly is: 'token'; readonly name: string };

/** What a client of this daemon needs in its environment, beside what is there. `token` is where gw's own is kept. */
export function clientAssignments(
  address: string,
  env: Environment,
  token: KeyReference | undefined,
): readonly Assignment[] {
  const base = `${address}/v1`;
  const addresses = ADDRESS_VARIABLES.map((name) => ({ is: 'text', name, value: base }) as const);
  return [...addresses, ...keyAssignments(env, token)];
}

function keyAssignments(env: Environment, token: KeyReference | undefined): readonly Assignment[] {
  const name = KEY_VARIABLE;
  if (token?.is === 'env') return token.name === name ? [] : [{ is: 'variable', name, from: token.name }];
  if (token) return [{ is: 'token', name }];
  return hasKey(env) ? [] : [{ is: 'text', name, value: PLACEHOLDER_KEY }];
}

/** True when the environment holds a key of the caller's own. */
export function hasKey(env: Environment): boolean {
  const key = env[KEY_VARIABLE]?.trim() ?? '';
  return key !== '' && key !== PLACEHOLDER_KEY;
}

/** The environment without our stand-in for a key: handed to a provider it would be refused as a wrong one. */
export function withoutPlaceholder(env: Environment): Environment {
  if (env[KEY_VARIABLE] !== PLACEHOLDER_KEY) return env;
  const { [KEY_VARIABLE]: _placeholder, ...rest } = env;
  return rest;
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
