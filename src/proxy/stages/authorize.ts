import { timingSafeEqual } from 'node:crypto';

import { type Fault, fault } from '../../core/fault.ts';
import type { ListenSettings } from '../../core/settings.ts';
import type { Exchange } from '../exchange.ts';
import { refused } from '../reply.ts';
import type { Stage } from '../stage.ts';

/** Names by which this machine may be called; anything else is another site's name bound to this address. */
const LOCAL_HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Refuses what a web page could send (DNS rebinding, foreign origins) and callers without the local token, before any
 * work is done, and never with a CORS header.
 */
export const authorize: Stage = (next) => (exchange) => {
  const why = objection(exchange);
  return why ? Promise.resolve(refused(why)) : next(exchange);
};

function objection(exchange: Exchange): Fault | undefined {
  const { listen } = exchange.fleet.settings;
  const { host, origin } = exchange.headers;
  if (!isAllowedHost(host, listen)) {
    return fault(
      'forbidden_origin',
      `the host name "${host ?? ''}" is not allowed; add it with: gw config set listen.allowedHosts '["${hostName(host ?? '')}"]'`,
    );
  }
  if (origin !== undefined && !listen.allowedOrigins.includes(origin)) {
    return fault(
      'forbidden_origin',
      `pages of ${origin} may not call gw; allow them with: gw config set listen.allowedOrigins '["${origin}"]'`,
    );
  }
  return hasToken(exchange) ? undefined : fault('unauthorized');
}

function isAllowedHost(host: string | undefined, listen: ListenSettings): boolean {
  if (host === undefined) return false;
  const name = hostName(host);
  return LOCAL_HOSTS.has(name) || name === listen.host || listen.allowedHosts.includes(name);
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

function hasToken({ fleet, headers }: Exchange): boolean {
  const { token } = fleet.settings.listen;
  if (!token) return true;
  const given = headers.authorization?.replace(/^Bearer\s+/i, '') ?? headers.apiKey ?? '';
  const wanted = Buffer.from(token.reveal());
  const got = Buffer.from(given);
  return got.length === wanted.length && timingSafeEqual(got, wanted);
}
