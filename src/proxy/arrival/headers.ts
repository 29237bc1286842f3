import type { IncomingHttpHeaders } from 'node:http';

import type { CallerFormatName } from '../../core/operation.ts';
import { wordWithoutCredentials } from '../redact.ts';

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

/** What callers write into headers is kept in the trail up to here; no honest one is longer. */
export const KEPT_CHARACTERS = 200;

/** Every gw that a request passes leaves its instance id here, so that gw pointed at itself is noticed. */
export const VIA_HEADER = 'x-gw-via';

/** What the proxy itself reads of a request's headers, found in one walk over the raw pairs. */
export interface ReadHeaders {
  contentType: string;
  contentEncoding: string | undefined;
  contentLength: number | undefined;
  host: string | undefined;
  origin: string | undefined;
  /** How a browser sees the page that calls: `cross-site`, `same-site`, `same-origin`, `none`. */
  fetchSite: string | undefined;
  authorization: string | undefined;
  /** The key in a header of its own, with that header's name. */
  apiKey: string | undefined;
  apiKeyHeader: string | undefined;
  /** The format that only its own clients' headers give away, on paths that several share. */
  dialect: CallerFormatName | undefined;
  userAgent: string;
  session: string | undefined;
  retryCount: number;
  /** The gws this request already passed, comma-separated. */
  via: string | undefined;
  /** The request's own wishes. */
  targets: string | undefined;
  route: string | undefined;
  timeout: string | undefined;
  hedge: string | undefined;
  /** How long the caller's SDK waits, and which header said so; of several the shortest. */
  sdkTimeoutMs: number | undefined;
  sdkTimeoutHeader: string | undefined;
  drill: string | undefined;
  cache: string | undefined;
  cacheControl: string | undefined;
  /** Where the caller stands in a distributed trace (W3C Trace Context). */
  traceparent: string | undefined;
  tracestate: string | undefined;
  /** What is forwarded, as a flat list of names and values; the provider's own come on top. */
  readonly forwarded: string[];
}

/** Reads and sorts the raw headers of a request. Of a header given twice the first counts. */
export function readHeaders(raw: readonly string[]): ReadHeaders {
  const read = noHeaders();
  const named = connectionNames(raw);
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    const value = raw[i + 1] ?? '';
    READERS.get(name)?.(read, value);
    if (!NOT_SENT.has(name) && !name.startsWith('x-gw-') && !named?.has(name))
      read.forwarded.push(name, value);
  }
  return read;
}

/** What to do with the headers that mean something here. A new one is a line. A map, because callers choose the names. */
const READERS = new Map<string, (read: ReadHeaders, value: string) => void>([
  ['content-type', (read, value) => (read.contentType ||= value)],
  ['content-encoding', (read, value) => (read.contentEncoding ??= value)],
  ['content-length', (read, value) => (read.contentLength ??= Number(value))],
  ['host', (read, value) => (read.host ??= value)],
  ['origin', (read, value) => (read.origin ??= value)],
  ['sec-fetch-site', (read, value) => (read.fetchSite ??= value)],
  ['authorization', (read, value) => (read.authorization ??= value)],
  ['x-api-key', apiKeyReader('x-api-key')],
  ['api-key', apiKeyReader('api-key')],
  ['x-goog-api-key', apiKeyReader('x-goog-api-key', 'gemini')],
  ['anthropic-version', (read) => (read.dialect ??= 'anthropic-messages')],
  ['user-agent', (read, value) => (read.userAgent ||= value)],
  ['x-stainless-retry-count', (read, value) => (read.retryCount = Number(value) || 0)],
  ['x-gw-via', (read, value) => (read.via ??= value)],
  ['x-gw-targets', (read, value) => (read.targets ??= value)],
  ['x-gw-route', (read, value) => (read.route ??= value)],
  ['x-gw-timeout', (read, value) => (read.timeout ??= value)],
  ['x-gw-hedge', (read, value) => (read.hedge ??= value)],
  // Seconds: of OpenAI's and Anthropic's SDKs for JavaScript, of the same for Python, of Google's.
  ['x-stainless-timeout', timeoutReader('x-stainless-timeout')],
  ['x-stainless-read-timeout', timeoutReader('x-stainless-read-timeout')],
  ['x-server-timeout', timeoutReader('x-server-timeout')],
  ['x-gw-drill', (read, value) => (read.drill ??= value)],
  ['x-gw-cache', (read, value) => (read.cache ??= value)],
  ['cache-control', (read, value) => (read.cacheControl ??= value)],
  ['traceparent', (read, value) => (read.traceparent ??= value)],
  ['tracestate', (read, value) => (read.tracestate ??= value)],
  // Session headers of agents.
  ['x-claude-code-session-id', (read, value) => (read.session ??= value)],
  ['x-session-id', (read, value) => (read.session ??= value)],
  ['session-id', (read, value) => (read.session ??= value)],
  ['session_id', (read, value) => (read.session ??= value)],
]);

function apiKeyReader(name: string, dialect?: CallerFormatName): (read: ReadHeaders, value: string) => void {
  return (read, value) => {
    if (read.apiKey === undefined) read.apiKeyHeader = name;
    read.apiKey ??= value;
    read.dialect ??= dialect;
  };
}

/** What is less than a second arrives as 0 from some, and then says nothing. */
function timeoutReader(name: string): (read: ReadHeaders, value: string) => void {
  return (read, value) => {
    const ms = Number(value) * 1000;
    if (!(ms > 0 && ms < (read.sdkTimeoutMs ?? Infinity))) return;
    read.sdkTimeoutMs = ms;
    read.sdkTimeoutHeader = name;
  };
}

function noHeaders(): ReadHeaders {
  return {
    contentType: '',
    contentEncoding: undefined,
    contentLength: undefined,
    host: undefined,
    origin: undefined,
    fetchSite: undefined,
    authorization: undefined,
    apiKey: undefined,
    apiKeyHeader: undefined,
    dialect: undefined,
    userAgent: '',
    session: undefined,
    retryCount: 0,
    via: undefined,
    targets: undefined,
    route: undefined,
    timeout: undefined,
    hedge: undefined,
    sdkTimeoutMs: undefined,
    sdkTimeoutHeader: undefined,
    drill: undefined,
    cache: undefined,
    cacheControl: undefined,
    traceparent: undefined,
    tracestate: undefined,
    forwarded: [],
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

/**
 * The provider's answer headers as a flat list for `writeHead`, without what must not pass: some hosts mirror what they
 * were sent, the key among it.
 */
export function relayedHeaders(headers: IncomingHttpHeaders, credentials: readonly string[]): string[] {
  const relayed: string[] = [];
  for (const name in headers) {
    if (NOT_RELAYED.has(name) || name.startsWith('access-control-') || name.startsWith('x-gw-')) continue;
    const value = headers[name];
    if (typeof value === 'string') relayed.push(name, wordWithoutCredentials(value, credentials));
    else if (value !== undefined)
      for (const item of value) relayed.push(name, wordWithoutCredentials(item, credentials));
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
  const isSdk = userAgent.startsWith('OpenAI/') || userAgent.startsWith('Anthropic/');
  const end = isSdk ? userAgent.indexOf(' ') : userAgent.search(/[/ ]/);
  return userAgent.slice(0, end === -1 ? KEPT_CHARACTERS : Math.min(end, KEPT_CHARACTERS));
}
