import { type LookupFunction, Socket } from 'node:net';

import { buildConnector, errors, Pool } from 'undici';

import { errorMessage } from '../../lib/expect.ts';

type Connector = buildConnector.connector;

/** Finds the addresses of a host; the system's own way unless a test has another. */
export type Lookup = LookupFunction;

/**
 * Opens connections to a provider within `connectMs` (TCP, the tunnel through an HTTP proxy if there is one, and TLS).
 * Undici's own limit is only looked at every half second, so it may be late by twice that.
 */
export function makeConnector(connectMs: number, proxy?: URL, lookup?: Lookup): Connector {
  const open = buildConnector({ timeout: 0, allowH2: false, ...(lookup && { lookup }) });
  const direct: Connector = (options, callback) => openWithin(connectMs, open, options, callback);
  return proxy === undefined ? direct : throughProxy(direct, proxy, connectMs);
}

function openWithin(
  ms: number,
  open: Connector,
  options: buildConnector.Options,
  callback: buildConnector.Callback,
): void {
  let over = false;
  const giveUp = (): void => {
    if (!over && socket instanceof Socket) socket.destroy(new errors.ConnectTimeoutError());
  };
  // What the socket has to say by then comes first: we may be the ones who are late.
  const timer = setTimeout(() => setImmediate(giveUp), ms).unref();
  // Undici's connector answers with the socket; its types do not say so.
  const socket: unknown = open(options, (...result) => {
    over = true;
    clearTimeout(timer);
    callback(...result);
  });
}

/** Every connection is a tunnel (`CONNECT`), so that the proxy sees neither key nor body of what is encrypted. */
function throughProxy(direct: Connector, proxy: URL, connectMs: number): Connector {
  // Every tunnel takes its connection away from this pool, so nothing in it is ever idle.
  const gate = new Pool(proxy.origin, { connect: makeConnector(connectMs), connections: null });
  const headers = proxyHeaders(proxy);
  return (options, callback) => {
    const path = authorityOf(options);
    const signal = AbortSignal.timeout(connectMs);
    gate.connect({ path, headers: { host: path, ...headers }, signal }, (error, answer) => {
      if (error) {
        const sentence = `the HTTP proxy ${proxy.origin} cannot be used: ${errorMessage(error)}`;
        callback(new Error(sentence, { cause: error }), null);
        return;
      }
      const { statusCode, socket } = answer;
      if (statusCode !== 200 || !(socket instanceof Socket)) {
        socket.on('error', () => undefined).destroy();
        callback(new Error(`the HTTP proxy ${proxy.origin} refuses the way there (${statusCode})`), null);
      } else if (options.protocol === 'https:') direct({ ...options, httpSocket: socket }, callback);
      else callback(null, socket);
    });
  };
}

function authorityOf({ hostname, port, protocol }: buildConnector.Options): string {
  const host = hostname.includes(':') ? `[${hostname.replace(/[[\]]/g, '')}]` : hostname;
  return `${host}:${port || (protocol === 'https:' ? 443 : 80)}`;
}

function proxyHeaders({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const name = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(name).toString('base64')}` };
}
