type Environment = Readonly<Record<string, string | undefined>>;

/** Tells through which HTTP proxy an address is reached; undefined for the direct way. */
export type HttpProxyRule = (address: URL) => URL | undefined;

/** Which variables name the proxy for a scheme, the first that is set; as curl and most programs read them. */
const VARIABLES: Readonly<Record<string, readonly string[]>> = {
  'https:': ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'],
  'http:': ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'],
};

/**
 * The rule of `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`. This machine is never reached through a proxy;
 * a proxy that is not an HTTP one (`socks5://…`) is none to us.
 */
export function httpProxyRule(env: Environment): HttpProxyRule {
  const spared = env['no_proxy'] ?? env['NO_PROXY'] ?? '';
  return (address) => {
    const found = httpProxyVariable(env, address.protocol);
    if (found === undefined || isLoopbackHost(address.hostname) || spares(spared, address)) return undefined;
    return found.proxy;
  };
}

/** The variable that applies to a scheme and the proxy it names; undefined when none is set or it is no HTTP proxy. */
export function httpProxyVariable(
  env: Environment,
  protocol: string,
): { readonly name: string; readonly proxy: URL } | undefined {
  const name = (VARIABLES[protocol] ?? []).find((variable) => env[variable]?.trim());
  const text = name === undefined ? '' : (env[name]?.trim() ?? '');
  if (name === undefined || text === '') return undefined;
  // `proxy:8080` is common, and a URL with the scheme `proxy:` to the parser.
  const spelled = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(spelled)) return undefined;
  const proxy = new URL(spelled);
  return proxy.protocol === 'http:' || proxy.protocol === 'https:' ? { name, proxy } : undefined;
}

/** This machine by name or address; also spelled as the address that means "all of mine". */
function isLoopbackHost(hostname: string): boolean {
  const host = bare(hostname);
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  return /^(127\.|0\.0\.0\.0$)/.test(host) || host === '::1' || host === '::' || host.startsWith('::ffff:7f');
}

/**
 * Whether a `NO_PROXY` list spares an address. Entries are host names, also of domains (`example.com`, `.example.com`, `*.example.com`), addresses, networks
 * (`10.0.0.0/8`), each with a port if only that is meant, or `*` for everything.
 */
export function spares(list: string, address: URL): boolean {
  const host = bare(address.hostname);
  const port = address.port || (address.protocol === 'https:' ? '443' : '80');
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === '') return false;
    const [, name = '', onlyPort] = /^(\[.+\]|[^:]+|.*:.*:.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    if (onlyPort !== undefined && onlyPort !== port) return false;
    const wanted = bare(name).replace(/^\*?\./, '');
    if (wanted.includes('/')) return isInNetwork(host, wanted);
    return wanted === '*' || host === wanted || host.endsWith(`.${wanted}`);
  });
}

/** IPv4 only; nobody was seen to write a network of the other kind into `NO_PROXY`. */
function isInNetwork(host: string, network: string): boolean {
  const [base = '', bits] = network.split('/');
  const [address, first, length] = [ipv4(host), ipv4(base), Number(bits)];
  if (address === undefined || first === undefined || !(length >= 0 && length <= 32)) return false;
  const size = 2 ** (32 - length);
  return Math.floor(address / size) === Math.floor(first / size);
}

function ipv4(text: string): number | undefined {
  const parts = text.split('.').map(Number);
  const isAddress =
    parts.length === 4 && parts.every((part) => Number.isInteger(part) && part >= 0 && part < 256);
  return isAddress ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined;
}

/** Without the brackets of an IPv6 address and the dot that may end a full name. */
function bare(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[(.+)\]$/, '$1')
    .replace(/(.)\.$/, '$1');
}
