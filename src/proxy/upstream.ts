import { Pool } from 'undici';

import type { Provider } from '../core/profile.ts';
import { makeConnector } from './connector.ts';

// Idle sockets are kept this long unless the provider says otherwise (undici obeys its `keep-alive` hint): long enough
// for the next turn of a conversation, shorter than the 60 s after which common load balancers forget a connection.
const KEEP_ALIVE_MS = 30_000;
// Providers send up to 40 headers with rate limits and policies; 64 KB is above all of them and bounds a hostile one.
const MAX_HEADER_BYTES = 64 * 1024;

/** One provider's connections. */
export interface Upstream {
  readonly name: string;
  readonly pool: Pool;
  /** Path prefix of its address: `/v1`. */
  readonly prefix: string;
  /** What the pool was made from; another address or limit means another pool. */
  readonly identity: string;
}

/**
 * Opens the connection pool of a provider. Undici's own time limits are off because every attempt has its own;
 * HTTP/2 is off because one lost connection would take all streams of the provider with it.
 */
export function openUpstream(name: string, address: string, connectMs: number, proxy?: URL): Upstream {
  const url = new URL(address);
  const pool = new Pool(url.origin, {
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    pipelining: 1,
    connections: null,
    allowH2: false,
    connect: makeConnector(connectMs, proxy),
  });
  return {
    name,
    pool,
    prefix: url.pathname.replace(/\/+$/, ''),
    identity: upstreamIdentity(address, connectMs),
  };
}

/** Two upstreams of the same identity can share their connections. */
export function upstreamIdentity(address: string, connectMs: number): string {
  return `${address} ${connectMs}`;
}

/** The provider's own headers as a flat list, for every request to it. */
export function ownHeaders(provider: Provider): readonly string[] {
  return Object.entries(provider.headers).flat();
}
