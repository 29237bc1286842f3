import type { IncomingHttpHeaders } from 'node:http';

/**
 * Request headers that end here: hop-by-hop (RFC 9110, 7.6.1), what undici writes itself, the caller's credentials
 * (they are local ones), and what says where the caller sits.
 */
const NOT_SENT = new Set([
  'accept-encoding',
  'api-key',
  'authorization',
  'connection',
  'content-length',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'keep-alive',
  'origin',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'referer',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-api-key',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-goog-api-key',
  'x-real-ip',
]);

/** Answer headers that end here: hop-by-hop, framing (rewritten), cookies and what addresses another origin. */
const NOT_RELAYED = new Set([
  'alt-svc',
  'connection',
  'content-encoding',
  'content-length',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'set-cookie',
  'strict-transport-security',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Every gw that a request passes leaves its instance id here, so that gw pointed at itself is noticed. */
export const VIA_HEADER = 'x-gw-via';

/** What the proxy itself reads of a request's headers, found in one walk over the raw pairs. */
export interface ReadHeaders {
  readonly contentType: string;
  readonly contentEncoding: string | undefined;
  readonly contentLength: number | undefined;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
  readonly apiKey: string | undefined;
  readonly userAgent: string;
  readonly session: string | undefined;
  readonly retryCount: number;
  readonly via: string | undefined;
  /** The request's own wishes: `targets`, `route`, `timeout`, `drill`. */
  readonly wishes: Readonly<Record<string, string>>;
  /** What is forwarded, as a flat list of names and values; the provider's own come on top. */
  readonly forwarded: readonly string[];
}

/** Session headers that agents send, best first. */
const SESSION_HEADERS = new Set(['x-claude-code-session-id', 'session_id', 'session-id', 'x-session-id']);

/** Reads and sorts the raw headers of a request. */
export function readHeaders(raw: readonly string[]): ReadHeaders {
  const found: Record<string, string> = {};
  const wishes: Record<string, string> = {};
  const forwarded: string[] = [];
  const named = connectionNames(raw);
  let session: string | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    const value = raw[i + 1] ?? '';
    if (name.startsWith('x-gw-')) {
      wishes[name.slice(5)] = value;
      continue;
    }
    found[name] ??= value;
    if (SESSION_HEADERS.has(name)) session ??= value;
    if (!NOT_SENT.has(name) && !named?.has(name)) forwarded.push(name, value);
  }
  const length = found['content-length'];
  return {
    contentType: found['content-type'] ?? '',
    contentEncoding: found['content-encoding'],
    contentLength: length === undefined ? undefined : Number(length),
    host: found['host'],
    origin: found['origin'],
    authorization: found['authorization'],
    apiKey: found['x-api-key'] ?? found['api-key'],
    userAgent: found['user-agent'] ?? '',
    session,
    retryCount: Number(found['x-stainless-retry-count'] ?? 0) || 0,
    via: wishes['via'],
    wishes,
    forwarded,
  };
}

/** Headers that `Connection` names are hop-by-hop too. */
function connectionNames(raw: readonly string[]): ReadonlySet<string> | undefined {
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if ((raw[i] ?? '').toLowerCase() !== 'connection') continue;
    const value = (raw[i + 1] ?? '').toLowerCase();
    if (value === 'keep-alive' || value === 'close') continue;
    return new Set(value.split(',').map((name) => name.trim()));
  }
  return undefined;
}

/** The provider's answer headers as a flat list for `writeHead`, without what must not pass. */
export function relayedHeaders(headers: IncomingHttpHeaders): string[] {
  const relayed: string[] = [];
  for (const name in headers) {
    if (NOT_RELAYED.has(name) || name.startsWith('access-control-') || name.startsWith('x-gw-')) continue;
    const value = headers[name];
    if (typeof value === 'string') relayed.push(name, value);
    else if (value !== undefined) for (const item of value) relayed.push(name, item);
  }
  return relayed;
}

/** The id a provider gives a request, under the names they use for it. */
export function requestIdOf(headers: IncomingHttpHeaders): string | undefined {
  const id =
    headers['x-request-id'] ??
    headers['request-id'] ??
    headers['apim-request-id'] ??
    headers['x-amzn-requestid'] ??
    headers['cf-ray'];
  return typeof id === 'string' ? id : undefined;
}

/** The product that calls, from its user agent: `OpenAI/JS 7.5` → `OpenAI/JS`, `claude-cli/2.1 (…)` → `claude-cli`. */
export function clientName(userAgent: string): string {
  if (userAgent === '') return 'unknown';
  if (userAgent.startsWith('OpenAI/') || userAgent.startsWith('Anthropic/'))
    return userAgent.split(' ', 1)[0] ?? userAgent;
  return userAgent.split(/[/ ]/, 1)[0] ?? userAgent;
}
