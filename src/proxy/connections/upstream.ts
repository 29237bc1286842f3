import { type Dispatcher, Pool } from 'undici';

import type { NetworkPlace } from '../../core/network.ts';
import type { Provider } from '../../core/profile.ts';
import { type HostDistance, hostDistance } from '../../lib/host-distance.ts';
import { type Lookup, makeConnector } from './connector.ts';

// Idle sockets are kept this long unless the provider says otherwise (undici obeys its `keep-alive` hint): long enough
// for the next turn of a conversation, shorter than the 60 s after which common load balancers forget a connection.
const KEEP_ALIVE_MS = 30_000;
// Providers send up to 40 headers with rate limits and policies; 64 KB is above all of them and bounds a hostile one.
const MAX_HEADER_BYTES = 64 * 1024;

/** What an attempt is sent over: a provider's connections, or what stands in for them. */
export interface Line {
  /** Path prefix of its address: `/v1`. */
  readonly prefix: string;
  readonly pool: Pick<Pool, 'dispatch'>;
}

/** What keeps a provider's connections, or plays them in a simulated outage. */
export interface Connections extends Dispatcher {
  readonly stats?: { readonly free: number };
}

/** One provider's connections. */
export class Upstream implements Line {
  readonly name: string;
  /** Path prefix of its address: `/v1`. */
  readonly prefix: string;
  /** What the pool was made from; another address or limit means another pool. */
  readonly identity: string;
  /** Where its connections lead first. */
  readonly place: NetworkPlace;
  /** How far away is what its connections lead to first: with an HTTP proxy, that. */
  readonly placeDistance: HostDistance;
  readonly #open: () => Connections;
  /** Pools that take nothing new and end with their last request. */
  readonly #leaving = new Set<Connections>();
  #pool: Connections;

  constructor(name: string, address: string, identity: string, place: NetworkPlace, open: () => Connections) {
    this.name = name;
    this.prefix = new URL(address).pathname.replace(/\/+$/, '');
    this.identity = identity;
    this.place = place;
    this.placeDistance = hostDistance(place.host);
    this.#open = open;
    this.#pool = open();
  }

  get pool(): Connections {
    return this.#pool;
  }

  /**
   * Has the next request open a connection of its own. After one kept-alive connection turned out to be dead, the
   * others that waited as long are suspect, and a request that met two of them would be lost.
   */
  renew(): void {
    if ((this.#pool.stats?.free ?? 0) === 0) return;
    const old = this.#pool;
    this.#pool = this.#open();
    this.#leaving.add(old);
    const left = (): void => void this.#leaving.delete(old);
    old.close().then(left, left);
  }

  /** Closes its connections, each after its last request. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  /** Drops every connection at once. */
  destroy(): Promise<void> {
    const pools = [this.#pool, ...this.#leaving];
    return Promise.all(pools.map((pool) => pool.destroy())).then(() => undefined);
  }
}

/**
 * Opens the connection pool of a provider. Undici's own time limits are off because every attempt has its own;
 * HTTP/2 is off because one lost connection would take all streams of the provider with it.
 */
export function openUpstream(
  name: string,
  address: string,
  connectMs: number,
  proxy?: URL,
  lookup?: Lookup,
): Upstream {
  const url = new URL(address);
  const connect = makeConnector(connectMs, proxy, lookup);
  const open = (): Pool =>
    new Pool(url.origin, {
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      pipelining: 1,
      connections: null,
      allowH2: false,
      connect,
    });
  return new Upstream(name, address, upstreamIdentity(address, connectMs), placeOf(proxy ?? url), open);
}

/** A provider whose connections somebody else plays. */
export function stagedUpstream(name: string, address: string, open: () => Connections): Upstream {
  return new Upstream(name, address, upstreamIdentity(address, 0), placeOf(new URL(address)), open);
}

function placeOf({ hostname, port, protocol }: URL): NetworkPlace {
  const tls = protocol === 'https:';
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: port === '' ? (tls ? 443 : 80) : Number(port), tls };
}

/** Two upstreams of the same identity can share their connections. */
export function upstreamIdentity(address: string, connectMs: number): string {
  return `${address} ${connectMs}`;
}

/** The provider's own headers as a flat list, for every request to it. */
export function ownHeaders(provider: Provider): readonly string[] {
  return Object.entries(provider.headers).flat();
}
